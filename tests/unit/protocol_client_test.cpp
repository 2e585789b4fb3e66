// The client against engines that behave badly in every way they can.
#include "common/protocol/client.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <mutex>
#include <vector>

#include "tests/module/interposed.h"
#include "tests/module/scripted_engine.h"

namespace mfa::protocol {
namespace {

using test::byte;
using test::Frame;
using test::is_root;
using test::ScriptedEngine;
using test::Unprivileged;

using Failure = Connection::Failure;

const std::string kFirst = test::encoded({FrameType::login, {{Tag::version, byte(1)}, {Tag::user, "alice"}}});

std::string first_for(const std::string& user) {
  return test::encoded({FrameType::login, {{Tag::version, byte(1)}, {Tag::user, user}}});
}

class Client : public testing::Test {
 protected:
  void SetUp() override {
    test::spawned = {};
    test::passwd_of_mfa = {.there = true, .uid = geteuid()};
  }
  void TearDown() override {
    connection.close();
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
    EXPECT_EQ(errno, ECHILD);
  }
  Connection connection;
};

void greet(int fd) {
  if (test::read_frame(fd)) test::write_frame(fd, test::hello());
  test::wait_for_end(fd);
}

TEST_F(Client, ReachesTheService) {
  ScriptedEngine engine(greet);
  const auto answer = connection.open(engine.socket().c_str(), kFirst);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->type, FrameType::hello);
  EXPECT_TRUE(speaks_our_version(*answer));
  EXPECT_EQ(connection.way(), Reached::service);
  EXPECT_EQ(test::spawned.calls, 0);
}

TEST_F(Client, ItsDescriptorsCloseOnExec) {
  ScriptedEngine engine(greet);
  ASSERT_EQ(connection.reach(engine.socket().c_str()), Reached::service);
  int sockets = 0;
  for (int fd = 3; fd < 256; ++fd) {
    const int flags = fcntl(fd, F_GETFD);
    if (flags < 0) continue;
    int domain = 0;
    socklen_t size = sizeof domain;
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 || domain != AF_UNIX) continue;
    ++sockets;
    EXPECT_TRUE((flags & FD_CLOEXEC) != 0) << fd;
  }
  EXPECT_GE(sockets, 2);
}

TEST_F(Client, AcceptsRootWithoutALookUpAndTheUserMfaAndNobodyElse) {
  if (!is_root()) GTEST_SKIP() << "needs root to listen as another user";
  constexpr uid_t kStranger = 12345;
  const test::Folder folder;
  ASSERT_EQ(chmod(folder.path().c_str(), 0777), 0);
  const test::Stranger stranger(folder.path("s"), kStranger);
  ASSERT_TRUE(stranger.listening());
  struct {
    const char* who;
    test::Passwd mfa;
    Reached reached;
  } const rows[] = {
      {"mfa itself", {.there = true, .uid = kStranger}, Reached::service},
      {"another user than mfa", {.there = true, .uid = kStranger + 1}, Reached::impostor},
      {"no user mfa", {.there = false, .uid = kStranger}, Reached::impostor},
      {"the look-up fails", {.there = true, .uid = kStranger, .error = EIO}, Reached::impostor},
  };
  for (const auto& row : rows) {
    test::passwd_of_mfa = row.mfa;
    EXPECT_EQ(connection.reach(folder.path("s").c_str()), row.reached) << row.who;
  }
  EXPECT_EQ(test::spawned.calls, 0);

  test::passwd_of_mfa = {.there = false};
  ScriptedEngine root(greet);
  EXPECT_EQ(connection.reach(root.socket().c_str()), Reached::service);
  EXPECT_EQ(test::passwd_of_mfa.calls, 0);
}

TEST_F(Client, RefusesPathsThatAreNone) {
  EXPECT_EQ(connection.reach(""), Reached::failed);
  EXPECT_EQ(connection.reach(("/tmp/" + std::string(200, 'x')).c_str()), Reached::failed);
  EXPECT_FALSE(connection.open("", kFirst));
  EXPECT_EQ(test::spawned.calls, 0);
}

