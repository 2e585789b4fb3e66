#include "common/domain/types.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace mfa {
namespace {

TEST(Secret, HoldsBytesAndShowsThemAsText) {
  const std::array<std::uint8_t, 3> bytes{'a', 'b', 'c'};
  EXPECT_EQ(Secret(bytes).text(), "abc");
  EXPECT_EQ(Secret("abc").bytes()[2], 'c');
  EXPECT_TRUE(Secret().empty());
  EXPECT_EQ(Secret().text(), "");
}

TEST(Secret, EqualsOnlyTheSameBytes) {
  EXPECT_EQ(Secret("abc"), Secret("abc"));
  EXPECT_EQ(Secret(), Secret(""));
  for (const char* other : {"", "ab", "abd", "Abc", "abcd"}) EXPECT_FALSE(Secret("abc") == Secret(other)) << other;
}

TEST(Secret, CopiesAreTheirOwn) {
  const Secret original("abc");
  Secret copy = original;
  copy.writable()[0] = 'x';
  EXPECT_EQ(original.text(), "abc");
  copy = original;
  EXPECT_EQ(copy.text(), "abc");
  const Secret& alias = copy;
  copy = alias;
  EXPECT_EQ(copy.text(), "abc");
}

TEST(Secret, MovingLeavesNothingBehind) {
  Secret original("a secret of some length");
  Secret taken = std::move(original);
  EXPECT_EQ(taken.text(), "a secret of some length");
  EXPECT_TRUE(original.empty());  // NOLINT(bugprone-use-after-move,clang-analyzer-cplusplus.Move): it is the promise
  Secret replaced("older and longer than what comes");
  replaced = std::move(taken);
  EXPECT_EQ(replaced.text(), "a secret of some length");
  EXPECT_TRUE(taken.empty());  // NOLINT(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
}

TEST(Secret, OfSizeIsZeroAndCanBeFilled) {
  Secret secret = Secret::of_size(4);
  EXPECT_EQ(secret, Secret(std::string(4, '\0')));
  secret.writable()[3] = 7;
  EXPECT_EQ(secret.bytes()[3], 7);
}

// A string keeps its memory when it is emptied, so what is left there can be looked at.
TEST(Wipe, OverwritesAStringBeforeItIsEmptied) {
  std::string text = "a key that is too long to be kept inside the object";
  const char* memory = text.data();
  const std::size_t size = text.size();
  wipe(text);
  EXPECT_TRUE(text.empty());
  ASSERT_EQ(text.data(), memory);
  for (std::size_t i = 0; i < size; ++i) EXPECT_EQ(memory[i], '\0') << i;
}

TEST(UnixTime, AddsAndSubtractsSeconds) {
  constexpr UnixTime kNoon{43200};
  EXPECT_EQ(kNoon + std::chrono::minutes(1), UnixTime{43260});
  EXPECT_EQ(kNoon - std::chrono::hours(13), UnixTime{-3600});
  EXPECT_EQ(kNoon - UnixTime{43000}, std::chrono::seconds(200));
}

}  // namespace
}  // namespace mfa
