// `admin stats`: how far the roll-out is, in numbers.
//
// Counted in parts, so that logins go on meanwhile; of the trail only the last day is read, and no more than kMostRows
// rows of it.
#pragma once

#include <cstdint>
#include <expected>
#include <map>

#include "common/flows/requests.h"

namespace mfa {

inline constexpr std::int64_t kMostRows = 2'000'000;  // some four seconds

struct StatsReply {
  std::int64_t users = 0;                        // of whom something is kept
  std::int64_t enrolled = 0;                     // with a factor
  std::map<FactorKind, std::int64_t> by_factor;  // people with one of that kind
  std::int64_t locked = 0;                       // now
  // Of the last 24 hours: logins at which a code was asked for, those it let in, those it did not, and those of trusted
  // devices.
  std::int64_t asked = 0, passed = 0, failed = 0, trusted = 0;
  bool whole = true;  // false: there were more rows than are looked at
};
[[nodiscard]] std::expected<StatsReply, RequestError> stats(Engine& engine, const Asker& asker);

}  // namespace mfa
