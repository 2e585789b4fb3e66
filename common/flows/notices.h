// What a login tells first and once: what changed about how the person logs in, whoever changed it, and how many
// logins knew their password and not the code.
//
// Read from the trail, so that it is kept with the change itself. Told to nobody who is not past the first factor, and
// over once a login that told it has passed: who knows the password alone uses none of it up.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/flows/engine.h"

namespace mfa {

// Rows of the trail that no login has told yet, newest first.
[[nodiscard]] std::vector<TrailRow> untold(Transaction& tx, const Person& person);

// In words, the newest last: a few lines. `factors`: the person's, for their names.
[[nodiscard]] std::vector<std::string> change_notices(Clock& clock, std::span<const TrailRow> untold,
                                                      std::span<const Factor> factors);

// These rows were read; the caller saves the person.
void note_told(Person& person, std::span<const TrailRow> untold);

// For a login that asks nothing: all there is to tell, a line each; it counts as told. Empty: nothing.
[[nodiscard]] std::string tell_in_passing(Transaction& tx, Clock& clock, Person person);

}  // namespace mfa
