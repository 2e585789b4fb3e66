// What `admin init` is made of: programs it runs, folders and files it makes and mends, an account it checks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "cli/places.h"
#include "cli/run_program.h"
#include "cli/system_account.h"
#include "cli/verbs/admin_init.h"

namespace mfa::cli {
namespace {

using testing::HasSubstr;

constexpr std::chrono::seconds kLong{60};

std::expected<Ended, std::string> shell(const std::string& text, std::chrono::seconds limit = kLong) {
  return run_program(std::array<std::string, 3>{"/bin/sh", "-c", text}, limit);
}

TEST(RunProgram, BringsBackStatusAndOutput) {
  const auto ended = shell("echo out; echo err >&2; exit 7");
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->status, 7);
  EXPECT_EQ(ended->output, "out\n");
  EXPECT_EQ(ended->errors, "err\n");
  const auto killed = shell("kill -9 $$");
  ASSERT_TRUE(killed);
  EXPECT_EQ(killed->status, 128 + SIGKILL);
}

TEST(RunProgram, InheritsNothing) {
  setenv("HTTP_PROXY", "evil", 1);
  const auto environment = run_program(std::array<std::string, 1>{"/usr/bin/env"}, kLong);
  ASSERT_TRUE(environment);
  EXPECT_EQ(environment->output, "");
  const int open_one = dup(0);  // without close-on-exec
  const auto descriptors = shell("ls /proc/self/fd | tr '\\n' ' '; pwd; read x || echo no input");
  close(open_one);
  ASSERT_TRUE(descriptors);
  EXPECT_EQ(descriptors->output, "0 1 2 3 /\nno input\n") << "3 is the folder that ls reads";
  const auto session = shell("cut -d' ' -f5,6 /proc/self/stat; echo $$ $$");
  ASSERT_TRUE(session);
  const std::string& text = session->output;
  EXPECT_EQ(text.substr(0, text.find('\n')), text.substr(text.find('\n') + 1, text.find('\n')));
}

// Whether the process ends soon, or is gone.
bool ends(pid_t process) {
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, process, 0U));
  if (handle < 0) return errno == ESRCH;
  pollfd end{handle, POLLIN, 0};
  const bool ended = poll(&end, 1, 600'000) == 1;
  close(handle);
  if (!ended) kill(process, SIGKILL);
  return ended;
}

TEST(RunProgram, HasALimitOfTimeForAllThatItStarted) {
  const std::string note = testing::TempDir() + "run_program." + std::to_string(getpid());
  pid_t grandchild = 0;
  // On a machine so busy that the shell did not come to it, once more with a longer limit.
  for (int limit = 1; grandchild == 0 && limit < 100; limit *= 2) {
    const auto late = shell("sleep 600 & echo $! >" + note + "; wait", std::chrono::seconds(limit));
    ASSERT_FALSE(late);
    EXPECT_THAT(late.error(), HasSubstr("in time"));
    std::ifstream(note) >> grandchild;
  }
  std::filesystem::remove(note);
  ASSERT_GT(grandchild, 0);
  EXPECT_TRUE(ends(grandchild));
}

TEST(RunProgram, HasALimitOfOutput) {
  const auto much = shell("head -c 300000 /dev/zero");
  ASSERT_TRUE(much);
  EXPECT_EQ(much->output.size(), kMostOutput);
}

TEST(RunProgram, WhatIsNotThereIsAnError) {
  EXPECT_FALSE(run_program(std::array<std::string, 1>{"/nonexistent/program"}, kLong));
}

// --- folders and files; as whoever runs the tests

