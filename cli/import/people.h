// Who is who on this computer, for thousands of names: its list is read once, since looking up one name in a passwd(5)
// of 100,000 lines takes 12 ms. Whom it does not list (a directory's people) is looked up by name.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cli/accounts.h"

namespace mfa::cli {

class People {
 public:
  explicit People(AccountList list) : list_(std::move(list)) {}

  [[nodiscard]] std::expected<ListedAccount, NoAccount> named(std::string_view name);
  [[nodiscard]] std::expected<ListedAccount, NoAccount> with_uid(uid_t uid);
  // So many look-ups have failed one after the other that there is no point in another.
  [[nodiscard]] std::optional<Failure> stuck() const;
  // All whom the list has, in its order, or why it is not whole.
  [[nodiscard]] const Outcome<std::vector<ListedAccount>>& listed();

 private:
  [[nodiscard]] std::expected<ListedAccount, NoAccount> counted(std::expected<ListedAccount, NoAccount> found);

  AccountList list_;
  int failed_ = 0;  // look-ups, one after the other
  std::optional<Outcome<std::vector<ListedAccount>>> accounts_;
  std::unordered_map<std::string_view, std::size_t> by_name_;  // into the list
};

// "line 17 (alice)", where that may be a name.
[[nodiscard]] std::string row_of(std::uint64_t line, std::string_view user);

}  // namespace mfa::cli
