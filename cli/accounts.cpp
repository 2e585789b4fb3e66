#include "cli/accounts.h"

#include <fmt/core.h>
#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "cli/plain_text.h"

namespace mfa::cli {

namespace {

constexpr uid_t kFirstOfPeople = 1000;  // below are system accounts (product.md, Helpdesk)
constexpr uid_t kNobody = 65534;
constexpr std::size_t kLongestEntry = 65536;  // bytes of an account's strings

std::string text(const char* field) { return field == nullptr ? "" : field; }

ListedAccount account_of(const passwd& entry) {
  const std::string real_name = text(entry.pw_gecos);
  return {.name = text(entry.pw_name),
          .uid = entry.pw_uid,
          .shell = text(entry.pw_shell),
          .real_name = real_name.substr(0, real_name.find(',')),
          .gid = entry.pw_gid,
          .home = text(entry.pw_dir)};
}

// getpwnam(3): of the codes that some directories give for "not found" only these say that and nothing else.
template <class Ask>
std::expected<ListedAccount, NoAccount> look_up(Ask ask) {
  std::vector<char> strings(kLongestEntry);
  passwd entry{};
  passwd* found = nullptr;
  int error = 0;
  do {
    error = ask(&entry, strings, &found);
  } while (error == EINTR);
  if (error == 0 && found != nullptr) return account_of(entry);
  const bool none = error == 0 || error == ENOENT || error == ESRCH;
  return std::unexpected(none ? NoAccount::none : NoAccount::failed);
}

}  // namespace

bool logs_in(const ListedAccount& account) {
  if (account.uid == 0) return true;
  if (account.uid < kFirstOfPeople || account.uid == kNobody) return false;
  const std::string_view program = std::string_view(account.shell).substr(account.shell.rfind('/') + 1);
  return program != "nologin" && program != "false";
}

std::string_view sentence(NoAccount why) {
  return why == NoAccount::none ? "There is no user of that name." : "They cannot be looked up now.";
}

std::expected<ListedAccount, NoAccount> look_up_account(const std::string& name) {
  return look_up([&](passwd* entry, std::vector<char>& strings, passwd** found) {
    return getpwnam_r(name.c_str(), entry, strings.data(), strings.size(), found);
  });
}

std::expected<ListedAccount, NoAccount> look_up_account(uid_t uid) {
  return look_up([&](passwd* entry, std::vector<char>& strings, passwd** found) {
    return getpwuid_r(uid, entry, strings.data(), strings.size(), found);
  });
}

std::vector<gid_t> groups_of(const ListedAccount& account) {
  constexpr int kMostGroups = 65536;  // NGROUPS_MAX
  int count = 64;
  for (;;) {
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    const int room = count;
    const int got = getgrouplist(account.name.c_str(), account.gid, groups.data(), &count);
    if (got >= 0 && got <= room) {
      groups.resize(static_cast<std::size_t>(got));
      return groups.empty() ? std::vector<gid_t>{account.gid} : groups;
    }
    if (room >= kMostGroups) return {account.gid};
    count = std::clamp(count, room * 2, kMostGroups);
  }
}

std::string account_in_words(const std::string& name) {
  const auto account = look_up_account(name);
  if (!account) return printable_line(name);
  const std::string real_name = account->real_name.empty() ? "" : printable_line(account->real_name) + ", ";
  return fmt::format("{} ({}uid {})", printable_line(account->name), real_name, account->uid);
}

Outcome<std::vector<ListedAccount>> list_accounts() {
  std::vector<ListedAccount> accounts;
  setpwent();
  int error = 0;
  for (;;) {
    errno = 0;
    const passwd* const entry = getpwent();
    error = errno;
    if (entry == nullptr) break;
    accounts.push_back(account_of(*entry));
  }
  endpwent();
  // ENOENT is how some sources say that there are no more.
  if (error == 0 || error == ENOENT) return accounts;
  return std::unexpected(Failure{
      .error = fmt::format("The accounts of this computer cannot be listed to the end: {}.", std::strerror(error)),
      .hint = "Give their names in a file, one a line: --users FILE"});
}

}  // namespace mfa::cli
