#include "cli/import/people.h"

#include <fmt/format.h>

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

std::expected<ListedAccount, NoAccount> People::counted(std::expected<ListedAccount, NoAccount> found) {
  failed_ = !found && found.error() == NoAccount::failed ? failed_ + 1 : 0;
  return found;
}

std::expected<ListedAccount, NoAccount> People::named(std::string_view name) {
  if (!fault_of_user_name(name).empty()) return std::unexpected(NoAccount::none);
  static_cast<void>(listed());  // what it lacks is looked up
  if (const auto found = by_name_.find(name); found != by_name_.end()) return (**accounts_)[found->second];
  return counted(look_up_account(std::string(name)));
}

std::expected<ListedAccount, NoAccount> People::with_uid(uid_t uid) {
  if (const auto& all = listed()) {
    const auto found = std::ranges::find(*all, uid, &ListedAccount::uid);
    if (found != all->end()) return *found;
  }
  return counted(look_up_account(uid));
}

std::string row_of(std::uint64_t line, std::string_view user) {
  if (!fault_of_user_name(user).empty()) return fmt::format("line {}", line);
  return fmt::format("line {} ({})", line, user);
}

std::optional<Failure> People::stuck() const {
  constexpr int kMostFailures = 8;
  if (failed_ < kMostFailures) return std::nullopt;
  return Failure{.error = "Users cannot be looked up here now.",
                 .hint = "See to the directory that this computer asks (LDAP, SSSD)."};
}

}  // namespace mfa::cli
