#include "common/system/process_limits.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "common/system/descriptor.h"
#include "common/system/error_text.h"

namespace mfa {
namespace {

std::expected<void, std::string> failure(std::string_view act) {
  return std::unexpected(fmt::format("cannot {}: {}", act, error_text(errno)));
}

bool set_handler(int signal, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  return ::sigaction(signal, &action, nullptr) == 0;
}

}  // namespace

std::expected<void, std::string> normalise_signals() {
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    if (signal == SIGKILL || signal == SIGSTOP || (signal > SIGSYS && signal < SIGRTMIN)) continue;
    const bool ignored = signal == SIGPIPE || signal == SIGXFSZ;
    if (!set_handler(signal, ignored ? SIG_IGN : SIG_DFL)) return failure("set a signal's handler");
  }
  sigset_t none;
  ::sigemptyset(&none);
  if (::sigprocmask(SIG_SETMASK, &none, nullptr) != 0) return failure("unblock signals");
  return {};
}

std::expected<void, std::string> normalise_limits() {
  struct Row {
    __rlimit_resource resource;
    rlim_t soft;
    rlim_t hard;
  };
  constexpr rlim_t kStack = 8UL << 20;
  constexpr Row kRows[] = {
      {RLIMIT_CORE, 0, 0},
      {RLIMIT_FSIZE, RLIM_INFINITY, RLIM_INFINITY},
      {RLIMIT_CPU, RLIM_INFINITY, RLIM_INFINITY},
      {RLIMIT_AS, RLIM_INFINITY, RLIM_INFINITY},
      {RLIMIT_DATA, RLIM_INFINITY, RLIM_INFINITY},
      {RLIMIT_STACK, kStack, RLIM_INFINITY},
      {RLIMIT_NPROC, RLIM_INFINITY, RLIM_INFINITY},
      {RLIMIT_NOFILE, kOpenFiles, kOpenFiles},
      {RLIMIT_LOCKS, RLIM_INFINITY, RLIM_INFINITY},
      {RLIMIT_RTTIME, RLIM_INFINITY, RLIM_INFINITY},
      {RLIMIT_SIGPENDING, RLIM_INFINITY, RLIM_INFINITY},
  };
  for (const auto& row : kRows) {
    const rlimit wanted{.rlim_cur = row.soft, .rlim_max = row.hard};
    if (::setrlimit(row.resource, &wanted) == 0) continue;
    // Root without CAP_SYS_RESOURCE (a container): as far as the hard limit lets it.
    rlimit found{};
    if (errno != EPERM || ::getrlimit(row.resource, &found) != 0) return failure("read a limit");
    found.rlim_cur = std::min(row.soft, found.rlim_max);
    if (::setrlimit(row.resource, &found) != 0) return failure("set a limit");
  }
  return {};
}

void normalise_scheduling() {
  constexpr int kIoPriorityOfProcess = 1;  // IOPRIO_WHO_PROCESS
  const sched_param ordinary{};
  ::sched_setscheduler(0, SCHED_OTHER, &ordinary);
  ::setpriority(PRIO_PROCESS, 0, 0);
  ::syscall(SYS_ioprio_set, kIoPriorityOfProcess, 0, 0);
  cpu_set_t all;
  std::memset(&all, 0xFF, sizeof all);
  ::sched_setaffinity(0, sizeof all, &all);
  // Out of the invoker's control group, which they may freeze while we hold the store (systemd gives users their own).
  // Where there is no cgroup v2, or it cannot be written, it stays as it is.
  if (const Descriptor group(::open("/sys/fs/cgroup/cgroup.procs", O_WRONLY | O_CLOEXEC)); group)
    (void)!::write(group.get(), "0", 1);
  const Descriptor score(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  if (score && ::write(score.get(), "0", 1) != 1) return;
}

}  // namespace mfa
