// What root does to the store as a whole, and to what it keeps of somebody who changed names or left; and its numbers.
#pragma once

#include <string>

#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

[[nodiscard]] Outcome<void> admin_rename(const Console& console, const std::string& user, const std::string& to);
[[nodiscard]] Outcome<void> admin_retire(const Console& console, const std::string& user);
[[nodiscard]] Outcome<void> admin_rotate_key(const Console& console);
// `prometheus`: in that format.
[[nodiscard]] Outcome<void> admin_stats(const Console& console, bool prometheus);

}  // namespace mfa::cli
