#include "common/system/programs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "common/system/error_text.h"

namespace mfa {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kToDie{2'000};  // what a process that was killed gets to be gone

// Not 0, 1 or 2, which the program's own three take the places of.
Descriptor above_standard(Descriptor descriptor) {
  if (!descriptor || descriptor.get() > STDERR_FILENO) return descriptor;
  return Descriptor(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

// A file in memory rather than a pipe: it takes all at once, and nobody has to wait for a program that does not read.
Descriptor holding(std::span<const std::uint8_t> bytes) {
  Descriptor file = above_standard(Descriptor(::memfd_create("input", MFD_CLOEXEC)));
  if (!file) return {};
  std::size_t written = 0;
  while (written < bytes.size()) {
    const auto got = ::pwrite(file.get(), bytes.data() + written, bytes.size() - written, static_cast<off_t>(written));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return {};
    written += static_cast<std::size_t>(got);
  }
  return file;
}

// How the program begins; posix_spawn(3).
class Beginning {
 public:
  Beginning() : ready_(::posix_spawn_file_actions_init(&actions_) == 0 && ::posix_spawnattr_init(&attributes_) == 0) {}
  Beginning(const Beginning&) = delete;
  Beginning& operator=(const Beginning&) = delete;
  ~Beginning() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&actions_);
  }

  [[nodiscard]] bool prepare(int input, int output) {
    sigset_t all;
    sigset_t none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    constexpr auto kFlags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    return ready_ && ::posix_spawnattr_setflags(&attributes_, static_cast<short>(kFlags)) == 0 &&
           ::posix_spawnattr_setsigdefault(&attributes_, &all) == 0 &&
           ::posix_spawnattr_setsigmask(&attributes_, &none) == 0 &&
           ::posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO) == 0 &&
           ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO) == 0 &&
           ::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
           ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1) == 0 &&
           ::posix_spawn_file_actions_addchdir_np(&actions_, "/") == 0;
  }

  [[nodiscard]] std::optional<pid_t> start(const ProgramCall& call) const {
    std::vector<char*> arguments{const_cast<char*>(call.path.c_str())};
    for (const std::string& argument : call.arguments) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    char* nothing = nullptr;
    pid_t child = 0;
    if (::posix_spawn(&child, call.path.c_str(), &actions_, &attributes_, arguments.data(), &nothing) != 0)
      return std::nullopt;
    return child;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
  bool ready_;
};

// Not reaped as long as `process` has not been waited for, so that its number is nobody else's.
struct Child {
  pid_t pid = 0;
  Descriptor process;  // pidfd_open(2)
  Descriptor output;
};

std::optional<Child> start(const ProgramCall& call) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  Descriptor output = above_standard(Descriptor(ends[0]));
  const Descriptor other_end = above_standard(Descriptor(ends[1]));
  const Descriptor input = holding(call.input.bytes());
  if (!output || !other_end || !input || ::fcntl(output.get(), F_SETFL, O_NONBLOCK) != 0) return std::nullopt;

  Beginning beginning;
  if (!beginning.prepare(input.get(), other_end.get())) return std::nullopt;
  const auto pid = beginning.start(call);
  if (!pid) return std::nullopt;
  Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0)));
  if (!process) {  // no descriptor left
    ::kill(-*pid, SIGKILL);
    ::waitpid(*pid, nullptr, 0);
    return std::nullopt;
  }
  return Child{.pid = *pid, .process = std::move(process), .output = std::move(output)};
}

// What it has written, as far as there is room for it.
class Output {
 public:
  explicit Output(std::size_t most) : room_(Secret::of_size(most + 1)) {}

  enum class State : std::uint8_t { open, closed, too_much };
  // Takes what there is without waiting for more.
  [[nodiscard]] State take(int descriptor) {
    while (used_ < room_.size()) {
      const auto got = ::read(descriptor, room_.writable().data() + used_, room_.size() - used_);
      if (got == 0) return State::closed;
      if (got > 0) {
        used_ += static_cast<std::size_t>(got);
      } else if (errno != EINTR) {
        return errno == EAGAIN ? State::open : State::closed;
      }
    }
    return State::too_much;
  }
  [[nodiscard]] Secret taken() const { return Secret(room_.bytes().first(used_)); }

 private:
  Secret room_;
  std::size_t used_ = 0;
};

