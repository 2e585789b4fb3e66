#include "cli/user_names.h"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_set>

#include "cli/import/user_rows.h"
#include "cli/json.h"
#include "cli/plain_text.h"

namespace mfa::cli {

std::string_view fault_of_user_name(std::string_view name) {
  if (name.empty()) return "is empty";
  if (name.size() > kLongestUserName) return "is too long for a name";
  if (!valid_utf8(name)) return "is not valid UTF-8";
  if (name.contains(':') || printable_line(name) != name) return "holds a character that no name has";
  return "";
}

Outcome<std::vector<std::string>> parse_user_names(std::string_view text, std::string_view place) {
  std::vector<std::string> names;
  std::unordered_set<std::string> seen;
  UserRows rows;
  std::size_t number = 0;
  const auto wrong = [&](std::string_view what) {
    return std::unexpected(Failure{.error = fmt::format("{}, line {}: {}", place, number, what),
                                   .hint = "Write one name a line, or a table whose first line names its columns."});
  };
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto name = rows.read(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!name) return wrong(name.error());
    if (!*name) continue;
    if (const std::string_view fault = fault_of_user_name(**name); !fault.empty())
      return wrong(fmt::format("This {}.", fault));
    if (seen.insert(**name).second) names.push_back(**name);
  }
  return names;
}

std::vector<NamesPiece> in_pieces(const std::vector<std::string>& names, std::size_t most, std::size_t bytes) {
  constexpr std::size_t kQuotes = 2;
  std::vector<NamesPiece> pieces;
  std::size_t used = 0;  // of the last piece, as JSON
  for (const std::string& name : names) {
    const std::size_t needed = Json(name).dump().size() - kQuotes + 1;
    if (pieces.empty() || pieces.back().count == most || used + needed > bytes) {
      pieces.emplace_back();
      used = 0;
    }
    NamesPiece& last = pieces.back();
    if (last.count > 0) last.names += ':';
    last.names += name;
    ++last.count;
    used += needed;
  }
  return pieces;
}

}  // namespace mfa::cli
