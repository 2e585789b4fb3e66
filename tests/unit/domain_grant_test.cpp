// Grants that hold for a while, and the codes among them.
#include "common/domain/grant.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace mfa {
namespace {

TEST(Grant, HoldsUntilItsMomentAndNoLongerThanItsKindMay) {
  constexpr UnixTime kNow{1'800'000'000};
  constexpr std::chrono::hours kLongest{24};
  struct Row {
    const char* what;
    UnixTime until;
    bool holds;
  };
  for (const auto& [what, until, holds] :
       {Row{"an hour from now", kNow + std::chrono::hours(1), true},
        {"a second from now", kNow + std::chrono::seconds(1), true},
        {"now", kNow, false},
        {"before", kNow - std::chrono::hours(1), false},
        {"as long as may be", kNow + kLongest, true},
        {"longer: the clock was set back", kNow + kLongest + std::chrono::seconds(1), false},
        {"never set", UnixTime{0}, false}})
    EXPECT_EQ(still_holds(until, kNow, kLongest), holds) << what;
}

TEST(BypassCode, IsEightDigitsOfAllThatIsGiven) {
  EXPECT_EQ(bypass_code(std::array<std::uint8_t, 8>{}), "00000000");
  EXPECT_EQ(bypass_code(std::array<std::uint8_t, 8>{0, 0, 0, 0, 0, 0, 0, 7}), "70000000");
  EXPECT_EQ(bypass_code(std::array<std::uint8_t, 8>{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), "51615590");
  EXPECT_EQ(shown_bypass_code("04711337"), "0471 1337");
}

}  // namespace
}  // namespace mfa