TEST_F(Client, WithoutAServiceRootStartsASession) {
  if (!is_root()) GTEST_SKIP() << "only root starts sessions";
  ScriptedEngine engine(greet);
  const std::string refused = engine.socket();
  engine.stop();
  int calls = 0;
  for (const std::string& path : {std::string("/nowhere/engine.sock"), refused}) {
    const auto answer = connection.open(path.c_str(), kFirst);
    ASSERT_TRUE(answer) << path;
    EXPECT_TRUE(speaks_our_version(*answer));
    EXPECT_EQ(connection.way(), Reached::session);
    EXPECT_EQ(test::spawned.calls, ++calls);
    EXPECT_EQ(test::spawned.path, MFA_MFAD);
  }
}

TEST_F(Client, WithoutAServiceOthersAreToldSo) {
  ScriptedEngine engine(greet);
  const std::string refused = engine.socket();
  engine.stop();
  const Unprivileged now;
  for (const std::string& path : {std::string("/nowhere/engine.sock"), refused}) {
    EXPECT_FALSE(connection.open(path.c_str(), kFirst));
    EXPECT_EQ(connection.way(), Reached::no_service) << path;
  }
  EXPECT_EQ(connection.start_session(), Reached::failed);
  EXPECT_EQ(test::spawned.calls, 0);
}

TEST_F(Client, ASessionThatCannotStartIsAFailure) {
  if (!is_root()) GTEST_SKIP() << "only root starts sessions";
  test::spawned.fail_with = ENOENT;
  EXPECT_FALSE(connection.open("/nowhere/engine.sock", kFirst));
  EXPECT_EQ(connection.way(), Reached::failed);
  EXPECT_EQ(connection.why(), Failure::error);
}

// What a session finds: /dev/null, the socket, no other descriptor, no environment, default signals.
const char* const kUntouched = "0=/dev/null 1=/dev/null 2=/dev/null 3=socket | | | own session | /";

std::string session_report(Connection& connection) {
  const std::string first = first_for("session-reports");
  if (!connection.open("/nowhere/engine.sock", first)) return "no session";
  const auto shown = connection.receive(60);
  const auto text = shown ? shown->fields.get(Tag::text) : std::nullopt;
  return text ? std::string(*text) : "no report";
}

TEST_F(Client, ASessionInheritsNothing) {
  if (!is_root()) GTEST_SKIP() << "only root starts sessions";
  setenv("MFA_TEST_SECRET", "of the host", 1);
  const int left_open = fcntl(STDIN_FILENO, F_DUPFD, 77);  // without close-on-exec, and not where 3 will be put
  ASSERT_GE(left_open, 77);
  const auto old_pipe = signal(SIGPIPE, SIG_IGN);
  const auto old_hup = signal(SIGHUP, SIG_IGN);
  sigset_t block;
  sigset_t old;
  sigfillset(&block);
  pthread_sigmask(SIG_SETMASK, &block, &old);
  const std::string report = session_report(connection);
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  signal(SIGPIPE, old_pipe);
  signal(SIGHUP, old_hup);
  close(left_open);
  unsetenv("MFA_TEST_SECRET");
  EXPECT_EQ(report, kUntouched);
}

