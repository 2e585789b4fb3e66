// Base32 (RFC 4648 §6) as authenticator apps use it: upper case, no padding when written; when read, any case, with
// spaces, dashes and padding at the end passed over.
//
// What is written or grouped here is a key as a rule, in a plain string: wipe() it after use.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "common/domain/types.h"

namespace mfa {

enum class Base32Error : std::uint8_t { bad_character, bad_length };

[[nodiscard]] std::string base32_encode(std::span<const std::uint8_t> bytes);
// A rest of 1, 3 or 6 characters cannot stand for whole bytes, and non-zero trailing bits stand for none: bad_length.
[[nodiscard]] std::expected<Secret, Base32Error> base32_decode(std::string_view text);

// "JBSW Y3DP EHPK 3PXP": groups of four, for people who type it.
[[nodiscard]] std::string in_groups_of_four(std::string_view text);

}  // namespace mfa