class Places : public testing::Test {
 protected:
  Places() { EXPECT_NE(mkdtemp(root_.data()), nullptr); }
  ~Places() override { std::filesystem::remove_all(root_); }
  [[nodiscard]] std::string path(const std::string& name) const { return root_ + "/" + name; }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream file(path(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] mode_t mode(const std::string& name) const {
    struct stat found{};
    EXPECT_EQ(stat(path(name).c_str(), &found), 0);
    return found.st_mode & 07777;
  }
  void set_mode(const std::string& name, mode_t mode) const { EXPECT_EQ(chmod(path(name).c_str(), mode), 0); }

  std::string root_ = testing::TempDir() + "places.XXXXXX";
  Owner self_{.uid = getuid(), .gid = getgid()};
  Owner reader_{.uid = 4242, .gid = 4242};
  Steps steps_;
};

TEST_F(Places, APrivateFolderIsMadeKeptAndMended) {
  const mode_t before = umask(0);
  ASSERT_TRUE(ensure_private_folder(path("state"), self_, steps_));
  umask(before);
  EXPECT_EQ(mode("state"), 0700U);
  ASSERT_TRUE(ensure_private_folder(path("state"), self_, steps_));
  for (const mode_t wrong : {0755U, 0500U, 01700U}) {
    set_mode("state", wrong);
    ASSERT_TRUE(ensure_private_folder(path("state"), self_, steps_));
    EXPECT_EQ(mode("state"), 0700U);
  }
  ASSERT_EQ(steps_.size(), 5U);
  EXPECT_EQ(steps_[0].did, Did::made);
  EXPECT_EQ(steps_[1].did, Did::kept);
  EXPECT_EQ(steps_[2].did, Did::mended);
  EXPECT_EQ(steps_[2].detail, "the mode was 0755");
}

TEST_F(Places, AWrongOwnerIsMended) {
  if (getuid() != 0) GTEST_SKIP() << "only root gives folders away";
  ASSERT_TRUE(ensure_private_folder(path("state"), self_, steps_));
  ASSERT_TRUE(ensure_private_folder(path("state"), {.uid = 4242, .gid = 4243}, steps_));
  EXPECT_EQ(steps_.back().did, Did::mended);
  EXPECT_EQ(steps_.back().detail, "the owner was 0:0");
  struct stat found{};
  ASSERT_EQ(stat(path("state").c_str(), &found), 0);
  EXPECT_EQ(found.st_uid, 4242U);
  EXPECT_EQ(found.st_gid, 4243U);
}

TEST_F(Places, ALinkIsNoFolder) {
  ASSERT_EQ(mkdir(path("elsewhere").c_str(), 0755), 0);
  ASSERT_EQ(symlink(path("elsewhere").c_str(), path("state").c_str()), 0);
  write("file", "x");
  EXPECT_FALSE(ensure_private_folder(path("state"), self_, steps_));
  EXPECT_FALSE(ensure_private_folder(path("file"), self_, steps_));
  EXPECT_FALSE(ensure_private_folder(path("missing/state"), self_, steps_));
  EXPECT_EQ(mode("elsewhere"), 0755U);
  EXPECT_TRUE(steps_.empty());
}

TEST_F(Places, ASharedFolderMayBeStricterThanOurs) {
  struct Row {
    mode_t mode;
    gid_t group;
    Did did;
  };
  for (const auto& [wanted, group, did] : {Row{0755, self_.gid, Did::kept},
                                           {0750, self_.gid, Did::kept},
                                           {0750, 4242, Did::mended},
                                           {0775, self_.gid, Did::mended},
                                           {0757, self_.gid, Did::mended},
                                           {0700, self_.gid, Did::mended},
                                           {0744, 4242, Did::mended}}) {
    ASSERT_EQ(mkdir(path("etc").c_str(), 0700), 0);
    set_mode("etc", wanted);
    // The reader is in our group, or in none of the folder's.
    ASSERT_TRUE(ensure_shared_folder(path("etc"), self_, {.uid = 4242, .gid = group}, steps_));
    EXPECT_EQ(steps_.back().did, did) << std::oct << wanted;
    EXPECT_EQ(mode("etc"), did == Did::kept ? wanted : 0755U);
    ASSERT_EQ(rmdir(path("etc").c_str()), 0);
  }
}

TEST_F(Places, AFileIsMadeOnceAndItsContentIsNeverTouched) {
  write("default", "issuer = \"x\"\n");
  ASSERT_TRUE(ensure_shared_file(path("mfa.toml"), path("default"), self_, reader_, steps_));
  EXPECT_EQ(steps_.back().did, Did::made);
  EXPECT_EQ(content("mfa.toml"), "issuer = \"x\"\n");
  EXPECT_EQ(mode("mfa.toml"), 0644U);
  write("mfa.toml", "own\n");
  ASSERT_TRUE(ensure_shared_file(path("mfa.toml"), path("default"), self_, reader_, steps_));
  EXPECT_EQ(steps_.back().did, Did::kept);
  set_mode("mfa.toml", 0666);
  ASSERT_TRUE(ensure_shared_file(path("mfa.toml"), path("missing"), self_, reader_, steps_));
  EXPECT_EQ(steps_.back().did, Did::mended);
  EXPECT_THAT(steps_.back().detail, HasSubstr("read it through"));
  EXPECT_EQ(mode("mfa.toml"), 0644U);
  EXPECT_EQ(content("mfa.toml"), "own\n");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(root_), {}), 2) << "no drafts are left";
}

