// `admin provision --codes`: an enrolment code each for many, to be handed over.
#pragma once

#include <string>

#include "cli/accounts.h"
#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

struct CodesOptions {
  std::string users;     // a file, or "-" for standard input
  bool replace = false;  // also for those who have one that is good still
  bool dry_run = false;
  AccountList accounts;  // list_accounts
};
// As CSV with a heading: user,code,until. Whoever gets none is told on standard error by their line, and the rest goes
// on; who has a code keeps it, and all others who get none are a failure in the end. What was made is printed at once:
// a failure further on loses none of it.
[[nodiscard]] Outcome<void> admin_provision_codes(const Console& console, const CodesOptions& options);

}  // namespace mfa::cli