TEST_F(Client, ASessionStartsAlsoFromAHostWithoutStandardStreams) {
  if (!is_root()) GTEST_SKIP() << "only root starts sessions";
  for (int closed = 1; closed <= 4; ++closed) {  // 0; 0 and 1; … so that the socket pair gets every low number
    const pid_t host = fork();
    if (host == 0) {
      for (int fd = 0; fd < closed; ++fd) close(fd);
      Connection own;
      _exit(session_report(own) == kUntouched ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(host, &status, 0), host);
    EXPECT_EQ(status, 0) << closed;
  }
}

TEST_F(Client, ASessionWorksInAHostThatIgnoresItsChildren) {
  if (!is_root()) GTEST_SKIP() << "only root starts sessions";
  const auto old = signal(SIGCHLD, SIG_IGN);
  const auto hello = connection.open("/nowhere/engine.sock", kFirst);
  const auto verdict = hello ? connection.receive(60) : std::nullopt;
  EXPECT_TRUE(verdict && verdict->type == FrameType::verdict);
  connection.close();
  signal(SIGCHLD, old);
}

// Ways to end a connection before the first frame.
struct Ending {
  const char* how;
  ScriptedEngine::Script script;
};
const std::vector<Ending>& endings() {
  static const std::vector<Ending> all = {
      {"at once, Login unread", [](int) {}},
      {"after reading Login", [](int fd) { test::read_frame(fd); }},
      {"within the header",
       [](int fd) {
         test::read_frame(fd);
         test::write_all(fd, std::string("\0\6H", 3));
       }},
      {"within the payload",
       [](int fd) {
         test::read_frame(fd);
         test::write_all(fd, test::encoded(test::hello()).substr(0, 7));
       }},
  };
  return all;
}

TEST_F(Client, AConnectionThatEndsBeforeTheFirstFrameIsReplacedOnce) {
  if (!is_root()) GTEST_SKIP() << "only root starts sessions";
  int calls = 0;
  for (const auto& ending : endings()) {
    ScriptedEngine engine(ending.script);
    EXPECT_TRUE(connection.open(engine.socket().c_str(), kFirst)) << ending.how;
    EXPECT_EQ(connection.way(), Reached::session) << ending.how;
    EXPECT_EQ(engine.connections(), 1) << ending.how;
    EXPECT_EQ(test::spawned.calls, ++calls) << ending.how;
  }
  ScriptedEngine engine([](int) {});
  EXPECT_FALSE(connection.open(engine.socket().c_str(), first_for("session-dies")));
  EXPECT_EQ(connection.way(), Reached::session);
  EXPECT_EQ(connection.why(), Failure::end);
  EXPECT_EQ(test::spawned.calls, calls + 1) << "no second session";
}

// A call goes on in it: the login does not wait for that.
TEST_F(Client, ASessionThatLivesOnIsNotWaitedFor) {
  if (!is_root()) GTEST_SKIP() << "only root starts sessions";
  ASSERT_TRUE(connection.open("/nowhere/engine.sock", first_for("session-lives-on")));
  const auto verdict = connection.receive(60);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->type, FrameType::verdict);
  const auto before = std::chrono::steady_clock::now();
  connection.close();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(kFarewellSeconds));
  pid_t session = 0;
  std::ifstream("/proc/thread-self/children") >> session;
  ASSERT_GT(session, 0) << "it has not been ended either";
  EXPECT_EQ(kill(session, SIGKILL), 0);
  EXPECT_EQ(waitpid(session, nullptr, 0), session);
}

TEST_F(Client, AConnectionThatEndsBeforeTheFirstFrameIsAnEndForOthers) {
  for (const auto& ending : endings()) {
    ScriptedEngine engine(ending.script);
    const Unprivileged now;
    EXPECT_FALSE(connection.open(engine.socket().c_str(), kFirst)) << ending.how;
    EXPECT_EQ(connection.way(), Reached::service) << ending.how;
    EXPECT_EQ(connection.why(), Failure::end) << ending.how;
  }
  EXPECT_EQ(test::spawned.calls, 0);
}

TEST_F(Client, AnEngineThatTurnsUsAwayIsHeardThoughItReadsNothing) {
  std::mutex mutex;
  std::condition_variable changed;
  bool closed = false;
  ScriptedEngine engine([&](int fd) {
    test::write_frame(fd, {FrameType::verdict, {{Tag::text, "Too many."}, {Tag::verdict, byte(7)}}});
    shutdown(fd, SHUT_RDWR);
    const std::lock_guard lock(mutex);
    closed = true;
    changed.notify_all();
  });
  ASSERT_EQ(connection.reach(engine.socket().c_str()), Reached::service);
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return closed; });
  }
  EXPECT_FALSE(connection.send(std::span(kFirst)));
  EXPECT_EQ(connection.why(), Failure::end);
  const auto verdict = connection.receive(60);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->fields.get(Tag::text), "Too many.");
  EXPECT_FALSE(connection.receive(60));
  EXPECT_EQ(connection.why(), Failure::end);
}

TEST_F(Client, AServiceThatSaysNothingIsATimeoutAndNotReplaced) {
  ScriptedEngine engine(test::wait_for_end);
  EXPECT_FALSE(connection.open(engine.socket().c_str(), kFirst));
  EXPECT_EQ(connection.why(), Failure::timeout);
  EXPECT_EQ(connection.way(), Reached::service);
  EXPECT_EQ(test::spawned.calls, 0);
}

