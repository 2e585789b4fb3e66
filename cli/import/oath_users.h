// A line of the file of users of pam_oath (UsersFile, as liboath reads it): type, user, PIN, key in hexadecimal, and
// what was used of it, with blanks between them. Pure but for the time zone.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "cli/import/entry.h"

namespace mfa::cli {

// Nothing: a comment or an empty line. The views are into `line`. An error says what is wrong and repeats nothing.
[[nodiscard]] std::expected<std::optional<Entry>, std::string> parse_oath_line(std::string_view line);

}  // namespace mfa::cli
