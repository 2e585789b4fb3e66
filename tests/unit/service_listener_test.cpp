// Listeners under load: caps, hostile crowds, threads that cannot be had, the end.
#include "common/service/listener.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <memory>
#include <thread>

#include "common/service/quota.h"
#include "common/service/wire.h"
#include "tests/unit/service_client.h"

namespace mfa {
namespace {

using namespace std::chrono_literals;
using testing::Client;
using testing::FrameType;
using testing::Tag;
using testing::VerdictCode;

TEST(Quota, CountsInAllAndForEachUid) {
  Quota quota({.all = 4, .each = 2, .kept_for_root = 1});
  EXPECT_TRUE(quota.enter(Uid{1000}));
  EXPECT_TRUE(quota.enter(Uid{1000}));
  EXPECT_FALSE(quota.enter(Uid{1000})) << "two of one uid";
  EXPECT_TRUE(quota.enter(Uid{1001}));
  EXPECT_FALSE(quota.enter(Uid{1002})) << "the last place is root's";
  EXPECT_TRUE(quota.enter(Uid{0}));
  EXPECT_FALSE(quota.enter(Uid{0})) << "full";
  EXPECT_EQ(quota.held(), 4U);
  quota.leave(Uid{1001});
  EXPECT_FALSE(quota.enter(Uid{1002}));
  quota.leave(Uid{1000});
  EXPECT_TRUE(quota.enter(Uid{1000}));
}

TEST(Quota, RootIsCountedInAllAlone) {
  Quota quota({.all = 3, .each = 1, .kept_for_root = 0});
  EXPECT_TRUE(quota.enter(Uid{0}));
  EXPECT_TRUE(quota.enter(Uid{0}));
  EXPECT_TRUE(quota.enter(Uid{1}));
  EXPECT_FALSE(quota.enter(Uid{0}));
}

TEST(Quota, LeavingWhatWasNeverEnteredChangesNothing) {
  Quota quota({.all = 1, .each = 1, .kept_for_root = 0});
  quota.leave(Uid{1});
  EXPECT_EQ(quota.held(), 0U);
  EXPECT_TRUE(quota.enter(Uid{1}));
}

class Notes : public Journal {
 public:
  void record(const Event&, const std::optional<TrailMark>&) override {}
  void note(Severity, std::string_view text) override {
    const std::lock_guard lock(mutex_);
    notes_.emplace_back(text);
  }
  std::vector<std::string> all() {
    const std::lock_guard lock(mutex_);
    return notes_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> notes_;
};

// A socket in a folder of its own, and a listener whose sessions greet, wait for a byte and end.
class ListenerTest : public ::testing::Test {
 protected:
  ListenerTest() {
    std::string folder = ::testing::TempDir() + "mfa-listener-XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  ~ListenerTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
  [[nodiscard]] sockaddr_un address(const std::string& name) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path(name).copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
  }

  [[nodiscard]] Descriptor bound(const std::string& name) const {
    const sockaddr_un place = address(name);
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(bind(socket.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place), 0);
    EXPECT_EQ(::listen(socket.get(), 4096), 0);
    return socket;
  }
  std::unique_ptr<Listener> listening(Descriptor socket, const std::string& name, Caps caps, bool root_only = false) {
    auto listener = std::make_unique<Listener>(
        std::move(socket), ListenerPlan{.name = name, .caps = caps, .idle = 1, .root_only = root_only}, limits_, notes_,
        [this](int connection, Caller caller) { greet_and_wait(connection, caller); }, [this] { ++emptied_; });
    EXPECT_TRUE(listener->start());
    return listener;
  }
  std::unique_ptr<Listener> listening(const std::string& name, Caps caps, bool root_only = false) {
    return listening(bound(name), name, caps, root_only);
  }
  void listen_with(Caps caps, bool root_only = false) { listener_ = listening("s", caps, root_only); }

  void greet_and_wait(int connection, Caller caller) {
    ++served_;
    last_uid_ = caller.uid.value;
    FrameBuffer room;
    const auto hello = hello_frame(room);
    char byte = 0;
    if (send(connection, hello.data(), hello.size(), MSG_NOSIGNAL) > 0) (void)recv(connection, &byte, 1, 0);
  }

