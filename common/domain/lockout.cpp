#include "common/domain/lockout.h"

#include <algorithm>
#include <limits>

namespace mfa {
namespace {

std::uint32_t one_more(std::uint32_t count) {
  return count == std::numeric_limits<std::uint32_t>::max() ? count : count + 1;
}

// Of the `number`th lock in a row, from 1. A policy that makes no sense still locks.
std::chrono::seconds length_of_lock(std::uint32_t number, const LockoutPolicy& policy) {
  const auto longest = std::max(policy.longest, std::chrono::seconds(1));
  auto length = std::clamp(policy.first, std::chrono::seconds(1), longest);
  for (std::uint32_t i = 1; i < number && length < longest; ++i) length = length > longest / 2 ? longest : length * 2;
  return length;
}

// A time before the lock was set means that the clock was set back since; the lock then runs its length from now on,
// not until a moment that may be days away.
LockoutState rebased(const LockoutState& state, UnixTime now) {
  if (now >= state.locked_at) return state;
  LockoutState anew = state;
  anew.locked_until = now + (state.locked_until - state.locked_at);
  anew.locked_at = now;
  return anew;
}

bool has_lock(const LockoutState& state) { return state.locked_until > state.locked_at; }

}  // namespace

Reservation reserve_attempt(const LockoutState& state, const LockoutPolicy& policy, UnixTime now) {
  LockoutState next = state;
  if (has_lock(state)) {
    next = rebased(state, now);
    if (now < next.locked_until) return LockedOut{next.locked_until, next};
  }
  next.failures = one_more(next.failures);
  if (next.locks == 0 && next.failures < policy.tries) return Reserved{next, policy.tries - next.failures};

  next.locks = one_more(next.locks);
  next.locked_at = now;
  next.locked_until = now + length_of_lock(next.locks, policy);
  return Reserved{next, 0};
}

std::optional<UnixTime> locked_out(const LockoutState& state, UnixTime now) {
  if (!has_lock(state)) return std::nullopt;
  const UnixTime until = rebased(state, now).locked_until;
  return now < until ? std::optional(until) : std::nullopt;
}

}  // namespace mfa
