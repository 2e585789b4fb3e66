// Kills a process before a change that it makes on disk, counted by its system calls (ptrace(2)): at each moment that
// matters, however fast the machine is.
#pragma once

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <span>

namespace mfa::test {

// System calls: what lies on disk under which name, and what is in it.
inline constexpr std::array kOfNames{SYS_fsync, SYS_fdatasync, SYS_rename, SYS_unlink, SYS_link};
inline constexpr std::array kOfBytes{SYS_pwrite64};

// Lets it go on to its next such call. False: it has ended.
inline bool goes_on_to(pid_t child, std::span<const int> calls) {
  for (;;) {
    int status = 0;
    if (ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) != 0 || waitpid(child, &status, 0) != child ||
        !WIFSTOPPED(status))
      return false;
    __ptrace_syscall_info call{};
    if (ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof call, &call) > 0 && call.op == PTRACE_SYSCALL_INFO_ENTRY &&
        std::ranges::find(calls, static_cast<int>(call.entry.nr)) != calls.end())
      return true;
  }
}

// What a process does that is to be killed; it must start no thread.
inline std::function<bool()> led(const std::function<bool()>& work) {
  return [work] { return ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0 && raise(SIGSTOP) == 0 && work(); };
}

// Kills a process that is led before its nth such call. False: it had come to its end.
inline bool killed_before(int nth, std::span<const int> calls, pid_t child) {
  bool going =
      waitpid(child, nullptr, 0) == child && ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD) == 0;
  for (int i = 0; going && i < nth; ++i) going = goes_on_to(child, calls);
  static_cast<void>(kill(child, SIGKILL));
  static_cast<void>(waitpid(child, nullptr, 0));
  return going;
}

}  // namespace mfa::test
