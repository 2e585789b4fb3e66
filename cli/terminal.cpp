#include "cli/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <ctime>
#include <utility>

namespace mfa::cli {

namespace {

using std::chrono::steady_clock;

constexpr int kWriteMilliseconds = 60'000;  // that a reader of our output may be stuck

// The signals that must not find the terminal silent. SIGCONT: a shell may have set it otherwise meanwhile.
// SIGWINCH ends nothing: it is remembered apart.
constexpr std::array kWatched{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};

volatile sig_atomic_t caught_signal = 0;
volatile sig_atomic_t window_changed = 0;

extern "C" void remember_signal(int signal) {
  if (signal == SIGWINCH) {
    window_changed = 1;
  } else {
    caught_signal = signal;
  }
}

// While it lives, the watched signals wait; they are let through during wait_mask() alone and only remembered there.
// What the program was told to ignore (nohup) stays ignored.
class SignalWatch {
 public:
  SignalWatch() {
    caught_signal = 0;
    window_changed = 0;
    sigset_t watched;
    sigemptyset(&watched);
    for (const int signal : kWatched) sigaddset(&watched, signal);
    pthread_sigmask(SIG_BLOCK, &watched, &mask_before_);
    struct sigaction remember{};
    remember.sa_handler = remember_signal;
    for (std::size_t i = 0; i < kWatched.size(); ++i) {
      sigaction(kWatched[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) sigaction(kWatched[i], &remember, nullptr);
    }
  }
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch() {
    for (std::size_t i = 0; i < kWatched.size(); ++i) sigaction(kWatched[i], &before_[i], nullptr);
    pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  }
  [[nodiscard]] const sigset_t* wait_mask() const { return &mask_before_; }

 private:
  std::array<struct sigaction, kWatched.size()> before_{};
  sigset_t mask_before_{};
};

int retried_tcsetattr(int fd, const termios& settings) {
  int result = -1;
  do {
    result = tcsetattr(fd, TCSAFLUSH, &settings);
  } while (result != 0 && errno == EINTR);
  return result;
}

// Typing is not shown while it lives.
class Silence {
 public:
  explicit Silence(int fd) : fd_(fd) {
    if (tcgetattr(fd_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK | ECHONL);
    good_ = retried_tcsetattr(fd_, silent) == 0;
    // tcsetattr(3) succeeds when any of the changes could be made.
    termios now{};
    good_ = good_ && tcgetattr(fd_, &now) == 0 && (now.c_lflag & static_cast<tcflag_t>(ECHO)) == 0;
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() { retried_tcsetattr(fd_, before_); }
  [[nodiscard]] bool good() const { return good_; }

 private:
  int fd_;
  termios before_{};
  bool good_ = false;
};

enum class Wait : std::uint8_t { ready, late, signal, failed };

Wait wait_for_input(int fd, Terminal::Deadline deadline, const sigset_t* mask) {
  const auto now = steady_clock::now();
  if (deadline <= now) return Wait::late;
  const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(deadline - now).count();
  const timespec limit{.tv_sec = nanoseconds / 1'000'000'000,
                       .tv_nsec = static_cast<long>(nanoseconds % 1'000'000'000)};
  pollfd input{.fd = fd, .events = POLLIN, .revents = 0};
  const int ready = ppoll(&input, 1, &limit, mask);
  if (ready > 0) return Wait::ready;
  if (ready == 0) return Wait::late;
  return errno == EINTR ? Wait::signal : Wait::failed;
}

// One line from `fd`. `signal` is set when one came first. `resized` is called when the window was, and says whether
// one can go on.
std::expected<Answer, NoAnswer> read_line(int fd, Terminal::Deadline deadline, const sigset_t* mask,
                                          const std::function<bool()>& resized, int& signal) {
  Answer answer;
  bool too_long = false;
  bool any = false;
  for (;;) {
    switch (wait_for_input(fd, deadline, mask)) {
      case Wait::ready:
        break;
      case Wait::late:
        return std::unexpected(NoAnswer::too_late);
      case Wait::signal:
        if (std::exchange(window_changed, 0) != 0 && !resized()) return std::unexpected(NoAnswer::failed);
        if (caught_signal == 0) continue;
        signal = caught_signal;
        return std::unexpected(NoAnswer::failed);
      case Wait::failed:
        return std::unexpected(NoAnswer::failed);
    }
    char byte = 0;
    const ssize_t got = read(fd, &byte, 1);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    // EIO: the terminal is gone, or we were put in the background for good.
    if (got < 0) return std::unexpected(NoAnswer::failed);
    if (got == 0 && !any) return std::unexpected(NoAnswer::ended);
    if (got == 0 || byte == '\n') break;
    any = true;
    too_long = !answer.add(byte) || too_long;
  }
  if (too_long) return std::unexpected(NoAnswer::too_long);
  return answer;
}

}  // namespace

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (written < 0 && errno == EAGAIN) {
      pollfd output{.fd = fd, .events = POLLOUT, .revents = 0};
      if (poll(&output, 1, kWriteMilliseconds) == 0) return false;
    } else if (written == 0 || errno != EINTR) {
      return false;
    }
  }
  return true;
}

std::optional<WindowSize> window_size(int fd) {
  winsize window{};
  if (ioctl(fd, TIOCGWINSZ, &window) != 0 || window.ws_row == 0 || window.ws_col == 0) return std::nullopt;
  return WindowSize{.rows = window.ws_row, .columns = window.ws_col};
}

Terminal::Terminal()
    : in_(STDIN_FILENO), out_(STDERR_FILENO), errors_(STDERR_FILENO), interactive_(isatty(STDIN_FILENO) == 1) {
  if (!interactive_) return;
  own_ = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (own_ >= 0) in_ = out_ = own_;
}

Terminal::~Terminal() {
  if (own_ >= 0) close(own_);
}

bool Terminal::is_screen() const { return interactive_ || isatty(out_) == 1; }

std::expected<Answer, NoAnswer> Terminal::ask(std::string_view prompt, bool echo, Deadline deadline,
                                              const Redraw& redraw) const {
  for (;;) {
    int signal = 0;
    auto answer = ask_until_signal(prompt, echo, deadline, redraw, signal);
    if (signal == 0) return answer;
    // The settings and the handlers are back: what the signal does by itself is right. Ctrl-Z stops here.
    if (signal != SIGCONT && raise(signal) != 0) return std::unexpected(NoAnswer::failed);
    if (signal != SIGCONT && signal != SIGTSTP) return std::unexpected(NoAnswer::ended);
  }
}

std::expected<Answer, NoAnswer> Terminal::ask_until_signal(std::string_view prompt, bool echo, Deadline deadline,
                                                           const Redraw& redraw, int& signal) const {
  const SignalWatch watch;
  std::optional<Silence> silence;
  if (interactive_ && !echo) silence.emplace(in_);
  if (silence && !silence->good()) return std::unexpected(NoAnswer::failed);
  if (!write(prompt)) return std::unexpected(NoAnswer::failed);
  const auto resized = [&] {
    if (!redraw || !redraw()) return true;
    tcflush(in_, TCIFLUSH);  // of what was typed so far nothing is to be seen any more
    return write(prompt);
  };
  auto answer = read_line(in_, deadline, watch.wait_mask(), resized, signal);
  // The line feed that was typed did not show, or there was none.
  const bool line_is_open = !prompt.ends_with('\n') && (!interactive_ || !echo || !answer);
  if (line_is_open && !write("\n")) return std::unexpected(NoAnswer::failed);
  return answer;
}

}  // namespace mfa::cli
