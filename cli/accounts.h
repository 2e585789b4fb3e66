// The accounts that this computer knows: one by its name, and those of people, for a forecast.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/outcome.h"

namespace mfa::cli {

struct ListedAccount {
  std::string name;
  uid_t uid = 0;
  std::string shell;
  std::string real_name = {};  // GECOS up to its first comma; may be empty NOLINT(readability-redundant-member-init)
  gid_t gid = 0;
  std::string home = {};  // NOLINT(readability-redundant-member-init)
};

// Someone who may log in: root, or a uid from 1000 on that is not nobody's, with a shell to log in to. Pure.
[[nodiscard]] bool logs_in(const ListedAccount& account);

enum class NoAccount : std::uint8_t { none, failed };
[[nodiscard]] std::string_view sentence(NoAccount why);  // "There is no user of that name."
[[nodiscard]] std::expected<ListedAccount, NoAccount> look_up_account(const std::string& name);
[[nodiscard]] std::expected<ListedAccount, NoAccount> look_up_account(uid_t uid);
// All of them, the own one first; that one alone if they cannot be looked up.
[[nodiscard]] std::vector<gid_t> groups_of(const ListedAccount& account);

// "alice (Alice Liddell, uid 2001)", for whoever is about to change something of hers; just the name if she cannot be
// looked up.
[[nodiscard]] std::string account_in_words(const std::string& name);

// All accounts that getpwent(3) enumerates, or why they are not all. A directory (LDAP, SSSD) often lists none.
[[nodiscard]] Outcome<std::vector<ListedAccount>> list_accounts();
using AccountList = std::function<Outcome<std::vector<ListedAccount>>()>;

}  // namespace mfa::cli
