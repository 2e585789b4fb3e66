// What the lines of syslog say against the trail (cli/log_check.h), in words.
#pragma once

#include <string>

#include "cli/json.h"
#include "cli/style.h"

namespace mfa::cli {

// A line for each finding. `verdict`: what the engine found in the store itself; whoever damaged rows there is not to
// be told as one who cut them off or put an older store back.
[[nodiscard]] std::string log_text(const Json& report, const Json& verdict, const Style& style);

}  // namespace mfa::cli
