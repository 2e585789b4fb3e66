// What a program that mfad runs does not reach, though it is of the same user.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "common/system/programs.h"

namespace mfa {
namespace {

using namespace std::chrono_literals;

class ConfinementTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string missing = Confinement::missing(); !missing.empty()) GTEST_SKIP() << missing;
    std::string made = ::testing::TempDir() + "/confinement.XXXXXX";
    ASSERT_NE(mkdtemp(made.data()), nullptr);
    top_ = std::filesystem::canonical(made);
    ASSERT_TRUE(std::filesystem::create_directories(top_ / "state/gateways"));
    ASSERT_TRUE(std::filesystem::create_directory(top_ / "beside"));
    std::ofstream(top_ / "state/key") << "secret";
    std::ofstream(top_ / "beside/file") << "mine";
  }
  void TearDown() override {
    if (!top_.empty()) std::filesystem::remove_all(top_);
  }

  // What the script says, run beside the state folder, and its status.
  [[nodiscard]] std::string run(const std::string& script, const std::string& closed = "state") {
    Programs programs;
    std::vector<ClosedFolder> all{{.path = top_ / closed, .open = "gateways"}};
    all.insert(all.end(), more_.begin(), more_.end());
    const auto answer = programs.run({.path = "/bin/sh",
                                      .arguments = {"-c", "cd " + top_.string() + " && { " + script + "; } 2>&1"},
                                      .input = Secret("asked"),
                                      .limit = 60s,
                                      .most_output = 1000,
                                      .closed = all});
    if (!answer) return std::string(in_words(answer.error()));
    return std::string(answer->output.text()) + std::to_string(answer->status);
  }
  [[nodiscard]] std::string key() const {
    std::ifstream file(top_ / "state/key");
    return {(std::istreambuf_iterator<char>(file)), {}};
  }

  std::filesystem::path top_;
  std::vector<ClosedFolder> more_;
};

TEST_F(ConfinementTest, NothingInTheClosedFolderCanBeReached) {
  std::filesystem::create_directory_symlink(top_ / "state", top_ / "beside/link");
  const std::string root = "/proc/self/root" + top_.string();
  for (const std::string& script : std::vector<std::string>{
           "cat state/key", "cat beside/link/key", "cat " + root + "/state/key", "ls state", "echo >state/key",
           "echo >>state/key", "truncate -s 0 state/key", "rm state/key", "mv state/key beside",
           "ln state/key beside/key", "mv state away", "mv beside/file state", "mkdir state/new",
           "cp /bin/true state/true", "mkfifo state/pipe"}) {
    EXPECT_THAT(run("! " + script), ::testing::EndsWith("0")) << script;
    EXPECT_THAT(run(script), ::testing::Not(::testing::HasSubstr("secret"))) << script;
  }
  EXPECT_EQ(key(), "secret");
  EXPECT_FALSE(std::filesystem::exists(top_ / "state/new") || std::filesystem::exists(top_ / "state/file"));
}

TEST_F(ConfinementTest, AllElseGoesOnAsItWas) {
  EXPECT_EQ(run("cat"), "asked0");
  EXPECT_EQ(run("cat /dev/stdin"), "asked0");
  EXPECT_EQ(run("cat beside/file"), "mine0");
  EXPECT_EQ(run("echo more >beside/other && mkdir beside/in && mv beside/other beside/in && cat beside/in/other"),
            "more\n0");
  EXPECT_EQ(run("echo text >state/gateways/messages && cat state/gateways/messages"), "text\n0");
  EXPECT_EQ(run("ls state/gateways"), "messages\n0");
  EXPECT_EQ(run("sleep 100 & kill $! && wait $! || echo $?"), "Terminated\n143\n0");
}

