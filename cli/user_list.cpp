#include "cli/user_list.h"

#include <fmt/core.h>

#include <unordered_set>
#include <utility>

#include "cli/input.h"
#include "cli/user_names.h"

namespace mfa::cli {

namespace {

constexpr std::size_t kLongestList = std::size_t{64} << 20U;  // bytes

}  // namespace

Outcome<std::vector<ListedAccount>> people_among(const Outcome<std::vector<ListedAccount>>& accounts) {
  if (!accounts) return std::unexpected(accounts.error());
  std::vector<ListedAccount> listed;
  std::unordered_set<std::string> seen;
  bool people = false;
  for (const ListedAccount& account : *accounts) {
    if (!logs_in(account) || !seen.insert(account.name).second) continue;
    people = people || account.uid != 0;
    listed.push_back(account);
  }
  if (!people)
    return std::unexpected(nobody("This computer lists no accounts of people; its directory may keep them to itself."));
  return listed;
}

Failure nobody(std::string error) {
  return {.error = std::move(error), .hint = "Give their names in a file, one a line: --users FILE"};
}

Outcome<std::vector<std::string>> names_in_file(const Console& console, const std::string& users) {
  const bool standard = users == "-";
  const std::string place = standard ? "standard input" : users;
  std::expected<std::string, NoInput> text = std::unexpected(NoInput::failed);
  if (standard) {
    text = read_all(console.input, kLongestList);
  } else {
    const auto file = open_input(users);
    if (!file) return std::unexpected(file.error());
    text = read_all(file->get(), kLongestList);
  }
  if (!text) return std::unexpected(failure_of(text.error(), place));
  auto names = parse_user_names(*text, place);
  if (names && names->empty()) return std::unexpected(nobody(fmt::format("There is no name in {}.", place)));
  return names;
}

}  // namespace mfa::cli