  [[nodiscard]] Client connect(const std::string& name = "s") const {
    const sockaddr_un place = address(name);
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place), 0);
    return Client(std::move(socket));
  }
  // Greeted, and nothing more: a session holds it.
  static bool held(const Client& client) {
    const auto first = client.hear();
    return first && first->type == FrameType::hello;
  }

  std::string folder_;
  Limits limits_;
  Notes notes_;
  std::atomic<int> served_{0};
  std::atomic<int> emptied_{0};
  std::atomic<std::uint32_t> last_uid_{~0U};
  std::unique_ptr<Listener> listener_;
};

constexpr Caps kFew{.all = 3, .each = 3, .kept_for_root = 0};

TEST_F(ListenerTest, ServesWhoeverComesWithTheKernelsUid) {
  listen_with(kFew);
  for (int i = 0; i < 20; ++i) {
    const Client client = connect();
    ASSERT_TRUE(held(client));
    client.say("x");
    EXPECT_FALSE(client.hear());
  }
  EXPECT_EQ(served_, 20);
  EXPECT_EQ(last_uid_, getuid());
}

TEST_F(ListenerTest, OverItsCapItSaysSoAndServesAgainWhenOneLeaves) {
  listen_with(kFew);
  std::vector<Client> inside;
  for (int i = 0; i < 3; ++i) {
    inside.push_back(connect());
    ASSERT_TRUE(held(inside.back()));
  }
  for (int i = 0; i < 100; ++i) {
    const Client outside = connect();
    outside.say(testing::login_frame("alice"));
    const auto verdict = outside.hear(FrameType::verdict);
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->verdict(), VerdictCode::unavailable);
    EXPECT_EQ(verdict->text(Tag::reason), "too-many-sessions");
    EXPECT_FALSE(verdict->text(Tag::text).empty());
  }
  EXPECT_EQ(served_, 3);
  EXPECT_EQ(notes_.all().size(), 1U) << "a line a minute, not a line each";

  inside.front().hang_up();
  for (;;) {  // its thread may still be on its way out
    const Client again = connect();
    const auto first = again.hear();
    ASSERT_TRUE(first);
    const auto second = first->type == FrameType::hello && served_ == 4 ? std::nullopt : again.hear();
    if (!second) break;
  }
  EXPECT_EQ(served_, 4);
}

TEST_F(ListenerTest, TurnedAwayClientsAreNotedAgainLater) {
  std::atomic<int> minutes{1};
  limits_.now = [&minutes] { return Limits::Steady::time_point(std::chrono::minutes(minutes.load())); };
  listen_with({.all = 0, .each = 0, .kept_for_root = 0});
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(connect().hear(FrameType::verdict));
  EXPECT_EQ(notes_.all().size(), 1U);
  minutes = 2;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(connect().hear(FrameType::verdict));
  ASSERT_EQ(notes_.all().size(), 2U);
  EXPECT_TRUE(notes_.all()[1].contains("11 in all")) << notes_.all()[1];
}

TEST_F(ListenerTest, ACrowdCostsTheOtherListenerNothing) {
  const auto crowded = listening("crowded", kFew);
  listen_with(kFew);
  std::vector<Client> crowd;
  for (int i = 0; i < 2000; ++i) {
    crowd.push_back(connect("crowded"));
    if (i % 2 == 0) crowd.back().hang_up();
  }
  for (int i = 0; i < 3; ++i) {
    crowd.push_back(connect());
    EXPECT_TRUE(held(crowd.back()));
  }
  crowd.clear();
}

TEST_F(ListenerTest, RootsSocketIsForRoot) {
  if (getuid() != 0) GTEST_SKIP() << "needs root to become someone else";
  listen_with(kFew, /*root_only=*/true);
  ASSERT_EQ(chmod(path("s").c_str(), 0666), 0);
  ASSERT_EQ(chmod(folder_.c_str(), 0755), 0);
  // SO_PEERCRED is the effective uid at connect(2); of this thread alone, since a raw call changes no other.
  ASSERT_EQ(syscall(SYS_setresuid, -1, 12345, -1), 0);
  const Client client = connect();
  ASSERT_EQ(syscall(SYS_setresuid, -1, 0, -1), 0);
  const auto verdict = client.hear(FrameType::verdict);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->verdict(), VerdictCode::denied);
  EXPECT_EQ(served_, 0);
  const Client root = connect();
  EXPECT_TRUE(held(root));
}

