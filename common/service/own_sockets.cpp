#include "common/service/own_sockets.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "common/system/capabilities.h"
#include "common/system/error_text.h"
#include "common/system/privileges.h"

namespace mfa {
namespace {

constexpr int kBacklog = 4096;  // cut to net.core.somaxconn
constexpr std::chrono::milliseconds kPause{20};

std::unexpected<std::string> failure(std::string_view path, std::string_view act) {
  return std::unexpected(fmt::format("{}: cannot {}: {}", path, act, error_text(errno)));
}

std::expected<void, std::string> make_folder(const std::string& folder) {
  if (mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return failure(folder, "make the folder");
  struct stat found{};
  if (lstat(folder.c_str(), &found) != 0) return failure(folder, "look at it");
  if (!S_ISDIR(found.st_mode)) return std::unexpected(fmt::format("{}: is not a folder", folder));
  if (found.st_uid != geteuid() || (found.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return std::unexpected(
        fmt::format("{}: must belong to root and be writable by nobody else: chown root:root; chmod 755", folder));
  // Whatever the umask was: clients must be able to reach user.sock.
  if (chmod(folder.c_str(), 0755) != 0) return failure(folder, "set its mode");
  return {};
}

std::expected<Descriptor, std::string> take_lock(const std::string& path, std::chrono::milliseconds patience) {
  Descriptor lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!lock) return failure(path, "open the lock");
  for (auto waited = std::chrono::milliseconds::zero();; waited += kPause) {
    if (flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK && errno != EINTR) return failure(path, "lock it");
    if (waited >= patience) return std::unexpected("another mfad is serving already");
    (void)poll(nullptr, 0, static_cast<int>(kPause.count()));
  }
}

// The mode a socket is bound with, which cannot be set afterwards without a moment of another.
class Umask {
 public:
  explicit Umask(mode_t mask) : before_(umask(mask)) {}
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;
  ~Umask() { umask(before_); }

 private:
  mode_t before_;
};

}  // namespace

std::expected<OwnSockets, std::string> OwnSockets::make(const std::string& folder, std::chrono::milliseconds patience) {
  if (auto made = make_folder(folder); !made) return std::unexpected(std::move(made.error()));
  OwnSockets sockets;
  auto lock = take_lock(folder + "/mfad.lock", patience);
  if (!lock) return std::unexpected(std::move(lock.error()));
  sockets.lock_ = *std::move(lock);
  auto login = sockets.listen_at(folder + "/login.sock", 0600);
  if (!login) return std::unexpected(std::move(login.error()));
  auto user = sockets.listen_at(folder + "/user.sock", 0666);
  if (!user) return std::unexpected(std::move(user.error()));
  sockets.login = *std::move(login);
  sockets.user = *std::move(user);
  return sockets;
}

std::expected<Descriptor, std::string> OwnSockets::listen_at(const std::string& path, mode_t mode) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return std::unexpected(fmt::format("{}: the path is too long", path));
  std::memcpy(address.sun_path, path.data(), path.size());
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return failure(path, "remove the old socket");
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return failure(path, "make a socket");
  const Umask mask(~mode & 0777U);
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return failure(path, "bind the socket");
  struct stat bound{};
  if (lstat(path.c_str(), &bound) != 0) return failure(path, "look at the socket");
  made_.push_back({.path = path, .device = bound.st_dev, .inode = bound.st_ino});
  if (listen(socket.get(), kBacklog) != 0) return failure(path, "listen");
  return socket;
}

std::expected<pid_t, std::string> OwnSockets::start_sweeper() {
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return failure("sweeper", "make a pipe");
  const Descriptor reading(ends[0]);
  alive_.reset(ends[1]);
  const pid_t pid = fork();
  if (pid < 0) return failure("sweeper", "start it");
  if (pid == 0) sweep(reading.get());
  return pid;
}

void OwnSockets::sweep(int end_of_engine) const {
  prctl(PR_SET_NAME, "mfad-sweeper", 0, 0, 0);
  (void)setsid();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) (void)std::signal(signal, SIG_IGN);
  // All but those two: an open end of the pipe, or of the engine's sockets, would outlive the engine.
  std::array<int, 2> kept{end_of_engine, lock_.get()};
  std::ranges::sort(kept);
  const auto close_between = [](int first, int last) {
    return first > last || close_range(static_cast<unsigned>(first), static_cast<unsigned>(last), 0) == 0;
  };
  bool good = close_between(0, kept[0] - 1) && close_between(kept[0] + 1, kept[1] - 1) &&
              close_range(static_cast<unsigned>(kept[1]) + 1, ~0U, 0) == 0;
  good = good && keep_only_capabilities({}) && harden();
  if (!good) _exit(1);
  char byte = 0;
  while (read(end_of_engine, &byte, 1) < 0 && errno == EINTR) continue;
  for (const Made& made : made_) {
    struct stat found{};
    if (lstat(made.path.c_str(), &found) == 0 && found.st_dev == made.device && found.st_ino == made.inode)
      (void)unlink(made.path.c_str());
  }
  _exit(0);
}

}  // namespace mfa