TEST_F(Places, ALinkToAFileElsewhereIsTheAdministratorsOwn) {
  write("own", "x");
  set_mode("own", 0666);
  ASSERT_EQ(symlink(path("own").c_str(), path("mfa.toml").c_str()), 0);
  ASSERT_TRUE(ensure_shared_file(path("mfa.toml"), path("missing"), self_, reader_, steps_));
  EXPECT_EQ(steps_.back().did, Did::kept);
  EXPECT_EQ(mode("own"), 0666U);
}

TEST_F(Places, WithoutADefaultThereIsNoFile) {
  EXPECT_FALSE(ensure_shared_file(path("mfa.toml"), path("missing"), self_, reader_, steps_));
  EXPECT_FALSE(std::filesystem::exists(path("mfa.toml")));
  ASSERT_EQ(mkdir(path("folder").c_str(), 0755), 0);
  EXPECT_FALSE(ensure_shared_file(path("folder"), path("missing"), self_, reader_, steps_));
}

// --- the account

TEST(Account, MustBeNobodysLogin) {
  constexpr const char* kNologin = "/usr/sbin/nologin";
  EXPECT_FALSE(fault_of_account({.uid = 999, .gid = 998, .shell = kNologin}, 998));
  EXPECT_FALSE(fault_of_account({.uid = 999, .gid = 998, .shell = "/bin/false"}, 998));
  EXPECT_TRUE(fault_of_account({.uid = 0, .gid = 998, .shell = kNologin}, 998));
  EXPECT_TRUE(fault_of_account({.uid = 999, .gid = 0, .shell = kNologin}, 0));
  EXPECT_TRUE(fault_of_account({.uid = 1000, .gid = 998, .shell = kNologin}, 998)) << "a student called mfa";
  EXPECT_TRUE(fault_of_account({.uid = 999, .gid = 998, .shell = "/bin/bash"}, 998));
  EXPECT_TRUE(fault_of_account({.uid = 999, .gid = 998, .shell = ""}, 998)) << "an empty one means /bin/sh";
  EXPECT_TRUE(fault_of_account({.uid = 999, .gid = 100, .shell = kNologin}, 998));
}

// --- the report

TEST(Steps, OfTheEngineAreReadStrictly) {
  const auto steps =
      parse_steps("{\"what\":\"key\",\"did\":\"made\"}\n\n{\"what\":\"store\",\"did\":\"mended\",\"detail\":\"d\"}");
  ASSERT_TRUE(steps);
  ASSERT_EQ(steps->size(), 2U);
  EXPECT_EQ(steps->at(0).did, Did::made);
  EXPECT_EQ(steps->at(1).did, Did::mended);
  EXPECT_EQ(steps->at(1).detail, "d");
  EXPECT_TRUE(parse_steps(""));
  for (const char* text : {"made the key", "{}", "{\"what\":\"key\",\"did\":\"burnt\"}", "{\"did\":\"made\"}", "[1]"})
    EXPECT_FALSE(parse_steps(text)) << text;
}

TEST(Steps, AreToldAndLeadOn) {
  const Steps steps{{.what = "user mfa", .did = Did::made, .detail = ""},
                    {.what = "/var/lib/mfa", .did = Did::mended, .detail = "the mode was 0755"},
                    {.what = "k\x1b", .did = Did::kept, .detail = ""}};
  const std::string text = steps_text(steps, true);
  EXPECT_THAT(text,
              HasSubstr("  made    user mfa\n  mended  /var/lib/mfa (the mode was 0755)\n  kept    k\\x1b\n\nNext:\n"));
  EXPECT_THAT(text, HasSubstr("systemctl enable --now"));
  EXPECT_THAT(steps_text(steps, false), HasSubstr("mfad --foreground"));
  EXPECT_THAT(text, HasSubstr("      auth [success=1 default=ignore]  pam_unix.so\n"
                              "      auth [default=die]               pam_mfa.so authfail\n"
                              "      auth required                    pam_mfa.so\n"));
  EXPECT_THAT(text, HasSubstr("      UsePAM yes\n"
                              "      KbdInteractiveAuthentication yes\n"
                              "      PasswordAuthentication no\n"
                              "      AuthenticationMethods keyboard-interactive\n"));
  EXPECT_THAT(text, HasSubstr("man 8 pam_mfa"));
  EXPECT_EQ(
      json_line(steps_json(steps)),
      R"({"steps":[{"what":"user mfa","did":"made"},{"what":"/var/lib/mfa","did":"mended","detail":"the mode was 0755"},)"
      R"({"what":"k\u001b","did":"kept"}]})");
}

}  // namespace
}  // namespace mfa::cli
