// The names that a file of users holds, or standard input.
#pragma once

#include <string>
#include <vector>

#include "cli/accounts.h"
#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

// `file`: a path, or "-" for standard input. None at all is a failure, not an empty list.
[[nodiscard]] Outcome<std::vector<std::string>> names_in_file(const Console& console, const std::string& file);

// Root and people, nobody twice; root alone is an empty enumeration, and a failure.
[[nodiscard]] Outcome<std::vector<ListedAccount>> people_among(const Outcome<std::vector<ListedAccount>>& accounts);

// There is nobody to ask about; with the way to say who.
[[nodiscard]] Failure nobody(std::string error);

}  // namespace mfa::cli
