// What a store that comes back from a backup must not bring back: a code that was used since, a device that was
// trusted, anything that was promised for a while.
//
// Of the store whose place it takes, if that is the same one and can be read, it learns what has been used. Else every
// recovery code counts as used, and tokens move on by kHotpWindow presses.
#pragma once

#include <cstdint>

#include "common/domain/types.h"
#include "common/store/connection.h"

namespace mfa {

// Both inside a transaction of the draft's.
// False: it is another store; nothing was learned.
bool learn_what_was_used(Connection& draft, Connection& replaced);
// `steps_ahead`: of apps, beyond the one at hand.
void void_what_lives(Connection& draft, UnixTime now, std::int64_t steps_ahead);

}  // namespace mfa
