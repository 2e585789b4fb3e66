#include "cli/import/user_rows.h"

#include <utility>

#include "cli/import/words.h"

namespace mfa::cli {

std::expected<std::optional<std::string>, std::string> UserRows::read(std::string_view line) {
  if (!begun_) line = without_mark(line);
  const std::string_view name = trimmed(line.substr(0, line.find('#')));
  if (!column_ && name.empty()) return std::nullopt;
  if (!std::exchange(begun_, true)) {
    // One column alone is a list of names, of whom one may be called "user".
    if (table_.read(line) && table_.fields().size() > 1) column_ = table_.place_of("user");
    if (column_) return std::nullopt;
  }
  if (!column_) {
    if (name.find_first_of(",;\t") != std::string_view::npos)
      return std::unexpected("It is no name; of a table the first line names the columns, one of them user.");
    return std::string(name);
  }
  if (!table_.read(line)) return std::unexpected("Its quotes make no sense.");
  if (table_.fields().empty()) return std::nullopt;
  if (table_.fields().size() <= *column_ || table_.fields()[*column_].empty())
    return std::unexpected("It has no user.");
  return table_.fields()[*column_];
}

}  // namespace mfa::cli
