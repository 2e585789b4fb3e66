#include "common/service/monitor/monitor_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <utility>

#include "common/service/monitor/packet.h"
#include "common/system/capabilities.h"
#include "common/system/error_text.h"
#include "common/system/privileges.h"
#include "common/system/process_limits.h"

namespace mfa::monitor {
namespace {

// PAM's modules change uid and gid and read /etc/shadow; PAM itself tells the audit system, and takes it for an error
// when root may not.
constexpr std::array<int, 4> kNeeded{CAP_SETUID, CAP_SETGID, CAP_DAC_READ_SEARCH, CAP_AUDIT_WRITE};

std::expected<void, std::string> settle() {
  ::prctl(PR_SET_NAME, "mfad-monitor", 0, 0, 0);
  if (::chdir("/") != 0) return std::unexpected(fmt::format("cannot change to /: {}", error_text(errno)));
  if (auto done = normalise_signals(); !done) return done;
  if (auto done = keep_only_capabilities(kNeeded); !done) return done;
  return harden();
}

// All but `keep`, which becomes descriptor 3; the first three lead nowhere.
bool keep_descriptor(int keep) {
  constexpr int kPlace = 3;
  if (keep != kPlace && ::dup3(keep, kPlace, O_CLOEXEC) < 0) return false;
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nowhere < 0) return false;
  for (int fd = 0; fd < kPlace; ++fd)
    if (::dup2(nowhere, fd) < 0) return false;
  return ::close_range(kPlace + 1, ~0U, 0) == 0;
}

bool ignore_stop_signals() {
  bool good = true;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) good = ::signal(signal, SIG_IGN) != SIG_ERR && good;
  return good;
}

[[noreturn]] void be_the_monitor(int channel, const Options& options) {
  int status = 1;
  try {
    ::setsid();  // fails only for a leader, and a forked process is none
    if (settle() && ignore_stop_signals() && keep_descriptor(channel)) {
      Monitor monitor(options);
      monitor.add_channel(Descriptor(3));
      monitor.run();
      status = 0;
    }
  } catch (const std::exception&) {
    status = 1;
  }
  ::_exit(status);
}

Descriptor stop_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  if (::sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) return {};
  return Descriptor(::signalfd(-1, &signals, SFD_CLOEXEC));
}

bool is_listening_for_packets(int socket) {
  int value = 0;
  socklen_t size = sizeof value;
  if (::getsockopt(socket, SOL_SOCKET, SO_TYPE, &value, &size) != 0 || value != SOCK_SEQPACKET) return false;
  size = sizeof value;
  return ::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value == 1;
}

int failure(std::string_view why) {
  fmt::print(stderr, "mfad: monitor: {}\n", why);
  return 1;
}

}  // namespace

std::expected<Handle, std::string> start_monitor(const Options& options) {
  auto [engines_end, monitors_end] = packet_pair();
  if (!engines_end) return std::unexpected(fmt::format("cannot make a channel: {}", error_text(errno)));
  const pid_t pid = ::fork();
  if (pid < 0) return std::unexpected(fmt::format("cannot start the monitor: {}", error_text(errno)));
  if (pid == 0) be_the_monitor(monitors_end.get(), options);
  return Handle{.control = std::move(engines_end), .pid = pid};
}

int serve_monitor_unit(Descriptor listener, Uid engine, const Options& options) {
  if (!is_listening_for_packets(listener.get())) return failure("was not handed a listening SOCK_SEQPACKET socket");
  if (engine.value == 0 || engine == kNoUid) return failure("the engine must be a user of its own");
  if (const auto done = settle(); !done) return failure(done.error());
  auto stop = stop_signals();
  if (!stop) return failure("cannot wait for signals");
  Monitor monitor(options);
  monitor.listen_on(std::move(listener), engine);
  monitor.stop_on(std::move(stop));
  monitor.run();
  return 0;
}

}  // namespace mfa::monitor
