#include "common/system/programs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
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

using namespace std::chrono_literals;
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

// What the child does between fork(2) and execve(2), where nothing but system calls may be made: all else is ready
// before.
class Beginning {
 public:
  Beginning(const ProgramCall& call, const Confinement& confinement, int input, int output)
      : confinement_(confinement),
        input_(input),
        output_(output),
        parent_(::getpid()),
        path_(call.path.c_str()),
        own_group_(call.own_group),
        tells_errors_(call.tells_errors) {
    arguments_.push_back(const_cast<char*>(call.path.c_str()));
    for (const std::string& argument : call.arguments) arguments_.push_back(const_cast<char*>(argument.c_str()));
    arguments_.push_back(nullptr);
    for (const std::string& entry : call.environment) environment_.push_back(const_cast<char*>(entry.c_str()));
    environment_.push_back(nullptr);
  }

  // -1 if there can be no process. `tells` is closed by execve, or told that the program cannot be run.
  [[nodiscard]] pid_t start(int tells) const {
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    // No handler of ours is to run in the child.
    if (::pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return -1;
    const pid_t child = ::fork();
    if (child == 0) become(tells);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return child;
  }

 private:
  [[noreturn]] void become(int tells) const {
    if (ready(tells)) ::execve(path_, arguments_.data(), environment_.data());
    ::_exit(::write(tells, "", 1) == 1 ? 127 : 126);
  }

  [[nodiscard]] bool ready(int tells) const {
    if (own_group_ && ::setsid() < 0) return false;
    // Whatever becomes of us, a program that holds a code does not outlive who waits for it.
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || ::getppid() != parent_) return false;
    return has_its_own_signals() && ::dup2(input_, STDIN_FILENO) >= 0 && ::dup2(output_, STDOUT_FILENO) >= 0 &&
           tells_errors_where_it_should() && closes_all_but(tells) && ::chdir("/") == 0 && confinement_.enter();
  }
  static bool has_its_own_signals() {
    struct sigaction usual{};
    usual.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; ++signal) {
      // Two of them are libc's own, and two nobody can handle.
      if (::sigaction(signal, &usual, nullptr) != 0 && errno != EINVAL) return false;
    }
    sigset_t none;
    ::sigemptyset(&none);
    return ::sigprocmask(SIG_SETMASK, &none, nullptr) == 0;
  }
  [[nodiscard]] bool tells_errors_where_it_should() const {
    if (tells_errors_) return ::dup2(output_, STDERR_FILENO) >= 0;
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    return nowhere >= 0 && ::dup2(nowhere, STDERR_FILENO) >= 0;
  }
  static bool closes_all_but(int tells) {
    const auto one = static_cast<unsigned>(tells);
    return (one <= STDERR_FILENO + 1 || ::close_range(STDERR_FILENO + 1, one - 1, 0) == 0) &&
           ::close_range(one + 1, ~0U, 0) == 0;
  }

  const Confinement& confinement_;
  int input_, output_;
  pid_t parent_;
  const char* path_;
  std::vector<char*> arguments_;
  std::vector<char*> environment_;
  bool own_group_;
  bool tells_errors_;
};

// Not reaped as long as `process` has not been waited for, so that its number is nobody else's.
struct Child {
  pid_t pid = 0;
  Descriptor process;  // pidfd_open(2)
  Descriptor output;
  Descriptor told;  // ends when the program runs; a byte in it: it cannot be run
};

// Two ends of a pipe, neither of them among the standard ones; none if there can be no more.
std::optional<std::pair<Descriptor, Descriptor>> pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  std::pair both{above_standard(Descriptor(ends[0])), above_standard(Descriptor(ends[1]))};
  if (!both.first || !both.second) return std::nullopt;
  return both;
}

std::optional<Child> start(const ProgramCall& call) {
  const Confinement confinement(call.closed);
  auto output = pipe();
  auto told = pipe();
  const Descriptor input = holding(call.input.bytes());
  if (!output || !told || !input || ::fcntl(output->first.get(), F_SETFL, O_NONBLOCK) != 0) return std::nullopt;

  const pid_t pid = Beginning(call, confinement, input.get(), output->second.get()).start(told->second.get());
  if (pid < 0) return std::nullopt;
  Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) {  // no descriptor left
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return std::nullopt;
  }
  return Child{
      .pid = pid, .process = std::move(process), .output = std::move(output->first), .told = std::move(told->first)};
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
std::optional<ProgramFault> follow(const Child& child, Output& output, Steady::time_point until, int unwanted) {
  std::array<pollfd, 4> events{{{.fd = child.process.get(), .events = POLLIN, .revents = 0},
                                {.fd = child.output.get(), .events = POLLIN, .revents = 0},
                                {.fd = child.told.get(), .events = POLLIN, .revents = 0},
                                {.fd = unwanted, .events = POLLIN, .revents = 0}}};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Steady::now()).count();
    if (left <= 0) return ProgramFault::timed_out;
    if (::poll(events.data(), events.size(), static_cast<int>(left)) < 0) {
      if (errno == EINTR) continue;
      return ProgramFault::timed_out;
    }
    if (events[3].revents != 0) return ProgramFault::unwanted;
    if (events[2].revents != 0) {
      char failed = 0;
      if (::read(child.told.get(), &failed, 1) != 0) return ProgramFault::not_started;
      events[2].fd = -1;
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
    case ProgramFault::unwanted:
      return "was ended, since nobody waits for it any more";
  }
  return "failed";
}

std::expected<ProgramAnswer, ProgramFault> Programs::run(const ProgramCall& call) {
  const auto until = Steady::now() + call.limit;
  auto child = start(call);
  if (!child) return std::unexpected(ProgramFault::not_started);
  Output output(call.most_output);
  const Descriptor told(call.unwanted.stop_possible() ? ::eventfd(0, EFD_CLOEXEC) : -1);
  const std::stop_callback tell(call.unwanted, [&told] { (void)::eventfd_write(told.get(), 1); });
  const auto fault = follow(*child, output, until, told.get());
  if (fault == ProgramFault::unwanted && call.farewell > 0ms) {
    ::kill(child->pid, SIGTERM);
    (void)wait_for_end(child->process.get(), Steady::now() + call.farewell);
  }
  ::kill(child->pid, SIGKILL);
  if (call.own_group) ::kill(-child->pid, SIGKILL);  // what it left in its group, if it came to have one
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
