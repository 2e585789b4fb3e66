#include "cli/user_names.h"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_set>

#include "cli/json.h"
#include "cli/plain_text.h"

namespace mfa::cli {

namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

}  // namespace

std::string_view fault_of_user_name(std::string_view name) {
  if (name.empty()) return "is empty";
  if (name.size() > kLongestUserName) return "is too long for a name";
  if (!valid_utf8(name)) return "is not valid UTF-8";
  if (name.contains(':') || printable_line(name) != name) return "holds a character that no name has";
  return "";
}

Outcome<std::vector<std::string>> parse_user_names(std::string_view text, std::string_view place) {
  std::vector<std::string> names;
  std::unordered_set<std::string_view> seen;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const std::string_view name = trimmed(line.substr(0, line.find('#')));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (name.empty()) continue;
    if (const std::string_view fault = fault_of_user_name(name); !fault.empty())
      return std::unexpected(Failure{.error = fmt::format("{}, line {}: this {}.", place, number, fault),
                                     .hint = "Write one name a line, and nothing else."});
    if (seen.insert(name).second) names.emplace_back(name);
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
