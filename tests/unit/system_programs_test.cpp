#include "common/system/programs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace mfa {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr auto kAmple = 60s;    // for what ends by itself
constexpr auto kShort = 200ms;  // for what never ends
constexpr auto kEnough = 3s;    // for what never ends, but does something first

ProgramCall shell(const std::string& script, std::chrono::milliseconds limit = kAmple, std::string_view input = {}) {
  return {.path = "/bin/sh", .arguments = {"-c", script}, .input = Secret(input), .limit = limit, .most_output = 1000};
}

// What it answered, or why not.
std::string run(const ProgramCall& call) {
  Programs programs;
  const auto answer = programs.run(call);
  if (!answer) return std::string(in_words(answer.error()));
  std::string text(answer->output.text());
  return answer->status == 0 ? text : text + "status " + std::to_string(answer->status);
}

bool has_no_children() { return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

std::size_t descriptors() {
  const std::filesystem::directory_iterator open("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

// Whether it ends within `milliseconds`.
bool ends(pid_t pid, int milliseconds) {
  const Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!process) return errno == ESRCH;
  pollfd ended{.fd = process.get(), .events = POLLIN, .revents = 0};
  return poll(&ended, 1, milliseconds) == 1;
}

pid_t number_in(std::string_view text) {
  pid_t pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  return pid;
}

TEST(Programs, CarryBytesInAndOut) {
  EXPECT_EQ(run(shell("cat", kAmple, "one\ntwo")), "one\ntwo");
  EXPECT_EQ(run(shell("wc -c", kAmple, std::string(1'000'000, 'x'))), "1000000\n");
  EXPECT_EQ(run(shell("echo no; exit 3")), "no\nstatus 3");
  EXPECT_EQ(run(shell("echo to standard error >&2")), "");
  EXPECT_TRUE(has_no_children());
}

TEST(Programs, InheritNothing) {
  ASSERT_EQ(setenv("SECRET", "1", 1), 0);
  EXPECT_EQ(run({.path = "/usr/bin/env", .arguments = {}, .input = {}, .limit = kAmple, .most_output = 1000}), "");
  EXPECT_EQ(run({.path = "/usr/bin/env",
                 .arguments = {},
                 .input = {},
                 .limit = kAmple,
                 .most_output = 1000,
                 .environment = {"HOME=/nonexistent"}}),
            "HOME=/nonexistent\n");
  const int leaked = dup(STDERR_FILENO);  // not O_CLOEXEC
  EXPECT_EQ(run(shell("for i in 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$i ] && echo $i; done; pwd")), "/\n");
  close(leaked);

  const auto was = signal(SIGPIPE, SIG_IGN);
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const std::string signals = run(shell("sed -n 's/^Sig\\(Blk\\|Ign\\):.*\\(.......\\)$/\\1 \\2/p' /proc/self/status"));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  (void)signal(SIGPIPE, was);
  EXPECT_EQ(signals, "Blk 0000000\nIgn 0000000\n");

  // Its session and its group are its own: fields 5 and 6 of proc(5).
  EXPECT_EQ(run(shell("read -r pid name state parent group session rest </proc/$$/stat;"
                      "[ $group = $$ ] && [ $session = $$ ] && echo own")),
            "own\n");
}

TEST(Programs, AreKilledAtTheLimitWithAllTheyStarted) {
  const std::string file = ::testing::TempDir() + "/child";
  EXPECT_EQ(run(shell("sleep 1000 & echo $! >" + file + "; wait", kEnough)), "did not answer in time");
  std::ifstream stream(file);
  pid_t child = 0;
  ASSERT_TRUE(stream >> child);
  EXPECT_TRUE(ends(child, 10'000));
  EXPECT_EQ(run(shell("trap '' TERM HUP INT; while :; do sleep 1000; done", kShort)), "did not answer in time");
  EXPECT_EQ(run(shell("kill -STOP $$", kShort)), "did not answer in time");
  EXPECT_EQ(run(shell("exec >&-; sleep 1000", kShort)), "did not answer in time");
  EXPECT_TRUE(has_no_children());
}

TEST(Programs, AreKilledWhenNobodyWaitsAnyMore) {
  std::stop_source nobody;
  ProgramCall call = shell("sleep 1000 & echo; wait", 500s);
  call.unwanted = nobody.get_token();
  std::jthread leaves([&] { nobody.request_stop(); });
  EXPECT_EQ(run(call), in_words(ProgramFault::unwanted));
  EXPECT_EQ(run(call), in_words(ProgramFault::unwanted)) << "from the start";
  EXPECT_TRUE(has_no_children());
}

// As a telephone that is hung up. Whoever does not end then is killed.
TEST(Programs, MayTakeTheirLeaveWhenNobodyWaitsAnyMore) {
  const std::string file = ::testing::TempDir() + "/leave";
  const auto leaves = [&file](const std::string& script, std::chrono::milliseconds farewell) {
    std::filesystem::remove(file);
    std::stop_source nobody;
    ProgramCall call = shell("trap '" + script + "' TERM; echo >" + file + "; while :; do sleep 0.05; done", 500s);
    call.unwanted = nobody.get_token();
    call.farewell = farewell;
    const std::jthread asker([&] {
      while (!std::filesystem::exists(file)) std::this_thread::yield();
      nobody.request_stop();
    });
    EXPECT_EQ(run(call), in_words(ProgramFault::unwanted));
    std::string said;
    std::getline(std::ifstream(file), said);
    return said;
  };
  EXPECT_EQ(leaves("echo farewell >" + file + "; exit", kAmple), "farewell");
  EXPECT_EQ(leaves("echo deaf >" + file, kEnough), "deaf") << "and is killed";
  EXPECT_EQ(leaves("echo farewell >" + file + "; exit", 0ms), "") << "killed at once";
  EXPECT_TRUE(has_no_children());
}

TEST(Programs, EndWhatTheyStartedWhenTheyEnd) {
  const std::string started = run(shell("sleep 1000 & echo $!"));
  ASSERT_GT(number_in(started), 0);
  EXPECT_TRUE(ends(number_in(started), 10'000));
}

// Of a program that runs another: who ends the group of the first ends both.
TEST(Programs, MayStayInTheGroupOfTheCaller) {
  ProgramCall call = shell("read -r pid name state parent group session rest </proc/$$/stat; echo $group $session");
  call.own_group = false;
  EXPECT_EQ(run(call), std::to_string(getpgrp()) + " " + std::to_string(getsid(0)) + "\n");
  call = shell("sleep 1000", kShort);
  call.own_group = false;
  EXPECT_EQ(run(call), "did not answer in time");
  EXPECT_TRUE(has_no_children());
}

// Nor does it stay behind with a code when nobody is left who waits for it.
TEST(Programs, EndWithWhoWaitsForThem) {
  std::array<int, 2> ends_of_pipe{};
  ASSERT_EQ(pipe(ends_of_pipe.data()), 0);
  const Descriptor from_program(ends_of_pipe[0]);
  Descriptor to_us(ends_of_pipe[1]);
  const std::string path = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(to_us.get());
  const pid_t waits = fork();
  if (waits == 0) {
    Programs programs;
    (void)programs.run(shell("echo $$ >" + path + "; sleep 1000"));
    _exit(0);
  }
  ASSERT_GT(waits, 0);
  std::array<char, 32> said{};
  ASSERT_GT(read(from_program.get(), said.data(), said.size()), 0);
  const pid_t program = number_in(said.data());
  ASSERT_GT(program, 0);
  EXPECT_FALSE(ends(program, 0));
  kill(waits, SIGKILL);
  waitpid(waits, nullptr, 0);
  EXPECT_TRUE(ends(program, 10'000));
}

// A daemon that escaped, and holds the pipe open: its own business.
TEST(Programs, AreNotWaitedForBeyondTheirEnd) {
  // It says who it is once it is in a session of its own; the shell waits for that word.
  const std::string answer =
      run(shell(R"(exec 3>&1; daemon=$(setsid --fork sh -c 'echo $$; exec sleep 1000 >&3'); echo $daemon)"));
  const pid_t daemon = number_in(answer);
  ASSERT_GT(daemon, 0) << answer;
  EXPECT_FALSE(ends(daemon, 0));
  kill(daemon, SIGKILL);
}

TEST(Programs, MayNotSayTooMuch) {
  EXPECT_EQ(run(shell("yes")), "answered too much");
  EXPECT_EQ(run(shell("printf '%01001d' 0")), "answered too much");
  EXPECT_EQ(run(shell("printf '%01000d' 0")), std::string(1000, '0'));
}

TEST(Programs, NeedNotReadTheirInput) {
  const std::string much(1'000'000, 'x');
  EXPECT_EQ(run(shell("exec <&-; echo done", kAmple, much)), "done\n");
  EXPECT_EQ(run(shell("exit 0", kAmple, much)), "");
}

TEST(Programs, MayCloseTheirOutputAndGoOn) { EXPECT_EQ(run(shell("exec >&-; sleep 0.05; exit 5")), "status 5"); }

TEST(Programs, FailInWords) {
  EXPECT_EQ(run(shell("echo half; kill -9 $$")), "was ended by a signal");
  for (const char* path : {"/no/such/program", "/etc/passwd", "/etc", "", "sh"}) {
    EXPECT_EQ(run({.path = path, .arguments = {}, .input = {}, .limit = kAmple, .most_output = 10}),
              "cannot be started")
        << path;
  }
  EXPECT_TRUE(has_no_children());
}

TEST(Programs, LeaveNothingBehind) {
  const std::size_t before = descriptors();
  run(shell("echo x"));
  run(shell("sleep 1000", 1ms));
  run(shell("yes"));
  run({.path = "/no/such/program", .arguments = {}, .input = {}, .limit = kAmple, .most_output = 10});
  EXPECT_EQ(descriptors(), before);
  EXPECT_TRUE(has_no_children());
}

TEST(Programs, RunSideBySide) {
  Programs programs;
  std::vector<std::string> answers(24);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      threads.emplace_back([&programs, &answer = answers[i], i] {
        const auto got = programs.run(shell("cat", kAmple, std::to_string(i)));
        if (got) answer = got->output.text();
      });
    }
  }
  for (std::size_t i = 0; i < answers.size(); ++i) EXPECT_EQ(answers[i], std::to_string(i));
}

class ProgramFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string made = ::testing::TempDir() + "/programs.XXXXXX";
    ASSERT_NE(mkdtemp(made.data()), nullptr);
    folder_ = std::filesystem::canonical(made);
    make(folder_ / "program", 0755);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  static void make(const std::filesystem::path& path, mode_t mode) {
    std::ofstream(path) << "#!/bin/sh\n";
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
  }
  [[nodiscard]] std::string objection(const std::string& name) const {
    return objection_to_program(folder_ / name, Uid{geteuid()});
  }
  std::filesystem::path folder_;
};

TEST_F(ProgramFile, IsFineWhenNobodyElseCouldHaveWrittenIt) {
  EXPECT_THAT(objection("program"), IsEmpty());
  EXPECT_THAT(objection_to_program("/bin/sh"), IsEmpty());  // behind root's own links
  std::filesystem::create_symlink(folder_ / "program", folder_ / "link");
  EXPECT_THAT(objection("link"), IsEmpty());
}

TEST_F(ProgramFile, IsRefusedWhenSomebodyElseCould) {
  EXPECT_THAT(objection_to_program("program"), HasSubstr("not a whole path"));
  EXPECT_THAT(objection("none"), HasSubstr("No such file"));
  EXPECT_THAT(objection("."), HasSubstr("is not a program"));
  make(folder_ / "text", 0644);
  EXPECT_THAT(objection("text"), HasSubstr("is not a program"));
  for (const mode_t mode : {0775U, 0757U, 0777U}) {
    ASSERT_EQ(chmod((folder_ / "program").c_str(), mode), 0);
    EXPECT_THAT(objection("program"), HasSubstr("can be written by others")) << mode;
  }
  ASSERT_EQ(chmod((folder_ / "program").c_str(), 0755), 0);
  ASSERT_EQ(chmod(folder_.c_str(), 0777), 0);
  EXPECT_THAT(objection("program"), StartsWith(folder_.string() + " can be written by others"));
  ASSERT_EQ(chmod(folder_.c_str(), 0755), 0);

  if (geteuid() != 0) GTEST_SKIP() << "the rest takes files of other users";
  ASSERT_EQ(chown((folder_ / "program").c_str(), 54321, 54321), 0);
  EXPECT_THAT(objection("program"), HasSubstr("belongs to another user"));
  std::filesystem::create_symlink("/bin/sh", folder_ / "sh");
  ASSERT_EQ(lchown((folder_ / "sh").c_str(), 54321, 54321), 0);
  EXPECT_THAT(objection("sh"), HasSubstr("belongs to another user"));
}

}  // namespace
}  // namespace mfa
