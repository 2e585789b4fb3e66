// What lets a person in, or begin anew, without a factor of theirs (domain/grant), and its end.
//
// A report and a reset end all of it, whoever asked for it: a thief who talked the helpdesk into a bypass code or an
// exemption loses it with the rest. Asked in the transaction of the act itself.
#pragma once

#include <vector>

#include "common/domain/grant.h"
#include "common/flows/engine.h"

namespace mfa {

// What holds now.
[[nodiscard]] std::vector<Opening> openings(Transaction& tx, const Person& person, UnixTime now);
// Ends it, what holds no more included, and tells what did hold. The caller saves the person.
[[nodiscard]] std::vector<Opening> end_openings(Transaction& tx, Person& person, UnixTime now);

}  // namespace mfa
