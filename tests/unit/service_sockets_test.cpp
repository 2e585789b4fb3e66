// Sockets: handed over by an init system, or made, replaced and removed by ourselves.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdlib>

#include "common/service/handed.h"
#include "common/service/own_sockets.h"
#include "tests/unit/service_client.h"
#include "tests/unit/service_folder.h"

namespace mfa {
namespace {

using namespace std::chrono_literals;

Descriptor listening_at(const std::string& path, int type = SOCK_STREAM) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  Descriptor socket(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  EXPECT_EQ(bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_TRUE(type == SOCK_DGRAM || listen(socket.get(), 8) == 0);
  return socket;
}

int connects(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
}

unsigned mode_of(const std::string& path) {
  struct stat found{};
  return lstat(path.c_str(), &found) == 0 ? found.st_mode & 07777U : 0U;
}

// Runs `child` in a process of its own, which has nothing of the test's but what is given; its exit status.
template <class Child>
int in_a_process(Child child) {
  const pid_t pid = fork();
  if (pid == 0) _exit(child());
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Handed, TakesWhatIsMeantForItByName) {
  const testing::Folder folder;
  const Descriptor login = listening_at(folder / "l");
  const Descriptor user = listening_at(folder / "u");
  const int status = in_a_process([&] {
    const Descriptor spare(fcntl(user.get(), F_DUPFD, 20));
    if (dup2(login.get(), 3) != 3 || dup2(spare.get(), 4) != 4) return 1;
    setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
    setenv("LISTEN_FDS", "2", 1);
    setenv("LISTEN_FDNAMES", "user:login", 1);  // the other way round
    setenv("SQLITE_TMPDIR", "/evil", 1);
    auto supervisor = Supervisor::from_environment();
    if (!supervisor || !supervisor->handed_any()) return 2;
    if (getenv("SQLITE_TMPDIR") != nullptr || getenv("LISTEN_FDS") != nullptr) return 3;
    const Descriptor named_login = supervisor->take("login");
    if (named_login.get() != 4 || !listens(4, SOCK_STREAM) || listens(4, SOCK_SEQPACKET)) return 4;
    if ((fcntl(4, F_GETFD) & FD_CLOEXEC) == 0) return 5;
    if (supervisor->take("login") || supervisor->take("monitor")) return 6;
    return supervisor->take("user").get() == 3 ? 0 : 7;
  });
  EXPECT_EQ(status, 0);
}

TEST(Handed, WhatIsMeantForAnotherIsNotTaken) {
  for (const auto& [told_pid, told_count] : std::vector<std::pair<std::string, std::string>>{
           {"1", "2"}, {"", "2"}, {"self", "0"}, {"self", ""}, {"self", "x"}, {"self", "2x"}}) {
    const int status = in_a_process([&pid = told_pid, &count = told_count] {
      setenv("LISTEN_PID", pid == "self" ? std::to_string(getpid()).c_str() : pid.c_str(), 1);
      setenv("LISTEN_FDS", count.c_str(), 1);
      auto supervisor = Supervisor::from_environment();
      return supervisor && !supervisor->handed_any() ? 0 : 1;
    });
    EXPECT_EQ(status, 0) << told_pid << " " << told_count;
  }
  for (const char* count : {"-1", "17", "4000000000"}) {
    const int status = in_a_process([count] {
      setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
      setenv("LISTEN_FDS", count, 1);
      return Supervisor::from_environment() ? 1 : 0;
    });
    EXPECT_EQ(status, 0) << count;
  }
}

TEST(Handed, TellsWhoAsked) {
  const testing::Folder folder;
  const Descriptor notified = listening_at(folder / "n", SOCK_DGRAM);
  const int status = in_a_process([&] {
    setenv("NOTIFY_SOCKET", (folder / "n").c_str(), 1);
    const auto supervisor = Supervisor::from_environment();
    if (!supervisor) return 1;
    supervisor->ready();
    supervisor->status("Serving");
    supervisor->reloading();
    supervisor->stopping();
    return 0;
  });
  EXPECT_EQ(status, 0);
  const auto heard = [&] {
    std::string text(256, '\0');
    text.resize(
        static_cast<std::size_t>(std::max<ssize_t>(recv(notified.get(), text.data(), text.size(), MSG_DONTWAIT), 0)));
    return text;
  };
  EXPECT_EQ(heard(), "READY=1");
  EXPECT_EQ(heard(), "STATUS=Serving");
  EXPECT_TRUE(heard().starts_with("RELOADING=1\nMONOTONIC_USEC="));
  EXPECT_EQ(heard(), "STOPPING=1");
}

TEST(Handed, OnlyListeningUnixSocketsCount) {
  const testing::Folder folder;
  EXPECT_FALSE(listens(-1, SOCK_STREAM));
  EXPECT_FALSE(listens(listening_at(folder / "d", SOCK_DGRAM).get(), SOCK_DGRAM));
  auto ends = testing::connected_pair();
  EXPECT_FALSE(listens(ends.client.get(), SOCK_STREAM));
  const Descriptor network(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (network && listen(network.get(), 1) == 0) {
    EXPECT_FALSE(listens(network.get(), SOCK_STREAM));
  }
}

TEST(OwnSockets, LieInAFolderThatIsTheirOwnersAlone) {
  const testing::Folder folder;
  const std::string place = folder / "run";
  const auto sockets = OwnSockets::make(place, 0ms);
  ASSERT_TRUE(sockets) << sockets.error();
  EXPECT_EQ(mode_of(place), 0755U);
  EXPECT_EQ(mode_of(place + "/login.sock"), 0600U);
  EXPECT_EQ(mode_of(place + "/user.sock"), 0666U);
  EXPECT_EQ(connects(place + "/login.sock"), 0);
  EXPECT_EQ(connects(place + "/user.sock"), 0);
}

TEST(OwnSockets, AFolderThatOthersCanWriteIsRefused) {
  const testing::Folder folder;
  for (const mode_t mode : {mode_t{0775}, mode_t{0757}, mode_t{01777}}) {
    ASSERT_EQ(chmod(folder.path().c_str(), mode), 0);
    EXPECT_FALSE(OwnSockets::make(folder.path(), 0ms));
  }
  ASSERT_EQ(chmod(folder.path().c_str(), 0700), 0);
  ASSERT_EQ(symlink("/tmp", (folder / "link").c_str()), 0);
  EXPECT_FALSE(OwnSockets::make(folder / "link", 0ms));
  folder.write("file", "");
  EXPECT_FALSE(OwnSockets::make(folder / "file", 0ms));
}

TEST(OwnSockets, ALiveOnesAreNotTaken) {
  const testing::Folder folder;
  const auto first = OwnSockets::make(folder.path(), 0ms);
  ASSERT_TRUE(first) << first.error();
  const auto second = OwnSockets::make(folder.path(), 0ms);
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().contains("another mfad")) << second.error();
  EXPECT_EQ(connects(folder / "login.sock"), 0);
}

TEST(OwnSockets, AKilledOnesAreReplacedWhateverTheyAre) {
  const testing::Folder folder;
  {
    const Descriptor dead = listening_at(folder / "login.sock");
  }
  folder.write("user.sock", "no socket at all");
  const auto sockets = OwnSockets::make(folder.path(), 0ms);
  ASSERT_TRUE(sockets) << sockets.error();
  EXPECT_EQ(connects(folder / "login.sock"), 0);
  EXPECT_EQ(connects(folder / "user.sock"), 0);
}

// Makes sockets in a process that is killed; `before` runs in the test while it lives.
template <class Before>
pid_t killed_owner(const testing::Folder& folder, Before before) {
  auto ends = testing::connected_pair();
  const pid_t pid = fork();
  if (pid == 0) {
    ends.client.reset();
    auto sockets = OwnSockets::make(folder.path(), 0ms);
    const auto sweeper = sockets ? sockets->start_sweeper() : std::unexpected(sockets.error());
    const char told = sweeper ? 'y' : 'n';
    (void)send(ends.engine.get(), &told, 1, MSG_NOSIGNAL);
    (void)pause();
    _exit(0);
  }
  ends.engine.reset();
  char told = 0;
  EXPECT_EQ(recv(ends.client.get(), &told, 1, 0), 1);
  EXPECT_EQ(told, 'y');
  before();
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  return pid;
}

// Waits for the sweeper: when it lets go of the lock it has done all it does.
void wait_for_sweeper(const testing::Folder& folder) {
  const Descriptor lock(open((folder / "mfad.lock").c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(flock(lock.get(), LOCK_EX), 0);
}

TEST(OwnSockets, AKilledOneLeavesNoneBehind) {
  const testing::Folder folder;
  killed_owner(folder, [&] { EXPECT_EQ(connects(folder / "login.sock"), 0); });
  wait_for_sweeper(folder);
  EXPECT_EQ(connects(folder / "login.sock"), ENOENT);
  EXPECT_EQ(connects(folder / "user.sock"), ENOENT);
}

TEST(OwnSockets, TheSweeperLeavesWhatIsNotItsOwn) {
  const testing::Folder folder;
  killed_owner(folder, [&] {
    ASSERT_EQ(rename((folder / "user.sock").c_str(), (folder / "old").c_str()), 0);
    folder.write("user.sock", "a file of someone else");
  });
  wait_for_sweeper(folder);
  EXPECT_EQ(connects(folder / "login.sock"), ENOENT);
  EXPECT_EQ(access((folder / "user.sock").c_str(), F_OK), 0);
}

}  // namespace
}  // namespace mfa
