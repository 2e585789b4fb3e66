// How values lie in the columns of the store, and what is asked of them on the way back.
//
// Columns are bound and read as 64-bit integers; the schema confines them to what fits (its CHECKs), and whoever reads
// an enum checks it nevertheless: a value that this release does not know is damage, never a guess.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>

#include "common/domain/types.h"

namespace mfa {

// What is not set (a step, a time) is kept as a number that takes the four bytes of a real one; see schema.cpp.
inline constexpr std::int64_t kNever = -2147483648LL;

// For columns that the schema confines to 32 bits.
inline std::uint32_t narrow(std::int64_t value) { return static_cast<std::uint32_t>(value); }

inline std::int64_t kept(const std::optional<UnixTime>& time) { return time ? time->seconds : kNever; }
inline std::optional<UnixTime> maybe_time(std::int64_t value) {
  if (value == kNever) return std::nullopt;
  return UnixTime{value};
}

// Enums are kept as their numbers, from 1 on. Nothing: it has no such value.
template <class Enum>
std::optional<Enum> known(std::int64_t value) {
  if (value < 1 || value > std::numeric_limits<std::underlying_type_t<Enum>>::max()) return std::nullopt;
  const auto found = static_cast<Enum>(value);
  if (name_of(found).empty()) return std::nullopt;
  return found;
}

}  // namespace mfa
