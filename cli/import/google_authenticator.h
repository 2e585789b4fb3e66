// The file that google-authenticator(1) writes, ~/.google_authenticator (its FILEFORMAT): a key in base32 on the first
// line, options behind a double quote, emergency codes. Pure.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "cli/import/entry.h"

namespace mfa::cli {

inline constexpr std::size_t kLongestSecretFile = 32768;  // bytes; the program itself writes under 1 kB

struct SecretFile {
  Entry entry;  // its user is empty
  std::vector<NotCarried> not_carried;
  std::int64_t skew = 0;  // periods that the phone's clock is ahead, below 0 behind
};

// Read as pam_google_authenticator reads it: a counter of 1 or more makes it one of HOTP, else TOTP_AUTH one of TOTP.
// The views are into `text`. Or what is wrong with it, which never repeats a byte of it.
[[nodiscard]] std::expected<SecretFile, std::string> parse_google_authenticator(std::string_view text);

}  // namespace mfa::cli
