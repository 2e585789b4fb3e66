#include "common/domain/phone_code.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

namespace mfa {
namespace {

using namespace std::chrono_literals;

constexpr UnixTime kMade{1'790'000'000};

PhoneCode code() {
  return {.purpose = "login sshd lab-gw",
          .number = {"+64211234567"},
          .code = Secret("402913"),
          .made = kMade,
          .until = kMade + 10min};
}

TEST(PhoneCode, IsSixDigitsOfAllItsRandomness) {
  EXPECT_EQ(phone_code(std::array<std::uint8_t, 8>{}), Secret("000000"));
  EXPECT_EQ(phone_code(std::array<std::uint8_t, 8>{0, 0, 0, 0, 0, 0, 0, 7}), Secret("000007"));
  EXPECT_EQ(phone_code(std::array<std::uint8_t, 8>{0, 0, 0, 0, 0, 0x0F, 0x42, 0x3F}), Secret("999999"));
  EXPECT_EQ(phone_code(std::array<std::uint8_t, 8>{0, 0, 0, 0, 0, 0x0F, 0x42, 0x40}), Secret("000000"));
  // 2^56 = 72057594037927936
  EXPECT_EQ(phone_code(std::array<std::uint8_t, 8>{1, 0, 0, 0, 0, 0, 0, 0}), Secret("927936"));
  // 2^64 - 1 = 18446744073709551615
  EXPECT_EQ(phone_code(std::array<std::uint8_t, 8>{255, 255, 255, 255, 255, 255, 255, 255}), Secret("551615"));
}

TEST(PhoneCode, LivesForItsTimeAndItsTries) {
  PhoneCode one = code();
  EXPECT_EQ(state_of(one, kMade), CodeState::live);
  EXPECT_EQ(state_of(one, kMade + 599s), CodeState::live);
  EXPECT_EQ(state_of(one, kMade + 600s), CodeState::expired);
  EXPECT_EQ(state_of(one, kMade - 1s), CodeState::expired) << "the clock was set back";
  one.tries = 4;
  EXPECT_EQ(state_of(one, kMade), CodeState::live);
  one.tries = 5;
  EXPECT_EQ(state_of(one, kMade), CodeState::worn_out);
  one.tries = 0xFFFFFFFFU;
  EXPECT_EQ(state_of(one, kMade), CodeState::worn_out);
}

TEST(PhoneCode, CountsOnce) {
  PhoneCode one = code();
  one.used = true;
  EXPECT_EQ(state_of(one, kMade + 1s), CodeState::used);
  EXPECT_EQ(state_of(one, kMade + 10min), CodeState::expired);
}

}  // namespace
}  // namespace mfa
