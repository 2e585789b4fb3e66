#include "common/system/accounts.h"

#include <algorithm>
#include <cerrno>
#include <vector>

namespace mfa {
namespace {

constexpr std::size_t kFirstBuffer = 4096;          // bytes
constexpr std::size_t kLargestBuffer = 64UL << 20;  // bytes: a group of a million members
constexpr int kFirstGroups = 64;
constexpr int kMostGroups = 65536;  // NGROUPS_MAX

bool can_be_a_name(std::string_view name) {
  if (name.empty() || name.size() > NssAccounts::kLongestName) return false;
  return std::ranges::none_of(name, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F || c == ':' || c == '/';
  });
}

// getpwnam(3): 0 and no entry is "not found"; of the codes that some directories give instead, only these two say so
// and nothing else. The others on that page (EBADF, EPERM, …) may as well be a failure.
bool says_not_found(int code) { return code == 0 || code == ENOENT || code == ESRCH; }

// Calls `look_up(entry, buffer, size, found)` with a buffer that grows while it says ERANGE, and hands the entry to
// `take`, as long as the buffer it points into is there.
template <class Entry, class LookUp, class Take>
auto look_up_entry(LookUp look_up, Take take) -> std::expected<std::invoke_result_t<Take, const Entry&>, LookupError> {
  std::vector<char> buffer(kFirstBuffer);
  while (true) {
    Entry entry{};
    Entry* found = nullptr;
    const int code = look_up(&entry, buffer.data(), buffer.size(), &found);
    if (code == 0 && found != nullptr) return take(*found);
    if (code == EINTR) continue;
    if (code != ERANGE) return std::unexpected(says_not_found(code) ? LookupError::not_found : LookupError::failed);
    if (buffer.size() >= kLargestBuffer) return std::unexpected(LookupError::failed);
    buffer.resize(buffer.size() * 4);
  }
}

Account account_of(const passwd& entry) {
  return {.name = {entry.pw_name == nullptr ? "" : entry.pw_name}, .uid = {entry.pw_uid}, .gid = {entry.pw_gid}};
}

// A directory that answers with what cannot be a user has not answered.
std::expected<Account, LookupError> sound(std::expected<Account, LookupError> account) {
  if (account && (!can_be_a_name(account->name.value) || account->uid == kNoUid))
    return std::unexpected(LookupError::failed);
  return account;
}

// Nothing when the list cannot be had whole.
std::optional<std::vector<gid_t>> groups_of(const NameService& service, const Account& account) {
  int count = kFirstGroups;
  while (true) {
    std::vector<gid_t> gids(static_cast<std::size_t>(count));
    const int room = count;
    const int got = service.group_list(account.name.value.c_str(), account.gid.value, gids.data(), &count);
    if (got >= 0 && got <= room) {
      gids.resize(static_cast<std::size_t>(got));
      return gids;
    }
    if (room >= kMostGroups) return std::nullopt;
    count = std::clamp(count, room * 2, kMostGroups);
  }
}

struct Group {
  Gid gid;
  bool lists_the_account = false;
};

std::expected<Group, LookupError> group_by_name(const NameService& service, const std::string& name,
                                                const Account& account) {
  return look_up_entry<group>(
      [&](group* entry, char* buffer, std::size_t size, group** found) {
        const int code = service.group_by_name(name.c_str(), entry, buffer, size, found);
        // Stricter than for users: from a directory that did not answer these codes come as well, and a group that is
        // not there protects nobody.
        return says_not_found(code) && code != 0 ? EIO : code;
      },
      [&](const group& entry) {
        Group result{.gid = {entry.gr_gid}};
        for (char** member = entry.gr_mem; member != nullptr && *member != nullptr; ++member)
          result.lists_the_account = result.lists_the_account || account.name.value == *member;
        return result;
      });
}

// getgrouplist(3) cannot report a directory that did not answer: it leaves its groups out. A group that names the
// account although the list lacks it shows just that, so it is unknown, not "no".
Membership membership(const std::expected<Group, LookupError>& group, const std::vector<gid_t>& gids) {
  if (!group) return group.error() == LookupError::not_found ? Membership::no_such_group : Membership::unknown;
  if (std::ranges::find(gids, group->gid.value) != gids.end()) return Membership::member;
  return group->lists_the_account ? Membership::unknown : Membership::not_member;
}

}  // namespace

std::expected<Account, LookupError> NssAccounts::by_name(std::string_view name) {
  if (!can_be_a_name(name)) return std::unexpected(LookupError::not_found);
  if (auto found = local_ ? local_->by_name(name) : std::nullopt) return sound(*std::move(found));
  auto answer = pool_.run([service = service_, asked = std::string(name)] {
    return look_up_entry<passwd>(
        [&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
          return service.user_by_name(asked.c_str(), entry, buffer, size, found);
        },
        account_of);
  });
  return answer ? sound(*std::move(answer)) : std::unexpected(LookupError::failed);
}

std::expected<Account, LookupError> NssAccounts::by_uid(Uid uid) {
  if (uid == kNoUid) return std::unexpected(LookupError::not_found);
  if (auto found = local_ ? local_->by_uid(uid) : std::nullopt) return sound(*std::move(found));
  auto answer = pool_.run([service = service_, uid] {
    return look_up_entry<passwd>(
        [&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
          return service.user_by_uid(uid.value, entry, buffer, size, found);
        },
        account_of);
  });
  if (!answer) return std::unexpected(LookupError::failed);
  if (*answer && (*answer)->uid != uid) return std::unexpected(LookupError::failed);
  return sound(*std::move(answer));
}

std::map<std::string, Membership> NssAccounts::memberships(const Account& account,
                                                           const std::set<std::string>& groups) {
  std::map<std::string, Membership> result;
  for (const auto& name : groups) result[name] = Membership::unknown;
  if (groups.empty()) return result;
  auto answer = pool_.run([service = service_, account, result] {
    auto known = result;
    const auto gids = groups_of(service, account);
    if (!gids) return known;
    for (auto& [name, member] : known)
      if (can_be_a_name(name)) member = membership(group_by_name(service, name, account), *gids);
    return known;
  });
  return answer ? *std::move(answer) : result;
}

}  // namespace mfa
