#include "common/protocol/client.h"

#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace mfa::protocol {
namespace {

constexpr int kSessionDescriptor = 3;
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kNanosPerMilli = 1'000'000;
constexpr std::int64_t kNanosPerMicro = 1'000;

}  // namespace

// A moment that does not move, however often a wait is interrupted or a single byte arrives.
class Connection::Deadline {
 public:
  explicit Deadline(int seconds) : at_(now() + seconds * kNanosPerSecond) {}
  Deadline(int seconds, std::int64_t latest) : Deadline(seconds) {
    if (at_ > latest) at_ = latest;
  }
  [[nodiscard]] std::int64_t moment() const { return at_; }
  [[nodiscard]] std::int64_t nanos_left() const {
    const std::int64_t left = at_ - now();
    return left > 0 ? left : 0;
  }
  // Rounded up, so that poll() does not spin through the last millisecond.
  [[nodiscard]] int millis_left() const {
    return static_cast<int>((nanos_left() + kNanosPerMilli - 1) / kNanosPerMilli);
  }

 private:
  static std::int64_t now() {
    timespec t{};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);  // cannot fail with this clock and a valid pointer
    return t.tv_sec * kNanosPerSecond + t.tv_nsec;
  }
  std::int64_t at_;
};

namespace {

using Deadline = Connection::Deadline;

enum class Ready : std::uint8_t { yes, timeout, error };

Ready wait_for(int fd, short events, const Deadline& deadline) {
  for (;;) {
    pollfd waiting{fd, events, 0};
    const int n = poll(&waiting, 1, deadline.millis_left());
    if (n > 0) return Ready::yes;  // POLLERR and POLLHUP too: the next call on fd says what it is
    if (n == 0) return Ready::timeout;
    if (errno != EINTR) return Ready::error;
  }
}

// connect() on a Unix socket blocks while the backlog is full, and SO_SNDTIMEO is what limits it: it then fails with
// EAGAIN (socket(7), connect(2)). Set anew after each EINTR, or signals would stretch the limit.
int connect_within(int fd, const sockaddr_un& address, const Deadline& deadline) {
  for (;;) {
    const std::int64_t left = deadline.nanos_left();
    if (left == 0) return EAGAIN;
    timeval limit{};
    limit.tv_sec = left / kNanosPerSecond;
    limit.tv_usec = left % kNanosPerSecond / kNanosPerMicro;
    if (limit.tv_sec == 0 && limit.tv_usec == 0) limit.tv_usec = 1;  // zero would mean no limit
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0) return errno;
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return 0;
    if (errno != EINTR) return errno;
  }
}

// Root, or the user mfa. Root first: it is the usual case (systemd listens) and costs no look-up in a directory.
bool is_engine(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof peer) return false;
  if (peer.uid == 0) return true;
  char strings[4096];
  passwd entry{};
  passwd* found = nullptr;
  return getpwnam_r("mfa", &entry, strings, sizeof strings, &found) == 0 && found != nullptr &&
         found->pw_uid == peer.uid;
}

// Starts `mfad --session 3` with `end` as its descriptor 3 and nothing else of the host: no environment, signals as
// by default, a session of its own, no other descriptor, no working directory. 0 or an error number.
int spawn_session(int end, pid_t& child) {
  posix_spawn_file_actions_t actions;
  if (const int fault = posix_spawn_file_actions_init(&actions); fault != 0) return fault;
  posix_spawnattr_t attributes;
  if (const int fault = posix_spawnattr_init(&attributes); fault != 0) {
    posix_spawn_file_actions_destroy(&actions);
    return fault;
  }
  sigset_t all;
  sigset_t none;
  sigfillset(&all);
  sigemptyset(&none);
  int fault = 0;
  const auto also = [&fault](int result) {
    if (fault == 0) fault = result;
  };
  // First of all `end` moves to 3: in a host that closed its standard streams it may be 0, 1 or 2 itself. If it is 3,
  // glibc clears its close-on-exec flag.
  also(posix_spawn_file_actions_adddup2(&actions, end, kSessionDescriptor));
  also(posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
  also(posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0));
  also(posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0));
  also(posix_spawn_file_actions_addclosefrom_np(&actions, kSessionDescriptor + 1));
  also(posix_spawn_file_actions_addchdir_np(&actions, "/"));
  also(posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
  also(posix_spawnattr_setsigdefault(&attributes, &all));
  also(posix_spawnattr_setsigmask(&attributes, &none));

  char name[] = "mfad";
  char option[] = "--session";
  char descriptor[] = "3";
  char* const arguments[] = {name, option, descriptor, nullptr};
  char* const environment[] = {nullptr};
  if (fault == 0) fault = posix_spawn(&child, MFA_MFAD, &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return fault;
}

int open_pidfd(pid_t child) { return static_cast<int>(syscall(SYS_pidfd_open, child, 0U)); }

void forget(int& fd) {
  if (fd >= 0) ::close(fd);  // Linux closes it also where this reports an error
  fd = -1;
}

}  // namespace

bool Connection::fail(Failure failure, int fault) {
  failure_ = failure;
  fault_ = fault;
  forget(fd_);
  return false;
}

void Connection::limit(int seconds) { latest_ = Deadline(seconds).moment(); }

Connection::Deadline Connection::within(int seconds) const { return {seconds, latest_}; }

