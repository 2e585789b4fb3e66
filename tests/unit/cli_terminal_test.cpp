#include "cli/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "cli_doubles.h"

namespace mfa::cli {
namespace {

using std::chrono::steady_clock;
using testing::HasSubstr;

constexpr std::chrono::seconds kLong{60};  // only a failing test waits so long
const auto kPast = steady_clock::time_point::min();

Terminal::Deadline later() { return steady_clock::now() + kLong; }

// A terminal with nobody's shell on it: we are the person.
class Pty {
 public:
  Pty() {
    winsize window{};
    window.ws_row = 24;
    window.ws_col = 80;
    EXPECT_EQ(openpty(&master_, &slave_, nullptr, nullptr, &window), 0);
  }
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;
  ~Pty() {
    close(master_);
    close(slave_);
  }
  [[nodiscard]] int slave() const { return slave_; }
  [[nodiscard]] bool echoes() const {
    termios now{};
    return tcgetattr(slave_, &now) == 0 && (now.c_lflag & static_cast<tcflag_t>(ECHO)) != 0;
  }
  void types(std::string_view text) const { EXPECT_TRUE(write_all(master_, text)); }
  // Reads until `text` was shown; all of the screen so far.
  std::string reads(std::string_view text) {
    const std::size_t from = read_to_;
    while (screen_.find(text, from) == std::string::npos) {
      pollfd waiting{master_, POLLIN, 0};
      std::array<char, 4096> buffer{};
      if (poll(&waiting, 1, 600'000) != 1) return "not shown in time: " + screen_;
      const ssize_t got = read(master_, buffer.data(), buffer.size());
      if (got <= 0) return "ended: " + screen_;
      screen_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    read_to_ = screen_.find(text, from) + text.size();
    return screen_;
  }

 private:
  int master_ = -1;
  int slave_ = -1;
  std::string screen_;
  std::size_t read_to_ = 0;
};

TEST(Terminal, AsksWithEcho) {
  Pty pty;
  const Terminal terminal(pty.slave(), pty.slave(), true);
  pty.types("123456\n");  // ahead of the prompt
  const auto answer = terminal.ask("Verification code: ", true, later());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->text(), "123456");
  EXPECT_THAT(pty.reads("Verification code: "), HasSubstr("123456"));
}

TEST(Terminal, AsksUnseen) {
  Pty pty;
  const Terminal terminal(pty.slave(), pty.slave(), true);
  bool echoed_meanwhile = true;
  std::thread person([&] {
    pty.reads("Password: ");
    echoed_meanwhile = pty.echoes();
    pty.types("secret\n");
  });
  const auto answer = terminal.ask("Password: ", false, later());
  person.join();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->text(), "secret");
  EXPECT_FALSE(echoed_meanwhile);
  EXPECT_TRUE(pty.echoes()) << "put back";
  EXPECT_EQ(pty.reads("\r\n"), "Password: \r\n") << "the line feed that was not shown, and no secret";
}

TEST(Terminal, PutsEchoBackWhenNoAnswerComes) {
  Pty pty;
  const Terminal terminal(pty.slave(), pty.slave(), true);
  const auto answer = terminal.ask("Password: ", false, kPast);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), NoAnswer::too_late);
  EXPECT_TRUE(pty.echoes());
}

TEST(Terminal, WhatCannotBeMadeSilentIsNotAsked) {
  const Typed file("secret\n");
  const Written out;
  const Terminal terminal(file.fd(), out.fd(), true);
  const auto answer = terminal.ask("Password: ", false, later());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), NoAnswer::failed);
  EXPECT_EQ(out.text(), "");
}

TEST(Terminal, KnowsItsSize) {
  Pty pty;
  const Terminal terminal(pty.slave(), pty.slave(), true);
  const auto size = terminal.size();
  ASSERT_TRUE(size);
  EXPECT_EQ(size->rows, 24U);
  EXPECT_EQ(size->columns, 80U);
  const Written file;
  EXPECT_FALSE(window_size(file.fd()));
}

