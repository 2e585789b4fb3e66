#include "common/service/resident.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace mfa {
namespace {

constexpr std::chrono::milliseconds kBetweenCuts{50};
constexpr std::chrono::milliseconds kBetweenLooks{200};  // at calls, which tell nobody that they ended

}  // namespace

Limits fitted(Limits limits, std::size_t open_files) {
  const std::size_t wanted = limits.login.all + limits.user.all;
  const std::size_t free = open_files > kReservedFiles ? open_files - kReservedFiles : 0;
  if (wanted <= free) return limits;
  limits.login.all = std::max<std::size_t>(limits.login.all * free / wanted, 1);
  limits.user.all = std::max<std::size_t>(limits.user.all * free / wanted, 1);
  limits.user.kept_for_root = std::min(limits.user.kept_for_root, limits.user.all / 2);
  return limits;
}

Resident::Resident(CurrentConfiguration& configuration, const Limits& limits, Workings& workings, Parts parts)
    : configuration_(configuration),
      limits_(limits),
      workings_(workings),
      journal_(workings.journal()),
      signals_(std::move(parts.signals)),
      monitor_pid_(parts.monitor_pid),
      supervisor_(parts.supervisor),
      shared_login_(parts.shared ? fcntl(parts.login.get(), F_DUPFD_CLOEXEC, 0) : -1),
      emptied_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      purging_(configuration, limits, workings),
      login_(
          std::move(parts.login),
          {.name = "login.sock", .caps = limits.login, .idle = limits.login_idle, .root_only = true}, limits, journal_,
          [context = workings.for_logins()](int connection, Caller caller) {
            serve_session(context, connection, caller);
          },
          [this] { (void)eventfd_write(emptied_.get(), 1); }),
      user_(
          std::move(parts.user),
          {.name = "user.sock", .caps = limits.user, .idle = limits.user_idle, .root_only = false}, limits, journal_,
          [context = workings.for_users()](int connection, Caller caller) {
            serve_session(context, connection, caller);
          },
          [this] { (void)eventfd_write(emptied_.get(), 1); }) {}

int Resident::run(const std::vector<std::string>& mistakes) {
  if (!emptied_ || !login_.start() || !user_.start() || !purging_.start()) {
    journal_.note(Severity::error, "cannot start threads to serve with");
    return 1;
  }
  note_start(mistakes);
  supervisor_.ready();
  while (handle_signal() != Asked::end) continue;
  return end() ? 0 : 1;
}

// The store is opened now, so that the first login need not wait for it; without one there is nothing to wait for.
void Resident::note_start(const std::vector<std::string>& mistakes) {
  for (const auto& mistake : mistakes)
    journal_.note(Severity::error, fmt::format("everything is denied, configuration: {}", mistake));
  std::string_view store = "unavailable";
  if (const Snapshot now = configuration_.snapshot(); now.settings) {
    if (const std::string missing = Confinement::missing(); !missing.empty() && !now.settings->gateways.empty())
      journal_.note(Severity::warning, fmt::format("gateways can read the key and the store: {}", missing));
    const auto opened = workings_.store().prepare();
    store = opened ? "open" : name_of(opened.error());
  }
  journal_.note(Severity::notice, fmt::format("started version={} store={}", MFA_VERSION, store));
  supervisor_.status(mistakes.empty() ? fmt::format("Serving, store {}", store)
                                      : fmt::format("Denying everything: {}", mistakes.front()));
}

// Waits for the next one.
Resident::Asked Resident::handle_signal() {
  signalfd_siginfo signal{};
  pollfd waiting{.fd = signals_.get(), .events = POLLIN, .revents = 0};
  if (poll(&waiting, 1, -1) < 0) return errno == EINTR ? Asked::nothing : Asked::end;
  if (read(signals_.get(), &signal, sizeof signal) != sizeof signal) return Asked::nothing;
  switch (signal.ssi_signo) {
    case SIGHUP:
      reload();
      return Asked::nothing;
    case SIGCHLD:
      reap();
      return Asked::nothing;
    default:
      return Asked::end;
  }
}

