#include "common/system/privileges.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "common/system/capabilities.h"
#include "common/system/error_text.h"
#include "common/system/process_limits.h"

namespace mfa {
namespace {

std::expected<void, std::string> failure(std::string_view act) {
  return std::unexpected(fmt::format("cannot {}: {}", act, error_text(errno)));
}

struct CloseFile {
  void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
};

std::optional<ServiceUser> in_local_file(const std::string& name) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen("/etc/passwd", "re"));
  if (!file) return std::nullopt;
  std::vector<char> buffer(1 << 16);
  passwd entry{};
  passwd* found = nullptr;
  while (::fgetpwent_r(file.get(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
    if (name == found->pw_name) return ServiceUser{.uid = {found->pw_uid}, .gid = {found->pw_gid}};
  return std::nullopt;
}

std::optional<ServiceUser> in_name_service(const std::string& name) {
  std::vector<char> buffer(1 << 16);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return std::nullopt;
  return ServiceUser{.uid = {found->pw_uid}, .gid = {found->pw_gid}};
}

bool is_wholly(Uid uid, Gid gid) {
  uid_t real_uid{};
  uid_t effective_uid{};
  uid_t saved_uid{};
  gid_t real_gid{};
  gid_t effective_gid{};
  gid_t saved_gid{};
  if (::getresuid(&real_uid, &effective_uid, &saved_uid) != 0) return false;
  if (::getresgid(&real_gid, &effective_gid, &saved_gid) != 0) return false;
  return real_uid == uid.value && effective_uid == uid.value && saved_uid == uid.value && real_gid == gid.value &&
         effective_gid == gid.value && saved_gid == gid.value && ::getgroups(0, nullptr) == 0;
}

bool can_come_back() {
  return ::setresuid(0, 0, 0) == 0 || ::seteuid(0) == 0 || ::setresgid(0, 0, 0) == 0 || ::setegid(0) == 0 ||
         ::setgroups(0, nullptr) == 0;
}

}  // namespace

std::expected<ServiceUser, std::string> service_user(const std::string& name) {
  auto found = in_local_file(name);
  if (!found) found = in_name_service(name);
  if (!found) return std::unexpected(fmt::format("there is no user {} on this host", name));
  if (found->uid.value == 0 || found->gid.value == 0 || found->uid == kNoUid || found->uid == kOverflowUid)
    return std::unexpected(fmt::format("the user {} has uid {} and gid {}, which cannot be the service's", name,
                                       found->uid.value, found->gid.value));
  return *found;
}

std::expected<void, std::string> harden() {
  const rlimit no_core{.rlim_cur = 0, .rlim_max = 0};
  if (::setrlimit(RLIMIT_CORE, &no_core) != 0) return failure("forbid core files");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failure("forbid new privileges");
  // After the change of uid, which sets it anew.
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return failure("forbid tracing");
  ::umask(S_IRWXG | S_IRWXO);
  return {};
}

std::expected<void, std::string> become(Uid uid, Gid gid) {
  if (uid.value == 0 || gid.value == 0 || uid == kNoUid || gid.value == kNoUid.value)
    return std::unexpected(std::string("root cannot be given up for root"));
  if (::prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) != 0) return failure("let go of capabilities");
  if (::setgroups(0, nullptr) != 0) return failure("leave the groups");
  if (::setresgid(gid.value, gid.value, gid.value) != 0) return failure("change the gid");
  if (::setresuid(uid.value, uid.value, uid.value) != 0) return failure("change the uid");
  if (auto dropped = keep_only_capabilities({}); !dropped) return dropped;
  if (!is_wholly(uid, gid) || has_any_capability() || can_come_back())
    return std::unexpected(std::string("root could be had back after it was given up"));
  return harden();
}

std::expected<void, std::string> prepare_session_process() {
  if (::setresuid(0, 0, 0) != 0 || ::setresgid(0, 0, 0) != 0) return failure("become root alone");
  if (::clearenv() != 0) return failure("empty the environment");
  if (::chdir("/") != 0) return failure("change to /");
  ::umask(S_IRWXG | S_IRWXO);
  if (auto done = normalise_signals(); !done) return done;
  if (auto done = normalise_limits(); !done) return done;
  normalise_scheduling();
  return {};
}

}  // namespace mfa