// --- signals, at a hidden prompt, in a process of its own

pid_t asks_in_a_child(const Pty& pty, const std::function<void()>& before = [] {}) {
  const pid_t child = fork();
  if (child != 0) return child;
  setpgid(0, 0);  // of its own, so that stopping it is not refused as in an orphaned group
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  alarm(600);  // a child that a signal does not end shall not make the test wait for ever
  before();
  const Terminal terminal(pty.slave(), pty.slave(), true);
  const auto answer = terminal.ask("Password: ", false, later());
  _exit(answer && answer->text() == "secret" ? 0 : 1);
}

class Ending : public testing::TestWithParam<int> {};
TEST_P(Ending, ASignalPutsEchoBackAndEndsAsThatSignalDoes) {
  Pty pty;
  const pid_t child = asks_in_a_child(pty);
  pty.reads("Password: ");
  EXPECT_FALSE(pty.echoes());
  kill(child, GetParam());
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), GetParam());
  EXPECT_TRUE(pty.echoes());
  EXPECT_EQ(pty.reads("\r\n"), "Password: \r\n");
}
INSTANTIATE_TEST_SUITE_P(Terminal, Ending, testing::Values(SIGINT, SIGTERM, SIGHUP, SIGQUIT));

TEST(Terminal, StopsWithEchoAndAsksAgainWhenItGoesOn) {
  Pty pty;
  const pid_t child = asks_in_a_child(pty);
  pty.reads("Password: ");
  kill(child, SIGTSTP);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, WUNTRACED), child);
  ASSERT_TRUE(WIFSTOPPED(status));
  EXPECT_TRUE(pty.echoes()) << "the shell gets the terminal as it was";
  kill(child, SIGCONT);
  pty.reads("Password: ");
  EXPECT_FALSE(pty.echoes());
  pty.types("secret\n");
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_TRUE(pty.echoes());
}

TEST(Terminal, IsSilentAgainAfterAStopThatNobodyCanCatch) {
  Pty pty;
  const pid_t child = asks_in_a_child(pty);
  pty.reads("Password: ");
  kill(child, SIGSTOP);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, WUNTRACED), child);
  termios loud{};
  ASSERT_EQ(tcgetattr(pty.slave(), &loud), 0);
  loud.c_lflag |= static_cast<tcflag_t>(ECHO);  // as shells do
  ASSERT_EQ(tcsetattr(pty.slave(), TCSANOW, &loud), 0);
  kill(child, SIGCONT);
  pty.reads("Password: ");
  EXPECT_FALSE(pty.echoes());
  pty.types("secret\n");
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

// Bit n - 1 for signal n (proc(5), SigIgn and SigCgt).
std::uint64_t signals(pid_t process, const std::string& which) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(which + ":")) return std::stoull(line.substr(which.size() + 1), nullptr, 16);
  ADD_FAILURE() << "no " << which;
  return 0;
}

