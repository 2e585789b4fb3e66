// Recovery codes: ten at a time, each works once, for the day the phone is not at hand.
//
// Twelve characters of Crockford's base32 (no i, l, o, u) in groups of four: 60 bits, so that a keyed hash needs no
// stretching. Read as people write: any case, spaces and dashes anywhere, o for 0, i and l for 1.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mfa {

inline constexpr std::size_t kRecoveryCodes = 10;           // of one set
inline constexpr std::size_t kFewRecoveryCodes = 3;         // fewer are left: time for new ones
inline constexpr std::size_t kRecoveryCodeCharacters = 12;  // without dashes
inline constexpr std::size_t kRecoveryCodeBytes = 8;        // of randomness to make one from; 60 bits are used

// "7k3m92qxd4tp": what is hashed and compared.
[[nodiscard]] std::string recovery_code(std::span<const std::uint8_t, kRecoveryCodeBytes> random);
// "7k3m-92qx-d4tp": what people see.
[[nodiscard]] std::string shown_recovery_code(std::string_view code);
// The normal form of an answer that has the shape of a recovery code, or nothing. An answer of digits alone that is
// as long as a code is one too.
[[nodiscard]] std::optional<std::string> normal_recovery_code(std::string_view answer);

}  // namespace mfa
