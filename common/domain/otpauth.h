// otpauth:// URIs, the de facto format that authenticator apps read (Key Uri Format of google-authenticator's wiki).
//
// Written as short as they can be, since every byte makes the picture larger: parameters that have their default are
// left out. Read strictly: what is not understood is an error, never a guess.
#pragma once

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
  bad_encoding,
  no_secret,
  bad_secret,
  bad_parameter,
  unknown_algorithm,
  repeated_parameter
};

// otpauth://totp/Issuer:account?secret=…&issuer=Issuer with everything percent-encoded that RFC 3986 does not leave alone.
[[nodiscard]] std::string otpauth_uri(const OtpauthUri& parts);
[[nodiscard]] std::expected<OtpauthUri, OtpauthError> parse_otpauth_uri(std::string_view uri);

}  // namespace mfa