TEST_F(ConfinementTest, NoProcessOfTheSameUserIsAnyOfItsBusiness) {
  const pid_t other = fork();
  if (other == 0) {
    pause();
    _exit(0);
  }
  ASSERT_GT(other, 0);
  const std::string process = "/proc/" + std::to_string(other);
  for (const std::string& look : std::vector<std::string>{"ls /root/", "ls /cwd/", "readlink /exe", "readlink /fd/0"}) {
    std::string script = look;
    script.insert(script.find('/'), process);
    EXPECT_THAT(run("! " + script), ::testing::EndsWith("0")) << script;
  }
  // Debian 12's own kernel is too old for that.
  if (syscall(SYS_landlock_create_ruleset, nullptr, 0, 1) >= 6) {
    EXPECT_THAT(run("! kill -0 " + std::to_string(other)), ::testing::EndsWith("0"));
  }
  kill(other, SIGKILL);
  waitpid(other, nullptr, 0);
}

TEST_F(ConfinementTest, NoPrivilegesAreGained) { EXPECT_EQ(run("grep -c '^NoNewPrivs:.1' /proc/self/status"), "1\n0"); }

TEST_F(ConfinementTest, TheFolderMayBeNamedByALink) {
  std::filesystem::create_directory_symlink(top_ / "state", top_ / "named");
  EXPECT_THAT(run("! cat state/key", "named"), ::testing::EndsWith("0"));
  EXPECT_EQ(run("cat beside/file", "named"), "mine0");
}

TEST_F(ConfinementTest, WithoutTheOpenFolderAllIsClosed) {
  std::filesystem::remove_all(top_ / "state/gateways");
  EXPECT_THAT(run("! cat state/key"), ::testing::EndsWith("0"));
  EXPECT_EQ(run("cat beside/file"), "mine0");
}

TEST_F(ConfinementTest, SeveralFoldersAreClosed) {
  ASSERT_TRUE(std::filesystem::create_directories(top_ / "new/gateways"));
  ASSERT_TRUE(std::filesystem::create_directories(top_ / "state/gateways/inner"));
  std::ofstream(top_ / "new/key") << "secret";
  std::ofstream(top_ / "state/gateways/inner/key") << "secret";
  more_ = {{.path = top_ / "new", .open = "gateways"}};
  EXPECT_EQ(run("! cat state/key 2>/dev/null && ! cat new/key 2>/dev/null && echo more >new/gateways/file && "
                "echo more >state/gateways/file && cat beside/file"),
            "mine0");
  more_ = {{.path = top_ / "state/gateways/inner", .open = "gateways"}};
  EXPECT_EQ(run("! cat state/key 2>/dev/null && ! cat state/gateways/inner/key 2>/dev/null && cat beside/file"),
            "mine0");
}

TEST_F(ConfinementTest, NothingBelowEtcIsChanged) {
  EXPECT_EQ(run("cmp /etc/passwd /etc/passwd && ls /etc >/dev/null"), "0");
  EXPECT_THAT(run("! sh -c ': >>/etc/passwd'"), ::testing::EndsWith("0"));
}

// Root passes anywhere.
TEST_F(ConfinementTest, AFolderOnTheWayNeedNotBeReadable) {
  if (geteuid() == 0) GTEST_SKIP();
  using std::filesystem::perms;
  std::filesystem::permissions(top_, perms::owner_exec);
  const ClosedFolder closed{.path = top_ / "state", .open = "gateways"};
  EXPECT_EQ(Confinement({closed}).unlisted(), std::vector<std::string>{top_.string()});
  EXPECT_EQ(run("! cat state/key 2>/dev/null && echo more >state/gateways/file && cat state/gateways/file"), "more\n0");
  EXPECT_THAT(run("! cat beside/file"), ::testing::EndsWith("0")) << "and nothing else in it is reached";
  std::filesystem::permissions(top_, perms::owner_all);
}

TEST_F(ConfinementTest, WhatCannotBeClosedRunsNothing) {
  EXPECT_EQ(run("echo ran", "missing"), std::string(in_words(ProgramFault::not_started)));
}

}  // namespace
}  // namespace mfa
