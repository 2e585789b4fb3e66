#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <utility>

#include "common/service/current_configuration.h"
#include "common/service/handed.h"
#include "common/service/modes.h"
#include "common/service/monitor/monitor_process.h"
#include "common/service/own_sockets.h"
#include "common/service/resident.h"
#include "common/service/workings.h"
#include "common/system/privileges.h"
#include "common/system/process_limits.h"

namespace mfa {
namespace {

template <class T>
using Or = std::expected<T, std::string>;

constexpr int kArenas = 2;  // of malloc: one for each would keep the memory of the busiest minute

Or<Descriptor> blocked_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT, SIGCHLD}) sigaddset(&signals, signal);
  if (sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) return std::unexpected("cannot block signals");
  Descriptor made(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!made) return std::unexpected("cannot wait for signals");
  return made;
}

// Up to what it may have anyway; with fewer, fewer sessions are served.
std::size_t raise_open_files() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 0;
  const rlim_t wanted = std::min<rlim_t>(files.rlim_max, kOpenFiles);
  if (files.rlim_cur < wanted) {
    files.rlim_cur = wanted;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0 && getrlimit(RLIMIT_NOFILE, &files) != 0) return 0;
  }
  return static_cast<std::size_t>(std::min<rlim_t>(files.rlim_cur, SIZE_MAX));
}

struct Doors {
  Descriptor login;
  Descriptor user;
  std::optional<OwnSockets> own;  // nothing: they were handed to us
};

Or<Doors> open_doors(Supervisor& supervisor) {
  Doors doors;
  if (supervisor.handed_any()) {
    doors.login = supervisor.take("login");
    doors.user = supervisor.take("user");
    if (!listens(doors.login.get(), SOCK_STREAM) || !listens(doors.user.get(), SOCK_STREAM))
      return std::unexpected("the sockets that were handed over must be two, listening, named login and user");
    return doors;
  }
  if (geteuid() != 0) return std::unexpected("must be started by root, or be handed its sockets (systemd)");
  auto own = OwnSockets::make();
  if (!own) return std::unexpected(std::move(own.error()));
  doors.login = std::move(own->login);
  doors.user = std::move(own->user);
  doors.own = *std::move(own);
  return doors;
}

struct Monitoring {
  MonitorClient client;
  pid_t pid = 0;
};

// From here on nothing of this process is root's. Forks what stays so; must come before any thread.
Or<Monitoring> give_up_root(const CurrentConfiguration& configuration, Doors& doors) {
  const auto user = service_user();
  if (!user) return std::unexpected(user.error() + "; run: mfa-enroll admin init");
  if (geteuid() != 0) {
    if (geteuid() != user->uid.value) return std::unexpected("must run as root or as the user mfa");
    if (auto done = harden(); !done) return std::unexpected(std::move(done.error()));
    return Monitoring{.client = MonitorClient(std::string(MonitorClient::kSocket))};
  }
  auto monitor = monitor::start_monitor(monitor_options(configuration, user->uid));
  if (!monitor) return std::unexpected(std::move(monitor.error()));
  if (doors.own) {
    if (auto sweeper = doors.own->start_sweeper(); !sweeper) return std::unexpected(std::move(sweeper.error()));
  }
  if (auto done = become(user->uid, user->gid); !done) return std::unexpected(std::move(done.error()));
  return Monitoring{.client = MonitorClient(std::move(monitor->control)), .pid = monitor->pid};
}

Or<int> serve(const CommandLine& line) {
  auto supervisor = Supervisor::from_environment();
  if (!supervisor) return std::unexpected(std::move(supervisor.error()));
  if (auto done = normalise_signals(); !done) return std::unexpected(std::move(done.error()));
  auto signals = blocked_signals();
  if (!signals) return std::unexpected(std::move(signals.error()));
  if (geteuid() == 0)
    if (auto done = normalise_limits(); !done) return std::unexpected(std::move(done.error()));
  const Limits limits = fitted({}, raise_open_files());

  CurrentConfiguration configuration(line.configuration);
  const auto mistakes = configuration.reload();
  for (const auto& mistake : mistakes) fmt::print(stderr, "mfad: error: {}\n", mistake);
  if (!mistakes.empty())
    fmt::print(stderr,
               "mfad: error: every login is denied until this is mended; then: systemctl reload mfad, or SIGHUP\n");
  auto doors = open_doors(*supervisor);
  if (!doors) return std::unexpected(std::move(doors.error()));
  auto monitoring = give_up_root(configuration, *doors);
  if (!monitoring) return std::unexpected(std::move(monitoring.error()));

  Workings workings(configuration, limits, std::move(monitoring->client), /*resident=*/true);
  Resident resident(configuration, limits, workings,
                    {.login = std::move(doors->login),
                     .user = std::move(doors->user),
                     .shared = !doors->own,
                     .signals = *std::move(signals),
                     .monitor_pid = monitoring->pid,
                     .supervisor = *supervisor});
  const int status = resident.run(mistakes);
  // Threads that did not end in time cannot be waited for either, nor calls.
  if (status != 0 || workings.calls().count() > 0) _exit(status);
  return status;
}

}  // namespace

int run_foreground(const CommandLine& line) {
  (void)mallopt(M_ARENA_MAX, kArenas);
  if (chdir("/") != 0) return 1;
  const auto status = serve(line);
  if (status) return *status;
  fmt::print(stderr, "mfad: error: {}\n", status.error());
  SyslogJournal().note(Severity::error, fmt::format("cannot start: {}", status.error()));
  return 1;
}

}  // namespace mfa
