// The verbs about oneself: one request each, its reply as text or, with --json, as it came.
#pragma once

#include <string>

#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

[[nodiscard]] Outcome<void> status(const Console& console);
[[nodiscard]] Outcome<void> totp(const Console& console, const std::string& name);  // "": the engine names it
[[nodiscard]] Outcome<void> codes(const Console& console);
[[nodiscard]] Outcome<void> test(const Console& console);
[[nodiscard]] Outcome<void> set_default(const Console& console, const std::string& factor);
[[nodiscard]] Outcome<void> rename(const Console& console, const std::string& factor, const std::string& name);
[[nodiscard]] Outcome<void> remove(const Console& console, const std::string& factor);

}  // namespace mfa::cli
