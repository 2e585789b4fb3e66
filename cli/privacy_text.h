// What is kept about oneself, as paragraphs of lines that fit a terminal.
#pragma once

#include <string>

#include "cli/json.h"
#include "cli/style.h"

namespace mfa::cli {

[[nodiscard]] std::string privacy_text(const Json& reply, const Style& style);

}  // namespace mfa::cli
