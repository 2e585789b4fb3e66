// A session for one dialogue. Until it is mfa it reads nothing but its own configuration.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <expected>
#include <string>
#include <utility>

#include "common/service/current_configuration.h"
#include "common/service/listener.h"
#include "common/service/modes.h"
#include "common/service/monitor/monitor_process.h"
#include "common/service/session.h"
#include "common/service/workings.h"
#include "common/system/descriptor.h"
#include "common/system/privileges.h"

namespace mfa {
namespace {

// Of a Unix stream socket that was handed over, the one at its other end, who must be root.
std::expected<Caller, std::string> root_at(int connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  int type = 0;
  socklen_t type_size = sizeof type;
  if (fcntl(connection, F_SETFD, FD_CLOEXEC) != 0 ||
      getsockopt(connection, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0 || type != SOCK_STREAM ||
      getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return std::unexpected(fmt::format("descriptor {} is no connection", connection));
  if (peer.uid != 0) return std::unexpected(fmt::format("uid {} is not root", peer.uid));
  return Caller{.uid = Uid{peer.uid}, .pid = peer.pid};
}

// The monitor is forked before anything of the client is read, since afterwards nobody is root any longer.
std::expected<MonitorClient, std::string> give_up_root(const CurrentConfiguration& configuration) {
  const auto user = service_user();
  if (!user) return std::unexpected(user.error());
  auto monitor = monitor::start_monitor(monitor_options(configuration, user->uid));
  if (!monitor) return std::unexpected(std::move(monitor.error()));
  if (auto done = become(user->uid, user->gid); !done) return std::unexpected(std::move(done.error()));
  return MonitorClient(std::move(monitor->control));
}

std::expected<void, std::string> serve(const CommandLine& line) {
  if (auto done = prepare_session_process(); !done) return done;
  Descriptor connection(line.descriptor);
  const auto caller = root_at(connection.get());
  if (!caller) return std::unexpected(caller.error());
  CurrentConfiguration configuration(line.configuration);
  (void)configuration.reload();  // without one everything is denied, and its mistakes are noted then
  auto monitor = give_up_root(configuration);
  if (!monitor) {
    send_away(connection.get(), false, "no-session", "The MFA service is not set up on this computer, or is broken.");
    return std::unexpected(std::move(monitor.error()));
  }
  const Limits limits;
  Workings workings(configuration, limits, *std::move(monitor), /*resident=*/false);
  serve_session(workings.for_logins(), connection.get(), *caller);
  connection.reset();  // how a call ended is recorded by this process; nobody has to wait for that
  return {};
}

}  // namespace

int run_session(const CommandLine& line) {
  const auto done = serve(line);
  if (done) return 0;
  SyslogJournal().note(Severity::error, fmt::format("a session cannot start: {}", done.error()));
  return 1;
}

}  // namespace mfa
