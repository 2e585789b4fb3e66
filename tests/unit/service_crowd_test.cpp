#include "common/service/crowd.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace mfa {
namespace {

LoginFacts asks(std::string user, std::string ruser, std::string rhost = "") {
  LoginFacts facts;
  facts.user = std::move(user);
  facts.ruser = std::move(ruser);
  facts.rhost = std::move(rhost);
  return facts;
}

TEST(Crowds, OneWhoStartsSuOverAndOverGetsNoMoreThanTheirShare) {
  Crowd crowd({.each = 4, .invoker = 2, .invokers = 3});
  const Crowd::Place first(crowd, asks("root", "mallory"));
  auto second = std::make_unique<Crowd::Place>(crowd, asks("alice", "mallory"));
  EXPECT_TRUE(first);
  EXPECT_TRUE(*second);
  EXPECT_FALSE(Crowd::Place(crowd, asks("root", "mallory")));
  EXPECT_TRUE(Crowd::Place(crowd, asks("root", "alice"))) << "others are not held back";
  second.reset();
  EXPECT_TRUE(Crowd::Place(crowd, asks("root", "mallory"))) << "an end makes room";
}

TEST(Crowds, AllWhoAreLoggedInTogetherLeaveRoomForThoseOutside) {
  Crowd crowd({.each = 4, .invoker = 2, .invokers = 2});
  const Crowd::Place one(crowd, asks("root", "one"));
  const Crowd::Place two(crowd, asks("root", "two"));
  EXPECT_FALSE(Crowd::Place(crowd, asks("root", "three")));
  EXPECT_TRUE(Crowd::Place(crowd, asks("three", "", "203.0.113.7")));
}

TEST(Crowds, OneUserFromOnePlaceHasAShareToo) {
  Crowd crowd({.each = 1, .invoker = 1, .invokers = 1});
  const Crowd::Place held(crowd, asks("alice", "", "203.0.113.7"));
  EXPECT_FALSE(Crowd::Place(crowd, asks("alice", "", "203.0.113.7")));
  EXPECT_TRUE(Crowd::Place(crowd, asks("alice", "", "203.0.113.8")));
  EXPECT_TRUE(Crowd::Place(crowd, asks("bob", "", "203.0.113.7")));
}

TEST(Crowds, OneThatGotNoPlaceTakesNoneAway) {
  Crowd crowd({.each = 1, .invoker = 0, .invokers = 1});
  for (int round = 0; round < 3; ++round) EXPECT_FALSE(Crowd::Place(crowd, asks("root", "mallory")));
  EXPECT_TRUE(Crowd::Place(crowd, asks("alice", "")));
  EXPECT_TRUE(Crowd::Place(crowd, asks("alice", "")));
}

}  // namespace
}  // namespace mfa