TEST_F(Client, AFullBacklogIsATimeoutAndNotReplaced) {
  const test::Folder folder;
  const std::string path = folder.path("s");
  const int listener = test::listen_at(path, 0);
  ASSERT_GE(listener, 0);
  std::vector<int> waiting;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  for (int result = 0; result == 0;) {
    waiting.push_back(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    result = connect(waiting.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(connection.reach(path.c_str()), Reached::failed);
  EXPECT_EQ(connection.why(), Failure::timeout);
  EXPECT_EQ(test::spawned.calls, 0);
  for (const int fd : waiting) close(fd);
  close(listener);
}

TEST_F(Client, BytesThatDribbleDoNotStretchTheLimit) {
  // The frame would take minutes at this rate; only the deadline can end the wait as a time-out.
  ScriptedEngine engine([](int fd) {
    const std::string frame = test::encoded({FrameType::show, {{Tag::text, std::string(16000, 'x')}}});
    pollfd gone{fd, POLLRDHUP, 0};
    for (const char c : frame) {
      if (!test::write_all(fd, {&c, 1}) || poll(&gone, 1, 20) != 0) return;
    }
  });
  ASSERT_EQ(connection.reach(engine.socket().c_str()), Reached::service);
  EXPECT_FALSE(connection.receive(1));
  EXPECT_EQ(connection.why(), Failure::timeout);
  EXPECT_FALSE(connection.receive(60)) << "a failure ends the connection";
}

TEST_F(Client, AnEngineThatTakesNothingDoesNotBlockASend) {
  ScriptedEngine engine([](int fd) {
    pollfd gone{fd, POLLRDHUP, 0};
    poll(&gone, 1, -1);
  });
  ASSERT_EQ(connection.reach(engine.socket().c_str()), Reached::service);
  const std::string frame = test::encoded({FrameType::request, {{Tag::json, std::string(16000, ' ')}}});
  int sent = 0;
  while (connection.send(std::span(frame))) ASSERT_LT(++sent, 10000);
  EXPECT_EQ(connection.why(), Failure::timeout);
}

TEST_F(Client, SignalsNeitherEndNorStretchAWait) {
  static std::atomic<int> handled;
  handled = 0;
  struct sigaction action{};
  action.sa_handler = [](int) { ++handled; };  // no SA_RESTART
  struct sigaction old{};
  ASSERT_EQ(sigaction(SIGUSR1, &action, &old), 0);
  const pthread_t waiter = pthread_self();
  ScriptedEngine engine([waiter](int fd) {
    for (int i = 1; i <= 20; ++i) {
      pthread_kill(waiter, SIGUSR1);
      while (handled < i) std::this_thread::yield();
    }
    greet(fd);
  });
  EXPECT_TRUE(connection.open(engine.socket().c_str(), kFirst));
  EXPECT_EQ(handled, 20);
  sigaction(SIGUSR1, &old, nullptr);
}

TEST_F(Client, FramesThatAreMalformedEndTheConnection) {
  using namespace std::string_literals;
  struct {
    const char* why;
    std::string bytes;
  } const rows[] = {
      {"unknown type", "\0\0Z\0"s},
      {"fourth byte", "\0\0S\1"s},
      {"too long", "\x40\x01S\0"s},
      {"a field past the end", "\0\5S\0\3\0\x05zz"s},
      {"a field twice", "\0\x8S\0\3\0\1a\3\0\1b"s},
  };
  for (const auto& row : rows) {
    ScriptedEngine engine([&row](int fd) {
      test::write_all(fd, row.bytes + test::encoded(test::hello()));
      test::wait_for_end(fd);
    });
    EXPECT_FALSE(connection.open(engine.socket().c_str(), kFirst)) << row.why;
    EXPECT_EQ(connection.why(), Failure::malformed) << row.why;
    EXPECT_FALSE(connection.receive(60)) << row.why;
    EXPECT_FALSE(connection.send(std::span(kFirst))) << row.why;
  }
  EXPECT_EQ(test::spawned.calls, 0);
}

TEST_F(Client, ReadsFramesOneByOneHoweverTheyArrive) {
  ScriptedEngine engine([](int fd) {
    std::string stream;
    for (int i = 0; i < 3; ++i) stream += test::encoded({FrameType::show, {{Tag::text, std::to_string(i)}}});
    for (const char c : stream) test::write_all(fd, {&c, 1});
  });
  ASSERT_EQ(connection.reach(engine.socket().c_str()), Reached::service);
  for (int i = 0; i < 3; ++i) {
    const auto frame = connection.receive(60);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->fields.get(Tag::text), std::to_string(i));
  }
  EXPECT_FALSE(connection.receive(60));
  EXPECT_EQ(connection.why(), Failure::end);
}

TEST_F(Client, AVoidFrameIsNotSent) {
  ScriptedEngine engine(greet);
  EXPECT_FALSE(connection.open(engine.socket().c_str(), {}));
  EXPECT_EQ(connection.why(), Failure::error);
  EXPECT_EQ(test::spawned.calls, 0);
}

bool holds(const Connection& connection, std::string_view text) {
  return memmem(&connection, sizeof connection, text.data(), text.size()) != nullptr;
}

TEST_F(Client, WipesWhatItRead) {
  const std::string secret = "JBSWY3DPEHPK3PXP";
  ScriptedEngine engine([&](int fd) {
    test::write_frame(fd, {FrameType::result, {{Tag::json, secret}}});
    test::write_frame(fd, {FrameType::show, {}});
    test::write_frame(fd, {FrameType::result, {{Tag::json, secret}}});
    test::wait_for_end(fd);
  });
  ASSERT_EQ(connection.reach(engine.socket().c_str()), Reached::service);
  ASSERT_TRUE(connection.receive(60));
  EXPECT_TRUE(holds(connection, secret));
  ASSERT_TRUE(connection.receive(60));
  EXPECT_FALSE(holds(connection, secret)) << "by the next frame";
  ASSERT_TRUE(connection.receive(60));
  EXPECT_TRUE(holds(connection, secret));
  connection.close();
  EXPECT_FALSE(holds(connection, secret)) << "by the end";
}

TEST_F(Client, ALimitHoldsForAllWaitsTogether) {
  ScriptedEngine hanging(test::wait_for_end);
  connection.limit(0);
  EXPECT_FALSE(connection.open(hanging.socket().c_str(), kFirst));
  EXPECT_EQ(connection.way(), Reached::failed) << "not even connected";
  EXPECT_EQ(connection.why(), Failure::timeout);
  EXPECT_EQ(test::spawned.calls, 0);
}

TEST_F(Client, ALimitHoldsInTheMiddleAndAlsoIfBytesAreThere) {
  ScriptedEngine engine([](int fd) {
    test::read_frame(fd);
    test::write_all(fd, test::encoded(test::hello()) + test::encoded(test::hello()));
    test::wait_for_end(fd);
  });
  connection.limit(60);
  ASSERT_TRUE(connection.open(engine.socket().c_str(), kFirst));
  connection.limit(0);
  EXPECT_FALSE(connection.receive(60));
  EXPECT_EQ(connection.why(), Failure::timeout);
}

TEST_F(Client, KnowsWhichVersionsTheEngineSpeaks) {
  struct {
    const char* what;
    Frame frame;
    bool ours;
  } const rows[] = {
      {"this one", test::hello(), true},
      {"a later one that still serves ours",
       {FrameType::hello, {{Tag::version, byte(9)}, {Tag::oldest, byte(kVersion)}}},
       true},
      {"a later one", {FrameType::hello, {{Tag::version, byte(9)}, {Tag::oldest, byte(kVersion + 1)}}}, false},
      {"an earlier one", {FrameType::hello, {{Tag::version, byte(0)}, {Tag::oldest, byte(0)}}}, false},
      {"no version", {FrameType::hello, {{Tag::oldest, byte(1)}}}, false},
      {"no oldest version", {FrameType::hello, {{Tag::version, byte(1)}}}, false},
      {"two bytes", {FrameType::hello, {{Tag::version, "\1\1"}, {Tag::oldest, byte(1)}}}, false},
      {"no Hello", {FrameType::show, {{Tag::version, byte(1)}, {Tag::oldest, byte(1)}}}, false},
  };
  for (const auto& row : rows) {
    ScriptedEngine engine([&row](int fd) {
      test::write_frame(fd, row.frame);
      test::wait_for_end(fd);
    });
    ASSERT_EQ(connection.reach(engine.socket().c_str()), Reached::service);
    const auto frame = connection.receive(60);
    ASSERT_TRUE(frame) << row.what;
    EXPECT_EQ(speaks_our_version(*frame), row.ours) << row.what;
  }
}

}  // namespace
}  // namespace mfa::protocol
