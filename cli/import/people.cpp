#include "cli/import/people.h"

#include <algorithm>

#include "cli/user_names.h"

namespace mfa::cli {

const Outcome<std::vector<ListedAccount>>& People::listed() {
  if (accounts_) return *accounts_;
  accounts_ = list_();
  // The first of a name counts, as for getpwnam(3).
  if (*accounts_)
    for (std::size_t i = 0; i < (*accounts_)->size(); ++i) by_name_.try_emplace((**accounts_)[i].name, i);
  return *accounts_;
}

std::optional<ListedAccount> People::named(std::string_view name) {
  if (!fault_of_user_name(name).empty()) return std::nullopt;
  static_cast<void>(listed());  // what it lacks is looked up
  if (const auto found = by_name_.find(name); found != by_name_.end()) return (**accounts_)[found->second];
  return look_up_account(std::string(name));
}

std::optional<ListedAccount> People::with_uid(uid_t uid) {
  if (const auto& all = listed()) {
    const auto found = std::ranges::find(*all, uid, &ListedAccount::uid);
    if (found != all->end()) return *found;
  }
  return look_up_account(uid);
}

}  // namespace mfa::cli