TEST_F(ListenerTest, StoppingLetsSessionsEnd) {
  listen_with(kFew);
  const Client client = connect();
  ASSERT_TRUE(held(client));
  listener_->stop();
  EXPECT_EQ(emptied_, 0);
  EXPECT_EQ(listener_->sessions(), 1U);
  client.say("x");
  EXPECT_FALSE(client.hear());
  listener_.reset();
  EXPECT_EQ(emptied_, 1);
}

TEST_F(ListenerTest, StoppingWithNobodyInsideTellsAtOnce) {
  listen_with(kFew);
  listener_->stop();
  EXPECT_EQ(emptied_, 1);
  listener_->stop();
  EXPECT_EQ(emptied_, 1);
}

TEST_F(ListenerTest, CuttingEndsThemNow) {
  listen_with(kFew);
  const Client client = connect();
  ASSERT_TRUE(held(client));
  listener_->stop();
  listener_->cut();
  EXPECT_FALSE(client.hear());
  listener_.reset();
  EXPECT_EQ(emptied_, 1);
}

TEST_F(ListenerTest, EndsWithGuestsAtTheDoorAndInside) {
  for (int round = 0; round < 20; ++round) {
    listen_with(kFew);
    std::vector<Client> guests;
    for (int i = 0; i < 10; ++i) guests.push_back(connect());
    listener_.reset();
    unlink(path("s").c_str());
  }
}

// A TCP connection whose last close() waits ten minutes for what nobody reads.
struct Lingering {
  Descriptor sender;
  Descriptor receiver;
};

Lingering lingering() {
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof place;
  auto* const address = reinterpret_cast<sockaddr*>(&place);
  const Descriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(bind(listener.get(), address, size), 0);
  EXPECT_EQ(listen(listener.get(), 1), 0);
  EXPECT_EQ(getsockname(listener.get(), address, &size), 0);
  Lingering made{.sender = Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), .receiver = {}};
  EXPECT_EQ(connect(made.sender.get(), address, size), 0);
  made.receiver.reset(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  const linger ten_minutes{.l_onoff = 1, .l_linger = 600};
  EXPECT_EQ(setsockopt(made.sender.get(), SOL_SOCKET, SO_LINGER, &ten_minutes, sizeof ten_minutes), 0);
  const std::string much(65536, 'x');
  while (send(made.sender.get(), much.data(), much.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0) continue;
  return made;
}

// Sends a byte and a descriptor with it.
void hand_over(const Client& client, int descriptor) {
  char byte = 'x';
  iovec part{.iov_base = &byte, .iov_len = 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptor)> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  auto* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptor);
  std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  EXPECT_EQ(sendmsg(client.fd(), &message, MSG_NOSIGNAL), 1);
}

// The crowd waits at the socket before anybody listens: from then on a kernel since 6.16 lets nobody send descriptors.
class LingeringCrowd : public ListenerTest {
 protected:
  void queue(int count) {
    socket_ = bound("s");
    for (int i = 0; i < count; ++i) {
      auto [sender, receiver] = lingering();
      crowd_.push_back(connect());
      hand_over(crowd_.back(), sender.get());
      unread_.push_back(std::move(receiver));
    }
  }

  Descriptor socket_;
  std::vector<Client> crowd_;
  std::vector<Descriptor> unread_;
};

TEST_F(LingeringCrowd, HoldsUpNobodyElse) {
  queue(60);
  listener_ = listening(std::move(socket_), "s", kFew);
  const Client client = connect();
  const auto verdict = client.hear(FrameType::verdict);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->text(Tag::reason), "too-many-sessions");
}

TEST_F(LingeringCrowd, IsCutShortWithTheSessions) {
  queue(3);
  listener_ = listening(std::move(socket_), "s", kFew);
  while (served_ < 3) std::this_thread::yield();
  listener_->stop();
  for (int i = 0; i < 2000 && emptied_ == 0; ++i) {
    listener_->cut();
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(emptied_, 1);
}

TEST_F(LingeringCrowd, InsideDoesNotHoldUpTheEnd) {
  queue(60);
  listener_ = listening(std::move(socket_), "s", kFew);
  while (served_ < 3) std::this_thread::yield();
  listener_.reset();
}

TEST_F(LingeringCrowd, OutsideDoesNotHoldUpTheEnd) {
  queue(60);
  listener_ = listening(std::move(socket_), "s", kFew);
  listener_.reset();  // nearly all of them still wait at the socket
}

}  // namespace
}  // namespace mfa
