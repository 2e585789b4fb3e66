// What the guided set-up puts around the engine's prompts: how it begins, the headings of its steps, what one takes
// away set off from the rest, how it ends. Pure; every text of a reply is made printable here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/engine_client.h"
#include "cli/json.h"
#include "cli/style.h"

namespace mfa::cli {

// Above the first step. `status`: the reply to `status`, without a factor in it; `now` in seconds since the epoch.
[[nodiscard]] std::string guided_beginning(const Json& status, std::int64_t now, const Style& style);

// "Step 2 of 4: Choose your second factor", a line of its own below an empty one.
[[nodiscard]] std::string step_heading(const GuidedStep& step, const Style& style);

// Whole printable lines; those that are indented (choices, recovery codes) stand out.
[[nodiscard]] std::string with_blocks(std::string_view lines, const Style& style);

// What was set up, and what happens at the next login. `reply`: {"factor","name"}; `status`: as it was at the
// beginning.
[[nodiscard]] std::string guided_end(const Json& reply, const Json& status, const Style& style);

}  // namespace mfa::cli
