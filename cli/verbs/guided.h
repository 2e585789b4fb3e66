// `mfa-enroll` without a word: the guided set-up for who sits at a terminal and has nothing, the status for all others.
#pragma once

#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

[[nodiscard]] Outcome<void> begin(const Console& console);

}  // namespace mfa::cli
