// Trusted devices: which there are, forgetting them, and root's word that a password was changed elsewhere.
#pragma once

#include <string>

#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

[[nodiscard]] Outcome<void> devices(const Console& console);
// Exactly one of both: an id, or all of them.
[[nodiscard]] Outcome<void> forget_devices(const Console& console, const std::string& id, bool all);
[[nodiscard]] Outcome<void> admin_password_changed(const Console& console, const std::string& user);

}  // namespace mfa::cli
