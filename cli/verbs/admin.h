// The verbs of root about others, carried out by the engine.
#pragma once

#include <string>

#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

// The key and the recovery codes of `user` go to standard output, once, to be handed over.
[[nodiscard]] Outcome<void> admin_provision_totp(const Console& console, const std::string& user,
                                                 const std::string& name);

// An enrolment code for each name in the file ("-": standard input), as CSV with a heading: user,code,until. Whoever
// gets none is named on standard error, and the rest goes on; that is then a failure in the end.
[[nodiscard]] Outcome<void> admin_provision_codes(const Console& console, const std::string& users);

}  // namespace mfa::cli
