// `mfa-enroll admin init`: the system user, the folders, the configuration, then key and store by `mfad --init`.
//
// Runs as root and here, not in the engine, which cannot start before this was done. Safe to repeat: what is right
// stays, a wrong owner or mode is mended, and each step is told.
#pragma once

#include <string>
#include <string_view>

#include "cli/console.h"
#include "cli/outcome.h"
#include "cli/steps.h"

namespace mfa::cli {

[[nodiscard]] Outcome<void> admin_init(const Console& console);

// Reads what `mfad --init` prints: a JSON object a line, {"what":"…","did":"made|kept|mended","detail":"…"}.
[[nodiscard]] Outcome<Steps> parse_steps(std::string_view lines);

[[nodiscard]] std::string steps_text(const Steps& steps, bool systemd);
[[nodiscard]] Json steps_json(const Steps& steps);

}  // namespace mfa::cli