void Resident::reload() {
  supervisor_.reloading();
  const Snapshot before = configuration_.snapshot();
  const auto mistakes = configuration_.reload();
  for (const auto& mistake : mistakes) journal_.note(Severity::error, fmt::format("configuration: {}", mistake));
  const Snapshot now = configuration_.snapshot();
  if (mistakes.empty()) {
    journal_.note(Severity::notice, fmt::format("configuration read file={}", configuration_.path()));
    supervisor_.status("Serving");
  } else {
    journal_.note(Severity::error, now.settings ? "the configuration in force stays as it was"
                                                : "everything is denied until the configuration is mended");
  }
  if (before.settings && now.settings && before.settings->store_path != now.settings->store_path)
    journal_.note(Severity::warning, "another store.path takes effect when mfad is started anew");
  supervisor_.ready();
}

// The monitor alone: other children are waited for by the sessions that started them (system/programs).
void Resident::reap() {
  if (monitor_pid_ <= 0 || waitpid(monitor_pid_, nullptr, WNOHANG) != monitor_pid_) return;
  monitor_pid_ = 0;  // from now on it may be another's
  journal_.note(Severity::error, "the monitor has ended: passwords cannot be checked until mfad is started anew");
}

bool Resident::empty() { return login_.sessions() == 0 && user_.sessions() == 0; }

// The socket that systemd keeps goes on taking connections while the last dialogues end. Left waiting there, root's
// programs would think us hung, and deny; closed without a word, they start a session of their own.
void Resident::turn_next_away() {
  const Descriptor guest(accept4(shared_login_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!guest && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) shared_login_.reset();
}

// False: the time is up, or another signal asks for an end at once. A call whose dialogue is over may still be read
// out.
bool Resident::wait_until_empty(std::chrono::milliseconds limit, bool calls_too) {
  const auto until = limits_.now() + limit;
  while (!empty() || (calls_too && workings_.calls().count() > 0)) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - limits_.now()).count();
    if (left <= 0) return false;
    std::array<pollfd, 3> all{{{.fd = emptied_.get(), .events = POLLIN, .revents = 0},
                               {.fd = signals_.get(), .events = POLLIN, .revents = 0},
                               {.fd = shared_login_.get(), .events = POLLIN, .revents = 0}}};
    const auto pause = empty() ? std::min(left, kBetweenLooks.count()) : left;
    if (poll(all.data(), all.size(), static_cast<int>(pause)) < 0 && errno != EINTR) return false;
    eventfd_t told = 0;
    if (all[0].revents != 0) (void)eventfd_read(emptied_.get(), &told);
    if (all[1].revents != 0 && handle_signal() == Asked::end) return false;
    if (all[2].revents != 0) turn_next_away();
  }
  return true;
}

// A cut may come a moment too early for one session or another.
bool Resident::cut_until_empty(std::chrono::milliseconds limit) {
  const auto until = limits_.now() + limit;
  do {
    login_.cut();
    user_.cut();
    if (wait_until_empty(std::min(limit, kBetweenCuts), /*calls_too=*/false)) return true;
  } while (limits_.now() < until);
  return false;
}

// Whether every session came to its end. While dialogues go on, others may already use the store: the sessions that the
// module starts for itself now that nobody listens.
bool Resident::end() {
  supervisor_.stopping();
  purging_.stop();
  login_.stop();
  workings_.store().give_way();  // before anything else: from now on root's programs serve themselves
  user_.stop();
  const std::size_t left = login_.sessions() + user_.sessions();
  journal_.note(Severity::notice, fmt::format("stopping sessions={}", left));
  const auto note_cut = [this] {
    journal_.note(Severity::notice, fmt::format("cutting sessions={} calls={}", login_.sessions() + user_.sessions(),
                                                workings_.calls().count()));
  };
  if (!wait_until_empty(limits_.drain, /*calls_too=*/false)) {
    note_cut();
    if (!cut_until_empty(limits_.cut)) {
      journal_.note(Severity::error, "stopped, with sessions that did not end");
      return false;
    }
  } else if (!wait_until_empty(limits_.calls_end, /*calls_too=*/true)) {
    note_cut();  // what is read out after its login has ended helps nobody: it counts as one that was not answered
  }
  journal_.note(Severity::notice, "stopped");
  return true;
}

}  // namespace mfa
