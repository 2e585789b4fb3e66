// otpauth:// URIs, the de facto format that authenticator apps read (Key Uri Format of google-authenticator's wiki).
//
// Written as short as they can be, since every byte makes the picture larger: parameters that have their default are
// left out. Read strictly: what is not understood is an error, never a guess.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "common/domain/totp.h"
#include "common/domain/types.h"

namespace mfa {

struct OtpauthUri {
  std::string issuer;   // may be empty
  std::string account;  // "alice"
  Secret key;
  TotpParameters parameters;
};

enum class OtpauthError : std::uint8_t {
  not_otpauth,
  unknown_type,
  bad_encoding,  // a character no URI holds, half a percent-encoding, invalid UTF-8 or a control character
  bad_label,     // no account, more than one colon, or an issuer that is not the parameter's
  no_secret,
  bad_secret,     // not base32, or not kShortestKey to kLongestKey bytes
  bad_parameter,  // unknown, or out of range
  unknown_algorithm,
  repeated_parameter
};

// Older apps made keys of 80 bits (RFC 4226 asks for 128); less is a key cut short. The upper bound is SHA-512's block.
inline constexpr std::size_t kShortestKey = 10;  // bytes
inline constexpr std::size_t kLongestKey = 128;

// otpauth://totp/Issuer:account?secret=…&issuer=Issuer with everything percent-encoded but letters, digits and "-._~@".
// Colons, which the format cannot hold in an issuer or an account, are left out; spaces before an account are not read
// back. The result holds the key: wipe() it.
[[nodiscard]] std::string otpauth_uri(const OtpauthUri& parts);
[[nodiscard]] std::expected<OtpauthUri, OtpauthError> parse_otpauth_uri(std::string_view uri);

}  // namespace mfa
