// Frames against a clock: whole or not at all, in time or not at all, one at a time.
#include "common/service/wire.h"

#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <atomic>
#include <thread>

#include "tests/unit/service_client.h"

namespace mfa {
namespace {

using namespace std::chrono_literals;
using testing::Client;
using testing::connected_pair;
using testing::frame;
using testing::FrameType;
using testing::Tag;

constexpr auto kLong = 600s;  // never waited for in full

struct Line {
  testing::Ends ends = connected_pair();
  Client client{std::move(ends.client)};
  Limits limits;
  Wire wire{ends.engine.get(), limits};
};

TEST(Wire, AWholeFrameIsReceived) {
  Line line;
  line.client.say(testing::login_frame("alice"));
  const auto received = line.wire.receive(kLong);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->type, protocol::FrameType::login);
  EXPECT_EQ(received->fields.get(protocol::Tag::user), "alice");
}

TEST(Wire, TheLargestFrameIsReceivedAndOneMoreByteIsNot) {
  Line line;
  const std::string largest = frame(FrameType::request, {{Tag::json, std::string(protocol::kMostPayload - 3, 'x')}});
  line.client.say(largest);
  const auto received = line.wire.receive(kLong);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->fields.get(protocol::Tag::json)->size(), protocol::kMostPayload - 3);

  Line other;
  other.client.say(frame(FrameType::request, {{Tag::json, std::string(protocol::kMostPayload - 2, 'x')}}));
  EXPECT_EQ(other.wire.receive(kLong).error(), WireError::malformed);
}

TEST(Wire, WhatIsNoFrameIsMalformed) {
  const std::vector<std::string> rows{
      std::string("\0\0?\0", 4),                                         // unknown type
      std::string("\0\0L\1", 4),                                         // the zero is not zero
      std::string("\0\2L\0ab", 6),                                       // no field fits in two bytes
      frame(FrameType::login, {{Tag::user, "a"}, {Tag::user, "b"}}),     // twice
      frame(FrameType::login, {{Tag::service, "a"}, {Tag::user, "b"}}),  // descending
      testing::login_frame("alice") + "x",                               // more than one frame
      testing::login_frame("alice") + testing::login_frame("alice"),
      "GET / HTTP/1.1\r\n\r\n",
  };
  for (const std::string& row : rows) {
    Line line;
    line.client.say(row);
    const auto received = line.wire.receive(kLong);
    ASSERT_FALSE(received) << row;
    EXPECT_EQ(received.error(), WireError::malformed) << row;
  }
}

TEST(Wire, AFrameCutShortAnywhereIsTheEnd) {
  const std::string whole = testing::login_frame("alice");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    Line line;
    line.client.say(whole.substr(0, length));
    line.client.hang_up();
    EXPECT_EQ(line.wire.receive(kLong).error(), WireError::end) << length;
  }
}

TEST(Wire, NothingOrHalfAFrameTimesOut) {
  for (const std::string& start : {std::string(), std::string("\0", 1), testing::login_frame("alice").substr(0, 9)}) {
    Line line;
    line.client.say(start);
    EXPECT_EQ(line.wire.receive(1ms).error(), WireError::timeout);
  }
}

// Each byte is sent when the one before has been taken, and each look at the clock takes a second: a limit for each
// read would let the whole frame through.
TEST(Wire, ADribblerGainsNoTime) {
  Line line;
  std::atomic<int> seconds{0};
  line.limits.now = [&seconds] { return Limits::Steady::time_point(std::chrono::seconds(seconds++)); };
  std::atomic<bool> done{false};
  std::size_t said = 0;
  std::thread dribbler([&] {
    for (const char c : testing::login_frame("alice", {{Tag::rhost, std::string(200, 'x')}})) {
      int unread = 1;
      while (unread > 0 && !done && ioctl(line.client.fd(), SIOCOUTQ, &unread) == 0) std::this_thread::yield();
      if (done) return;
      line.client.say({&c, 1});
      ++said;
    }
  });
  const auto received = line.wire.receive(10s);
  done = true;
  dribbler.join();
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error(), WireError::timeout);
  EXPECT_LE(said, 12U);
}

TEST(Wire, TheReceivedIsWiped) {
  Line line;
  line.client.say(testing::answer_frame("123456"));
  const auto received = line.wire.receive(kLong);
  ASSERT_TRUE(received);
  const std::string_view answer = *received->fields.get(protocol::Tag::text);
  ASSERT_EQ(answer, "123456");
  line.wire.wipe();
  EXPECT_EQ(answer, std::string_view("\0\0\0\0\0\0", 6));
}

TEST(Wire, WhoDoesNotReadIsGivenUp) {
  Line line;
  line.limits.sending = 1ms;
  FrameBuffer room;
  bool sent = true;
  for (int frames = 0; sent && frames < 10'000; ++frames) {
    protocol::FrameWriter writer(room, protocol::FrameType::show);
    sent = line.wire.send(writer.field(protocol::Tag::text, std::string(16'000, 'x')).finish());
  }
  EXPECT_FALSE(sent);
}

TEST(Wire, AVoidFrameIsNotSent) {
  Line line;
  EXPECT_FALSE(line.wire.send({}));
  line.client.hang_up();
  FrameBuffer room;
  EXPECT_FALSE(line.wire.send(hello_frame(room)));  // and no SIGPIPE
}

TEST(Wire, SpeakingOutOfTurnShows) {
  Line line;
  EXPECT_FALSE(line.wire.spoken_out_of_turn());
  line.client.say("x");
  EXPECT_TRUE(line.wire.spoken_out_of_turn());
}

}  // namespace
}  // namespace mfa