// Whether it has ended by then.
bool wait_for_end(int process, Steady::time_point until) {
  pollfd ended{.fd = process, .events = POLLIN, .revents = 0};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Steady::now()).count();
    const int ready = ::poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready > 0) return true;
    if ((ready == 0 && left <= 0) || (ready < 0 && errno != EINTR)) return false;
  }
}

// Until it ends: nothing. Else what is wrong.
std::optional<ProgramFault> follow(const Child& child, Output& output, Steady::time_point until) {
  std::array<pollfd, 2> events{{{.fd = child.process.get(), .events = POLLIN, .revents = 0},
                                {.fd = child.output.get(), .events = POLLIN, .revents = 0}}};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Steady::now()).count();
    if (left <= 0) return ProgramFault::timed_out;
    if (::poll(events.data(), events.size(), static_cast<int>(left)) < 0) {
      if (errno == EINTR) continue;
      return ProgramFault::timed_out;
    }
    if (events[1].revents != 0) {
      const auto state = output.take(child.output.get());
      if (state == Output::State::too_much) return ProgramFault::too_much_output;
      if (state == Output::State::closed) events[1].fd = -1;
    }
    if (events[0].revents != 0)
      return output.take(child.output.get()) == Output::State::too_much ? std::optional(ProgramFault::too_much_output)
                                                                        : std::nullopt;
  }
}

}  // namespace

std::string_view in_words(ProgramFault fault) {
  switch (fault) {
    case ProgramFault::not_started:
      return "cannot be started";
    case ProgramFault::timed_out:
      return "did not answer in time";
    case ProgramFault::too_much_output:
      return "answered too much";
    case ProgramFault::killed:
      return "was ended by a signal";
  }
  return "failed";
}

std::expected<ProgramAnswer, ProgramFault> Programs::run(const ProgramCall& call) {
  const auto until = Steady::now() + call.limit;
  auto child = start(call);
  if (!child) return std::unexpected(ProgramFault::not_started);
  Output output(call.most_output);
  const auto fault = follow(*child, output, until);
  ::kill(-child->pid, SIGKILL);  // whatever it left in its group, and itself if it still runs
  if (!wait_for_end(child->process.get(), Steady::now() + kToDie)) {
    bury(std::move(child->process));
    return std::unexpected(fault.value_or(ProgramFault::timed_out));
  }
  siginfo_t how{};
  if (::waitid(P_PIDFD, static_cast<id_t>(child->process.get()), &how, WEXITED | WNOHANG) != 0) how.si_code = 0;
  bury({});
  if (fault) return std::unexpected(*fault);
  if (how.si_code != CLD_EXITED) return std::unexpected(ProgramFault::killed);
  return ProgramAnswer{.status = how.si_status, .output = output.taken()};
}

// Takes this one among those that are waited for later, and lets those go that are gone by now.
void Programs::bury(Descriptor process) {
  const std::lock_guard lock(mutex_);
  if (process) dying_.push_back(std::move(process));
  std::erase_if(dying_, [](const Descriptor& dying) {
    siginfo_t how{};
    const int done = ::waitid(P_PIDFD, static_cast<id_t>(dying.get()), &how, WEXITED | WNOHANG);
    return done != 0 || how.si_pid != 0;
  });
}

// What could have been put there by another: each part of the path as it is written, and of what its links lead to.
std::string objection_to_program(const std::string& path, Uid owner) {
  if (!path.starts_with('/')) return fmt::format("{} is not a whole path, from / on", path);
  bool has_links = false;
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    struct stat found{};
    if (::lstat(part.c_str(), &found) != 0) return fmt::format("{}: {}", part, error_text(errno));
    if (found.st_uid != owner.value && found.st_uid != 0) return fmt::format("{} belongs to another user", part);
    if (S_ISLNK(found.st_mode)) {
      has_links = true;
      continue;
    }
    // In a sticky folder others may add names, but not take away what is there.
    const bool sticky = S_ISDIR(found.st_mode) && (found.st_mode & S_ISVTX) != 0;
    if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky)
      return fmt::format("{} can be written by others than its owner", part);
    if (end == std::string::npos && (!S_ISREG(found.st_mode) || (found.st_mode & S_IXUSR) == 0))
      return fmt::format("{} is not a program", part);
  }
  if (!has_links) return {};
  const std::unique_ptr<char, decltype(&std::free)> target(::realpath(path.c_str(), nullptr), std::free);
  if (!target) return fmt::format("{}: {}", path, error_text(errno));
  return objection_to_program(target.get(), owner);
}

}  // namespace mfa
