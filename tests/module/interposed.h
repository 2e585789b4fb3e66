// Three functions of libc under the test's control, and the test program as its own `mfad --session 3`.
//
// Included by exactly one file of a program. Defined here, getpwnam_r, connect and posix_spawn take precedence over
// libc's, also for a pam_mfa.so that the program loads (if it exports its symbols), so that the very module that is
// installed is tried, not one built for tests. A spawned mfad is this program again: it plays a session that reports
// how it found itself, instead of running tests.
#pragma once

#include <dirent.h>
#include <dlfcn.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "tests/module/scripted_engine.h"

namespace mfa::test {

// Who the user mfa is, as getpwnam_r tells it.
struct Passwd {
  bool there = false;
  uid_t uid = 0;
  int error = 0;
  int calls = 0;
};
inline Passwd passwd_of_mfa;

struct Spawned {
  int calls = 0;
  std::string path;   // that was to be run
  int fail_with = 0;  // an error number instead of a process
};
inline Spawned spawned;
inline std::vector<std::string> connected;  // the sockets that were tried

namespace session {

inline std::string open_descriptors() {
  std::string found;
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return "?";
  for (int fd = 0; fd < 1024; ++fd) {
    char target[256] = {};
    if (fd == dirfd(folder) || readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), target, sizeof target - 1) < 0)
      continue;
    if (strncmp(target, "socket:", 7) == 0) target[6] = '\0';
    found += std::to_string(fd) + "=" + target + " ";
  }
  closedir(folder);
  return found;
}

inline std::string changed_signals() {
  std::string found;
  sigset_t mask;
  sigprocmask(SIG_BLOCK, nullptr, &mask);
  for (int number = 1; number < 65; ++number) {
    struct sigaction action{};
    if (sigaction(number, nullptr, &action) != 0) continue;
    // The sanitizers' runtimes handle a few themselves; what a host would have passed on is "ignored" and "blocked".
    if (action.sa_handler == SIG_IGN) found += "ignored=" + std::to_string(number) + " ";
    if (sigismember(&mask, number) == 1) found += "blocked=" + std::to_string(number) + " ";
  }
  return found;
}

inline std::string report() {
  char folder[256] = {};
  if (getcwd(folder, sizeof folder) == nullptr) folder[0] = '?';
  std::string environment;
  for (char** variable = environ; *variable != nullptr; ++variable) environment += std::string(*variable) + " ";
  return open_descriptors() + "| " + changed_signals() + "| " + environment + "| " +
         (getsid(0) == getpid() ? "own session" : "host's session") + " | " + folder;
}

// The user's name in Login says how to behave.
inline int play() {
  const auto login = read_frame(3);
  const std::string user = login ? (*login)[Tag::user] : "";
  if (user == "session-dies") return 1;
  if (user == "session-hangs") {
    wait_for_end(3);
    return 1;
  }
  const int phase = login && login->fields.contains(Tag::phase) ? (*login)[Tag::phase][0] : 1;
  const bool is_report = phase == static_cast<int>(protocol::Phase::failed_password) ||
                         phase == static_cast<int>(protocol::Phase::password_changed);
  const bool configuration_only = login && login->fields.contains(Tag::configuration_only);
  if (!write_frame(3, hello())) return 1;
  if (user == "session-reports") write_frame(3, {FrameType::show, {{Tag::text, report()}}});
  const auto verdict = is_report            ? protocol::VerdictCode::done
                       : configuration_only ? protocol::VerdictCode::skipped
                                            : protocol::VerdictCode::passed;
  const bool lives_on = user == "session-lives-on";
  Frame last{FrameType::verdict, {{Tag::verdict, byte(static_cast<int>(verdict))}, {Tag::reason, "session"}}};
  if (lives_on) last.fields[Tag::more] = byte(1);
  write_frame(3, last);
  if (lives_on) sleep(60);
  return 0;
}

[[gnu::constructor]] inline void be_mfad(int argc, char** argv) {
  if (argc == 3 && strcmp(argv[0], "mfad") == 0 && strcmp(argv[1], "--session") == 0 && strcmp(argv[2], "3") == 0) {
    _exit(play());
  }
}

}  // namespace session
}  // namespace mfa::test

extern "C" {

[[gnu::visibility("default")]] int getpwnam_r(const char* name, passwd* entry, char*, size_t, passwd** result) {
  auto& mfa = mfa::test::passwd_of_mfa;
  ++mfa.calls;
  *result = nullptr;
  if (mfa.error != 0) return mfa.error;
  if (strcmp(name, "mfa") != 0 || !mfa.there) return 0;
  *entry = {};
  entry->pw_uid = mfa.uid;
  *result = entry;
  return 0;
}

[[gnu::visibility("default")]] int connect(int fd, const sockaddr* address, socklen_t size) {
  using Connect = decltype(&connect);
  static const auto real = reinterpret_cast<Connect>(dlsym(RTLD_NEXT, "connect"));
  if (address->sa_family == AF_UNIX && size == sizeof(sockaddr_un)) {
    const std::string path = reinterpret_cast<const sockaddr_un*>(address)->sun_path;
    mfa::test::connected.push_back(path);
    if (path.starts_with("/run/mfa/")) {  // the tests leave a service of this machine alone
      errno = ENOENT;
      return -1;
    }
  }
  return real(fd, address, size);
}

[[gnu::visibility("default")]] int posix_spawn(pid_t* pid, const char* path, const posix_spawn_file_actions_t* actions,
                                               const posix_spawnattr_t* attributes, char* const argv[],
                                               char* const envp[]) {
  using Spawn = decltype(&posix_spawn);
  static const auto real = reinterpret_cast<Spawn>(dlsym(RTLD_NEXT, "posix_spawn"));
  auto& spawned = mfa::test::spawned;
  ++spawned.calls;
  spawned.path = path;
  if (spawned.fail_with != 0) return spawned.fail_with;
  return real(pid, "/proc/self/exe", actions, attributes, argv, envp);
}

}  // extern "C"
