// What a store that comes back from a backup must not bring back: a code that was used since, a device that was
// trusted, anything that was promised for a while.
//
// Of the store whose place it takes, if that went on from this very backup and can be read, it learns what has been
// used, who is locked, and who has to prove more than their password: nobody whose factor is lost with it may set one
// up by the password alone, since a thief could. Else every recovery code counts as used, and no token passes any more:
// how often it was pressed, nobody knows.
#pragma once

#include <cstdint>

#include "common/domain/types.h"
#include "common/ports/store.h"
#include "common/store/connection.h"

namespace mfa {

// Both inside a transaction of the draft's. `last`: the number of the last row of the backup's trail.
// False: it is another store, or has another history; nothing was learned.
bool learn_what_was_used(Connection& draft, Connection& replaced, std::int64_t last);
// Of what was learned half.
void forget_what_was_used(Connection& draft);
// What the replaced store, of which something was learned, did not have any more; into `restored`.
void note_what_came_back(Connection& draft, Restored& restored);
void note_who_was_renamed(Connection& draft, Restored& restored);
// Whose factors are lost with it; into `restored`. They are let set up another by an enrolment code alone.
void ask_for_codes(Connection& draft, Restored& restored);
// `steps_ahead`: of apps, beyond the one at hand.
void void_what_lives(Connection& draft, UnixTime now, std::int64_t steps_ahead);

}  // namespace mfa
