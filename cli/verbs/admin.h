// The verbs of root about others, carried out by the engine.
#pragma once

#include <string>

#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

// The key and the recovery codes of `user` go to standard output, once, to be handed over.
[[nodiscard]] Outcome<void> admin_provision_totp(const Console& console, const std::string& user,
                                                 const std::string& name);

}  // namespace mfa::cli
