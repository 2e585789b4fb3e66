#include "common/system/journal.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <system_error>
#include <utility>

#include "common/domain/event_line.h"

namespace mfa {
namespace {

constexpr int kRetry = 1000;  // milliseconds between attempts while there is no syslog at all
constexpr int kPause = 50;    // milliseconds

int level_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return LOG_ERR;
    case Severity::warning:
      return LOG_WARNING;
    case Severity::notice:
      return LOG_NOTICE;
    case Severity::info:
      return LOG_INFO;
  }
  return LOG_ERR;
}

// "Mmm dd hh:mm:ss " in local time, as syslog(3) writes it on this socket (RFC 3164 §4.1.2).
std::string stamp() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  std::array<char, 32> text{};
  if (::localtime_r(&now, &local) == nullptr) return {};
  return {text.data(), std::strftime(text.data(), text.size(), "%b %e %H:%M:%S ", &local)};
}

Severity severity_of(EventKind kind) {
  switch (kind) {
    case EventKind::locked_out:
    case EventKind::reported:
      return Severity::warning;
    case EventKind::login_failed:
    case EventKind::login_refused:
    case EventKind::test_failed:
    case EventKind::step_up_failed:
      return Severity::notice;
    default:
      return Severity::info;
  }
}

// A terminal that is stopped (^S) must not stop the service: then the line is left out here.
void print(const std::string& line) {
  pollfd standard_error{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  if (::poll(&standard_error, 1, 0) != 1 || (standard_error.revents & POLLOUT) == 0) return;
  const std::string text = line + "\n";
  // A failure has no better place to be told.
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

}  // namespace

SyslogJournal::SyslogJournal(Options options)
    : options_(std::move(options)),
      tag_(fmt::format("{}[{}]: ", options_.ident, ::getpid())),
      stop_event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

SyslogJournal::~SyslogJournal() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  const std::uint64_t one = 1;
  if (deliverer_.joinable()) {
    // If it cannot be written, the thread comes by within a second.
    if (::write(stop_event_.get(), &one, sizeof one) < 0) stop_event_.reset();
    deliverer_.join();
  }
  const std::lock_guard lock(mutex_);
  deliver_pending();
}

void SyslogJournal::record(const Event& event, const std::optional<TrailMark>& mark) {
  write(severity_of(event.kind), event_line(event, mark));
}

void SyslogJournal::note(Severity severity, std::string_view text) { write(severity, escaped(text, kLongestText)); }

std::uint64_t SyslogJournal::dropped() {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

std::string SyslogJournal::framed(Severity severity, const std::string& text) const {
  return fmt::format("<{}>{}{}{}", LOG_AUTHPRIV | level_of(severity), stamp(), tag_, text);
}

void SyslogJournal::write(Severity severity, const std::string& text) {
  auto line = framed(severity, text);
  const std::lock_guard lock(mutex_);
  if (options_.also_stderr) print(tag_ + text);
  if (pending_.empty() && tell_dropped() && deliver(line) == Delivery::sent) return;
  keep(std::move(line));
}

bool SyslogJournal::connect() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (options_.socket.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, options_.socket.data(), options_.socket.size());
  Descriptor fresh(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fresh || ::connect(fresh.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
  socket_ = std::move(fresh);
  return true;
}

SyslogJournal::Delivery SyslogJournal::deliver(const std::string& line) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (!socket_ && !connect()) return Delivery::later;
    if (::send(socket_.get(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return Delivery::sent;
    if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) return Delivery::later;
    socket_.reset();  // syslog was started anew: once more over a new connection
  }
  return Delivery::later;
}

std::string SyslogJournal::count_of_dropped() const {
  return framed(Severity::warning, fmt::format("event=journal.dropped lines={}", dropped_));
}

// False: it has to wait, and so has what comes behind it.
bool SyslogJournal::tell_dropped() {
  if (dropped_ == 0) return true;
  if (deliver(count_of_dropped()) != Delivery::sent) return false;
  dropped_ = 0;
  return true;
}

void SyslogJournal::keep(std::string line) {
  if (pending_.size() >= kMostPending) {
    ++dropped_;
    return;
  }
  if (dropped_ > 0) {
    pending_.push_back(count_of_dropped());
    dropped_ = 0;
  }
  pending_.push_back(std::move(line));
  if (!deliverer_.joinable() && !stopping_) {
    try {
      deliverer_ = std::thread([this] { wait_and_deliver(); });
    } catch (const std::system_error&) {
      // Without a thread the next line brings this one along.
      deliver_pending();
    }
  }
  wake_.notify_one();
}

void SyslogJournal::deliver_pending() {
  while (!pending_.empty() && deliver(pending_.front()) == Delivery::sent) pending_.pop_front();
  if (pending_.empty() && !tell_dropped()) return;  // comes by again
}

// Only this thread touches the socket while something is pending.
void SyslogJournal::wait_and_deliver() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait(lock, [this] { return stopping_ || !pending_.empty() || dropped_ > 0; });
    std::array<pollfd, 2> ready{{{.fd = stop_event_.get(), .events = POLLIN, .revents = 0},
                                 {.fd = socket_.get(), .events = POLLOUT, .revents = 0}}};
    const nfds_t count = socket_ ? 2 : 1;
    const auto before = pending_.size();
    lock.unlock();
    ::poll(ready.data(), count, kRetry);
    lock.lock();
    deliver_pending();
    if (stopping_ || pending_.size() < before || !socket_) continue;
    // Ready and yet nothing went (no memory in the kernel): not at once again.
    lock.unlock();
    ::poll(ready.data(), 1, kPause);
    lock.lock();
  }
}

}  // namespace mfa
