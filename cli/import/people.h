// Who is who on this computer, for thousands of names: its list is read once, since looking up one name in a passwd(5)
// of 100,000 lines takes 12 ms. Whom it does not list (a directory's people) is looked up by name.
#pragma once

#include <sys/types.h>

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

  // Nothing: there is nobody of that name.
  [[nodiscard]] std::optional<ListedAccount> named(std::string_view name);
  [[nodiscard]] std::optional<ListedAccount> with_uid(uid_t uid);
  // All whom the list has, in its order, or why it is not whole.
  [[nodiscard]] const Outcome<std::vector<ListedAccount>>& listed();

 private:
  AccountList list_;
  std::optional<Outcome<std::vector<ListedAccount>>> accounts_;
  std::unordered_map<std::string_view, std::size_t> by_name_;  // into the list
};

}  // namespace mfa::cli
