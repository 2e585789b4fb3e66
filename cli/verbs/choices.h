// The verbs by which people decide about themselves: that was not me; ask me, or do not.
#pragma once

#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

[[nodiscard]] Outcome<void> report_login(const Console& console);
// Empty: only tells.
[[nodiscard]] Outcome<void> choose_language(const Console& console, const std::string& tag);
[[nodiscard]] Outcome<void> enable(const Console& console);
[[nodiscard]] Outcome<void> disable(const Console& console);

}  // namespace mfa::cli