TEST(Terminal, WhatIsIgnoredStaysIgnored) {
  Pty pty;
  const pid_t child = asks_in_a_child(pty, [] { signal(SIGHUP, SIG_IGN); });  // nohup(1)
  pty.reads("Password: ");
  constexpr std::uint64_t kHangup = 1U << (SIGHUP - 1U);
  constexpr std::uint64_t kInterrupt = 1U << (SIGINT - 1U);
  EXPECT_EQ(signals(child, "SigIgn") & (kHangup | kInterrupt), kHangup);
  EXPECT_EQ(signals(child, "SigCgt") & (kHangup | kInterrupt), kInterrupt);
  kill(child, SIGHUP);
  pty.types("secret\n");
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

// --- a window of another size

// Draws each time it is asked to, and wants one redrawing.
pid_t draws_in_a_child(const Pty& pty, bool draws) {
  const pid_t child = fork();
  if (child != 0) return child;
  alarm(600);
  const Terminal terminal(pty.slave(), pty.slave(), true);
  const auto answer = terminal.ask("Code: ", true, later(), [&] {
    EXPECT_TRUE(terminal.write(draws ? "\npicture\n" : "[asked]"));
    return draws;
  });
  _exit(answer && answer->text() == "123456" ? 0 : 1);
}

TEST(Terminal, DrawsAnewWhenTheWindowChangesAndDropsWhatWasTyped) {
  Pty pty;
  const pid_t child = draws_in_a_child(pty, true);
  pty.reads("Code: ");
  pty.types("40");
  pty.reads("40");
  kill(child, SIGWINCH);
  pty.reads("picture\r\n");
  pty.reads("Code: ");
  pty.types("123456\n");
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST(Terminal, AWindowThatChangesForNothingLeavesTheLineAlone) {
  Pty pty;
  const pid_t child = draws_in_a_child(pty, false);
  pty.reads("Code: ");
  pty.types("123");
  pty.reads("123");
  kill(child, SIGWINCH);
  EXPECT_EQ(pty.reads("[asked]"), "Code: 123[asked]");
  pty.types("456\n");
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST(Terminal, AWindowThatChangesIsNoSignalToEnd) {
  Pty pty;
  const pid_t child = asks_in_a_child(pty);
  pty.reads("Password: ");
  kill(child, SIGWINCH);
  pty.types("secret\n");
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(pty.reads("\r\n"), "Password: \r\n");
}

// --- without a terminal

TEST(Terminal, AnswersAreLinesAndWhatFollowsIsLeftForOthers) {
  const Typed input("first\nsecond\n\nrest");
  const Written errors;
  const Terminal terminal(input.fd(), errors.fd(), false);
  for (const char* line : {"first", "second", "", "rest"}) {
    const auto answer = terminal.ask("? ", false, later());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->text(), line);
    if (answer->text() == "first") {
      EXPECT_EQ(lseek(input.fd(), 0, SEEK_CUR), 6);
    }
  }
  const auto end = terminal.ask("? ", true, later());
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error(), NoAnswer::ended);
  EXPECT_EQ(errors.text(), "? \n? \n? \n? \n? \n") << "each prompt on a line of its own";
}

TEST(Terminal, APromptThatIsALineStaysOne) {
  const Typed input("x\n");
  const Written errors;
  ASSERT_TRUE(Terminal(input.fd(), errors.fd(), false).ask("{}\n", true, later()));
  EXPECT_EQ(errors.text(), "{}\n");
}

TEST(Terminal, AnAnswerHasALimitAndTheNextOneIsWhole) {
  const Typed input(std::string(kLongestAnswer, 'x') + "\n" + std::string(kLongestAnswer + 1, 'y') + "\nnext\n");
  const Written errors;
  const Terminal terminal(input.fd(), errors.fd(), false);
  const auto longest = terminal.ask("", true, later());
  ASSERT_TRUE(longest);
  EXPECT_EQ(longest->text().size(), kLongestAnswer);
  const auto longer = terminal.ask("", true, later());
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error(), NoAnswer::too_long);
  const auto next = terminal.ask("", true, later());
  ASSERT_TRUE(next);
  EXPECT_EQ(next->text(), "next");
}

TEST(Terminal, OutputThatCannotBeWrittenIsAFailure) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  EXPECT_FALSE(write_all(full, "x"));
  const Typed input("x\n");
  const auto answer = Terminal(input.fd(), full, false).ask("? ", true, later());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), NoAnswer::failed);
  close(full);
}

TEST(Answer, IsWiped) {
  Answer answer("secret");
  EXPECT_EQ(answer.text(), "secret");
  const char* const place = answer.text().data();
  answer.wipe();
  EXPECT_EQ(answer.text(), "");
  EXPECT_EQ(std::string(place, 6), std::string(6, '\0'));
}

}  // namespace
}  // namespace mfa::cli
