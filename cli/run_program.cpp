#include "cli/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace mfa::cli {

namespace {

using Clock = std::chrono::steady_clock;

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }
  void reset() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

bool make(Pipe& pipe) {
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  pipe.read = Descriptor(ends[0]);
  pipe.write = Descriptor(ends[1]);
  return true;
}

// 0 or an error number.
int spawn(std::span<const std::string> command, int output, int errors, pid_t& child) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::array<char*, 1> environment{nullptr};
  sigset_t all;
  sigset_t none;
  sigfillset(&all);
  sigemptyset(&none);

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  if (const int fault = posix_spawn_file_actions_init(&actions); fault != 0) return fault;
  if (const int fault = posix_spawnattr_init(&attributes); fault != 0) {
    posix_spawn_file_actions_destroy(&actions);
    return fault;
  }
  int fault = 0;
  const auto also = [&fault](int result) { fault = fault != 0 ? fault : result; };
  also(posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
  also(posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO));
  also(posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO));
  also(posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1));
  also(posix_spawn_file_actions_addchdir_np(&actions, "/"));
  also(posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
  also(posix_spawnattr_setsigdefault(&attributes, &all));
  also(posix_spawnattr_setsigmask(&attributes, &none));
  if (fault == 0)
    fault = posix_spawn(&child, arguments[0], &actions, &attributes, arguments.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return fault;
}

// Takes what is there. False at the end of the stream.
bool take(int fd, std::string& into) {
  std::array<char, 4096> buffer;
  const ssize_t got = read(fd, buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR;
  const auto bytes = static_cast<std::size_t>(got);
  into.append(buffer.data(), std::min(bytes, kMostOutput - std::min(kMostOutput, into.size())));
  return got != 0;
}

// Reads both streams to their ends; false if that takes too long.
bool collect(Pipe& output, Pipe& errors, Ended& ended, Clock::time_point deadline) {
  while (output.read.get() >= 0 || errors.read.get() >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    // A negative descriptor is passed over (poll(2)).
    std::array<pollfd, 2> streams{{{output.read.get(), POLLIN, 0}, {errors.read.get(), POLLIN, 0}}};
    if (poll(streams.data(), streams.size(), static_cast<int>(left)) < 0 && errno != EINTR) return false;
    if (streams[0].revents != 0 && !take(output.read.get(), ended.output)) output.read.reset();
    if (streams[1].revents != 0 && !take(errors.read.get(), ended.errors)) errors.read.reset();
  }
  return true;
}

bool ends_by(pid_t child, Clock::time_point deadline) {
  const Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, child, 0U)));
  if (process.get() < 0) return false;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd end{process.get(), POLLIN, 0};
    const int ready = poll(&end, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

}  // namespace

std::expected<Ended, std::string> run_program(std::span<const std::string> command, std::chrono::seconds limit) {
  const auto deadline = Clock::now() + limit;
  Pipe output;
  Pipe errors;
  if (!make(output) || !make(errors)) return std::unexpected(std::string(std::strerror(errno)));
  pid_t child = -1;
  if (const int fault = spawn(command, output.write.get(), errors.write.get(), child); fault != 0)
    return std::unexpected(std::string(std::strerror(fault)));
  output.write.reset();
  errors.write.reset();

  Ended ended;
  const bool in_time = collect(output, errors, ended, deadline) && ends_by(child, deadline);
  if (!in_time) kill(-child, SIGKILL);  // its whole session; it is not reaped, so the number is still its own
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return std::unexpected(std::string(std::strerror(errno)));
  }
  if (!in_time) return std::unexpected(std::string("it did not end in time and was stopped"));
  ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ended;
}

}  // namespace mfa::cli
