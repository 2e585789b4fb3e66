// The seed of a hardware token: its key, as makers print it or write it into a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "common/domain/types.h"

namespace mfa {

inline constexpr std::size_t kShortestSeed = 16;  // bytes: RFC 4226 §4, R6, asks for 128 bits at least
inline constexpr std::size_t kLongestSeed = 64;   // bytes: the block of SHA-1, beyond which HMAC hashes the key

enum class SeedError : std::uint8_t { neither, too_short, too_long };

// Hexadecimal or base32 (RFC 4648 §6), in any case, with blanks, dashes, colons between the characters passed over.
// What could be either is hexadecimal: of 20 random bytes in base32 one in 4·10^13 looks like that. `typed` is not
// kept.
[[nodiscard]] std::expected<Secret, SeedError> read_seed(std::string_view typed);

// Hexadecimal alone, nothing between the digits. Nothing: it is not that.
[[nodiscard]] std::optional<Secret> hexadecimal_seed(std::string_view text);

}  // namespace mfa
