// The names that a file of users holds, or standard input.
#pragma once

#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

// `file`: a path, or "-" for standard input. None at all is a failure, not an empty list.
[[nodiscard]] Outcome<std::vector<std::string>> names_in_file(const Console& console, const std::string& file);

// There is nobody to ask about; with the way to say who.
[[nodiscard]] Failure nobody(std::string error);

}  // namespace mfa::cli
