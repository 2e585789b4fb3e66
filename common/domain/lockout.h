// Lockout: how many wrong codes, and what then. Pure: a state, a policy and the time in; the next state out.
//
// An attempt is reserved, and counted as failed, before the code is compared; a right code clears it. So no number of
// parallel sessions gets one guess more (product.md, Policy and trust; Limits).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>

#include "common/domain/types.h"

namespace mfa {

struct LockoutPolicy {
  std::uint32_t tries = 5;                // wrong codes in a row before the first lock; at least 1
  std::chrono::seconds first{60};         // length of the first lock; each next one doubles
  std::chrono::seconds longest{60 * 60};  // and none is longer than this
};

// As kept with the person. All zero: nothing wrong so far.
struct LockoutState {
  std::uint32_t failures = 0;  // wrong codes in a row
  std::uint32_t locks = 0;     // locks in a row; from the first on, each lock's end allows one guess
  UnixTime locked_at;          // both zero unless a lock was set
  UnixTime locked_until;
  auto operator<=>(const LockoutState&) const = default;
};

struct Reserved {
  LockoutState next;         // to be kept before anything is compared
  std::uint32_t tries_left;  // after this one, should it be wrong; 0: `next` is locked
};
struct LockedOut {
  UnixTime until;
  LockoutState next;  // differs from what was kept only if the clock had been set back: the lock then starts anew
};
using Reservation = std::variant<Reserved, LockedOut>;

[[nodiscard]] Reservation reserve_attempt(const LockoutState& state, const LockoutPolicy& policy, UnixTime now);

// Until when the person is locked out, or nothing: for showing; a decision takes reserve_attempt.
[[nodiscard]] std::optional<UnixTime> locked_out(const LockoutState& state, UnixTime now);

}  // namespace mfa
