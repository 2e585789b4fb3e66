#include "cli/system_account.h"

#include <fmt/core.h>
#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <vector>

#include "cli/run_program.h"

namespace mfa::cli {

namespace {

constexpr const char* kName = "mfa";
constexpr uid_t kFirstOfPeople = 1000;  // below are system accounts (product.md, Helpdesk)
constexpr std::chrono::seconds kLimit{60};
constexpr std::array<std::string_view, 4> kNoLogin{"/usr/sbin/nologin", "/sbin/nologin", "/usr/bin/false",
                                                   "/bin/false"};

Failure cannot_look_up() {
  return {.error = "The system's accounts cannot be looked up now.",
          .hint = "Is its directory (LDAP, SSSD) reachable? Try again then."};
}

// What the database answers; a nullopt inside: there is none.
Outcome<std::optional<AccountEntry>> look_up_user() {
  std::vector<char> strings(65536);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwnam_r(kName, &entry, strings.data(), strings.size(), &found) != 0) return std::unexpected(cannot_look_up());
  if (found == nullptr) return std::nullopt;
  return AccountEntry{
      .uid = entry.pw_uid, .gid = entry.pw_gid, .shell = entry.pw_shell == nullptr ? "" : entry.pw_shell};
}

Outcome<std::optional<gid_t>> look_up_group() {
  std::vector<char> strings(65536);
  group entry{};
  group* found = nullptr;
  if (getgrnam_r(kName, &entry, strings.data(), strings.size(), &found) != 0) return std::unexpected(cannot_look_up());
  if (found == nullptr) return std::nullopt;
  return entry.gr_gid;
}

Outcome<void> run(const std::vector<std::string>& command) {
  const auto ended = run_program(command, kLimit);
  if (!ended)
    return std::unexpected(Failure{.error = fmt::format("{} cannot be run: {}.", command.front(), ended.error()),
                                   .hint = "Make the system user and group mfa yourself, then run this again."});
  if (ended->status != 0)
    return std::unexpected(Failure{.error = fmt::format("{} failed: {}", command.front(), ended->errors),
                                   .hint = "Make the system user and group mfa yourself, then run this again."});
  return {};
}

}  // namespace

std::optional<Failure> fault_of_account(const AccountEntry& account, gid_t group) {
  const std::string hint = "The engine needs a system user of this name of its own. Rename the other one first.";
  if (account.uid == 0 || account.gid == 0 || group == 0)
    return Failure{.error = "The user or group mfa is root.", .hint = hint};
  if (account.uid >= kFirstOfPeople)
    return Failure{.error = fmt::format("The account mfa (uid {}) looks like a person's.", account.uid), .hint = hint};
  if (std::ranges::find(kNoLogin, account.shell) == kNoLogin.end())
    return Failure{.error = fmt::format("The account mfa can log in: its shell is '{}'.", account.shell),
                   .hint = "usermod --shell /usr/sbin/nologin mfa"};
  if (account.gid != group)
    return Failure{.error = "The group of the account mfa is not mfa.", .hint = "usermod --gid mfa mfa"};
  return std::nullopt;
}

Outcome<Owner> ensure_account(Steps& steps) {
  auto group = look_up_group();
  if (!group) return std::unexpected(group.error());
  const bool group_was_there = group->has_value();
  if (!group_was_there) {
    if (auto made = run({"/usr/sbin/groupadd", "--system", kName}); !made) return std::unexpected(made.error());
    group = look_up_group();
    if (!group || !*group) return std::unexpected(cannot_look_up());
  }
  steps.push_back({.what = "group mfa", .did = group_was_there ? Did::kept : Did::made, .detail = ""});

  auto user = look_up_user();
  if (!user) return std::unexpected(user.error());
  const bool user_was_there = user->has_value();
  if (!user_was_there) {
    if (auto made =
            run({"/usr/sbin/useradd", "--system", "--gid", kName, "--home-dir", "/var/lib/mfa", "--no-create-home",
                 "--shell", "/usr/sbin/nologin", "--comment", "Multi-factor authentication", kName});
        !made)
      return std::unexpected(made.error());
    user = look_up_user();
    if (!user || !*user) return std::unexpected(cannot_look_up());
  }
  if (auto fault = fault_of_account(**user, **group)) return std::unexpected(*std::move(fault));
  steps.push_back({.what = "user mfa", .did = user_was_there ? Did::kept : Did::made, .detail = ""});
  return Owner{.uid = (*user)->uid, .gid = (*user)->gid};
}

}  // namespace mfa::cli