void Connection::close() {
  forget(fd_);
  explicit_bzero(buffer_, sizeof buffer_);
  if (child_ < 0) return;
  // The verdict came from the socket alone; here it is only about leaving no zombie. ECHILD is normal: hosts ignore
  // SIGCHLD or reap every child themselves.
  if (wait_for(child_, POLLIN, Deadline(lives_on_ ? 0 : kFarewellSeconds)) == Ready::yes) {
    siginfo_t unused{};
    if (waitid(P_PIDFD, static_cast<id_t>(child_), &unused, WEXITED | WNOHANG) != 0) errno = 0;
  }
  forget(child_);
  lives_on_ = false;
}

Reached Connection::connect_to(const char* socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::strlen(socket);
  fail(Failure::error, ENAMETOOLONG);
  if (length == 0 || length >= sizeof address.sun_path) return Reached::failed;
  std::memcpy(address.sun_path, socket, length);

  fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) {
    fail(Failure::error, errno);
    return Reached::failed;
  }
  const int fault = connect_within(fd_, address, within(kHelloSeconds));
  if (fault == 0 && is_engine(fd_)) {
    failure_ = Failure::end;
    fault_ = 0;
    return Reached::service;
  }
  fail(fault == EAGAIN ? Failure::timeout : Failure::error, fault);
  if (fault == 0) return Reached::impostor;
  return fault == ENOENT || fault == ECONNREFUSED ? Reached::no_service : Reached::failed;
}

Reached Connection::reach(const char* socket) {
  close();
  way_ = connect_to(socket);
  return way_ == Reached::no_service && geteuid() == 0 ? start_session() : way_;
}

Reached Connection::start_session() {
  close();
  way_ = Reached::failed;
  fail(Failure::error, EPERM);
  if (geteuid() != 0) return way_;
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    fault_ = errno;
    return way_;
  }
  pid_t child = -1;
  fault_ = spawn_session(ends[1], child);
  forget(ends[1]);
  if (fault_ != 0) {
    forget(ends[0]);
    return way_;
  }
  fd_ = ends[0];
  failure_ = Failure::end;
  child_ = open_pidfd(child);  // fails if the host reaps by itself and the child is gone: then nothing is left to do
  return way_ = Reached::session;
}

bool Connection::send(std::span<const char> frame) {
  if (fd_ < 0) return false;
  if (frame.empty()) return fail(Failure::error);
  const Deadline deadline = within(kSendSeconds);
  while (!frame.empty()) {
    const ssize_t n = ::send(fd_, frame.data(), frame.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0) {
      frame = frame.subspan(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      if (deadline.nanos_left() == 0) return fail(Failure::timeout);
      if (wait_for(fd_, POLLOUT, deadline) == Ready::error) return fail(Failure::error, errno);
    } else if (errno == EPIPE || errno == ECONNRESET) {
      failure_ = Failure::end;  // still open: the engine may have said why before it closed
      return false;
    } else if (errno != EINTR) {
      return fail(Failure::error, errno);
    }
  }
  return true;
}

bool Connection::read_exactly(std::span<char> bytes, const Deadline& deadline) {
  while (!bytes.empty()) {
    const ssize_t n = recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (n > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    } else if (n == 0 || errno == ECONNRESET) {
      return fail(Failure::end);
    } else if (errno == EAGAIN) {
      if (deadline.nanos_left() == 0) return fail(Failure::timeout);
      if (wait_for(fd_, POLLIN, deadline) == Ready::error) return fail(Failure::error, errno);
    } else if (errno != EINTR) {
      return fail(Failure::error, errno);
    }
  }
  return true;
}

std::optional<Connection::Received> Connection::receive(int seconds) {
  if (fd_ < 0) return std::nullopt;
  explicit_bzero(buffer_, sizeof buffer_);  // the last frame may have held a key or a code
  if (Deadline(0).moment() >= latest_) {    // also if bytes keep coming
    fail(Failure::timeout);
    return std::nullopt;
  }
  const Deadline deadline = within(seconds);
  const std::span<char> buffer(buffer_);
  if (!read_exactly(buffer.first(kHeader), deadline)) return std::nullopt;
  const auto header = parse_header(buffer.first(kHeader));
  if (!header) {
    fail(Failure::malformed);
    return std::nullopt;
  }
  const auto payload = buffer.subspan(kHeader, header->payload);
  if (!read_exactly(payload, deadline)) return std::nullopt;
  const auto fields = Fields::parse(payload);
  if (!fields) {
    fail(Failure::malformed);
    return std::nullopt;
  }
  lives_on_ = header->type == FrameType::verdict && fields->byte(Tag::more) == 1;
  return Received{header->type, *fields};
}

std::optional<Connection::Received> Connection::open(const char* socket, std::span<const char> first) {
  const Reached way = reach(socket);
  if (way != Reached::service && way != Reached::session) return std::nullopt;
  auto answer = exchange(first);
  if (answer || failure_ != Failure::end || way == Reached::session || geteuid() != 0) return answer;
  if (start_session() != Reached::session) return std::nullopt;
  return exchange(first);
}

std::optional<Connection::Received> Connection::exchange(std::span<const char> first) {
  if (!send(first) && failure_ != Failure::end) return std::nullopt;
  return receive(kHelloSeconds);
}

bool speaks_our_version(const Connection::Received& hello) {
  if (hello.type != FrameType::hello) return false;
  const auto newest = hello.fields.byte(Tag::version);
  const auto oldest = hello.fields.byte(Tag::oldest);
  return newest && oldest && *oldest <= kVersion && kVersion <= *newest;
}

}  // namespace mfa::protocol
