#include "common/domain/totp.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>

namespace mfa {
namespace {

using std::chrono::seconds;

constexpr TimeStep kNever{-1};
const Secret kKey("12345678901234567890");
constexpr TotpParameters kSixDigits;

std::string code_of(std::int64_t step, const TotpParameters& parameters = kSixDigits) {
  return hotp_code(kKey, static_cast<std::uint64_t>(step), parameters.digits, parameters.algorithm);
}

std::string outcome(const TotpResult& result) {
  if (const auto* accepted = std::get_if<TotpAccepted>(&result)) return "step " + std::to_string(accepted->step.value);
  return std::holds_alternative<TotpReplayed>(result) ? "replayed" : "wrong";
}

std::string verified(std::string_view code, UnixTime now, int window, TimeStep last = kNever) {
  return outcome(verify_totp(kKey, kSixDigits, code, now, window, last));
}

TEST(Totp, AgreesWithRfc6238) {
  struct Row {
    std::int64_t time;
    std::string_view sha1, sha256, sha512;
  };
  constexpr std::array kRows{
      Row{59, "94287082", "46119246", "90693936"},         Row{1111111109, "07081804", "68084774", "25091201"},
      Row{1111111111, "14050471", "67062674", "99943326"}, Row{1234567890, "89005924", "91819424", "93441116"},
      Row{2000000000, "69279037", "90698825", "38618901"}, Row{20000000000, "65353130", "77737706", "47863826"},
  };
  const Secret key256("12345678901234567890123456789012");
  const Secret key512("1234567890123456789012345678901234567890123456789012345678901234");
  for (const auto& row : kRows) {
    const auto check = [&](const Secret& key, HashAlgorithm algorithm, std::string_view code) {
      const std::string step = "step " + std::to_string(row.time / 30);
      EXPECT_EQ(outcome(verify_totp(key, {algorithm, 8, seconds(30)}, code, {row.time}, 0, kNever)), step) << row.time;
    };
    check(kKey, HashAlgorithm::sha1, row.sha1);
    check(key256, HashAlgorithm::sha256, row.sha256);
    check(key512, HashAlgorithm::sha512, row.sha512);
    EXPECT_EQ(outcome(verify_totp(kKey, {HashAlgorithm::sha256, 8, seconds(30)}, row.sha1, {row.time}, 0, kNever)),
              "wrong");
  }
}

TEST(Totp, StepsAreWholePeriodsRoundedDown) {
  struct Row {
    std::int64_t time, period, step;
  };
  for (const auto& [time, period, step] :
       {Row{0, 30, 0}, Row{29, 30, 0}, Row{30, 30, 1}, Row{59, 60, 0}, Row{60, 60, 1}, Row{-1, 30, -1},
        Row{-30, 30, -1}, Row{-31, 30, -2}, Row{20000000000, 30, 666666666}}) {
    EXPECT_EQ(time_step({time}, seconds(period)).value, step) << time << " / " << period;
  }
}

TEST(Totp, TheWindowReachesSoManyStepsEitherSide) {
  constexpr UnixTime kNow{1000 * 30 + 17};
  for (const int window : {0, 1, 2, 10}) {
    for (std::int64_t step = 985; step <= 1015; ++step) {
      const bool inside = step >= 1000 - window && step <= 1000 + window;
      EXPECT_EQ(verified(code_of(step), kNow, window), inside ? "step " + std::to_string(step) : "wrong")
          << "window " << window << ", step " << step;
    }
  }
}

TEST(Totp, AStepEndsWithItsLastSecond) {
  const std::string code = code_of(1000);
  EXPECT_EQ(verified(code, {29999}, 0), "wrong");
  EXPECT_EQ(verified(code, {30000}, 0), "step 1000");
  EXPECT_EQ(verified(code, {30029}, 0), "step 1000");
  EXPECT_EQ(verified(code, {30030}, 0), "wrong");
}

TEST(Totp, AStrangeWindowIsHeldToItsLimits) {
  constexpr UnixTime kNow{30000};
  for (const int window : {-1, std::numeric_limits<int>::min()}) {
    EXPECT_EQ(verified(code_of(1000), kNow, window), "step 1000");
    EXPECT_EQ(verified(code_of(1001), kNow, window), "wrong");
  }
  for (const int window : {11, std::numeric_limits<int>::max()}) {
    EXPECT_EQ(verified(code_of(1010), kNow, window), "step 1010");
    EXPECT_EQ(verified(code_of(1011), kNow, window), "wrong");
  }
}

TEST(Totp, ASpentStepAndEveryOlderOneAreReplays) {
  constexpr UnixTime kNow{30000};
  struct Row {
    std::int64_t step, last;
    std::string_view outcome;
  };
  for (const auto& [step, last, expected] :
       {Row{1000, 1000, "replayed"}, Row{999, 1000, "replayed"}, Row{1001, 1000, "step 1001"},
        Row{1000, 1001, "replayed"}, Row{1001, 1001, "replayed"}, Row{1000, 999, "step 1000"},
        Row{999, 999, "replayed"}, Row{1000, 998, "step 1000"}, Row{1000, 50000, "replayed"}, Row{1002, 1000, "wrong"},
        Row{998, 1000, "wrong"}}) {
    EXPECT_EQ(verified(code_of(step), kNow, 1, {last}), expected) << "step " << step << ", last " << last;
  }
}

TEST(Totp, AClockSetBackRevivesNothing) {
  EXPECT_EQ(verified(code_of(1000), {30000}, 1, kNever), "step 1000");
  EXPECT_EQ(verified(code_of(900), {27000}, 1, {1000}), "replayed");
}

// Else the code would count again in the newer one. These two, found by search, share 911617.
TEST(Totp, OfTwoStepsWithOneCodeTheNewerIsSpent) {
  constexpr std::int64_t kStep = 910737;
  ASSERT_EQ(code_of(kStep), "911617");
  ASSERT_EQ(code_of(kStep + 1), "911617");
  const UnixTime now{kStep * 30};
  const std::string newer = "step " + std::to_string(kStep + 1);
  EXPECT_EQ(verified(code_of(kStep), now, 1, kNever), newer);
  EXPECT_EQ(verified(code_of(kStep), now, 1, {kStep}), newer);
  EXPECT_EQ(verified(code_of(kStep), now, 1, {kStep + 1}), "replayed");
}

TEST(Totp, TimesBeforeTheEpochHaveNoCode) {
  EXPECT_EQ(verified(code_of(0), {0}, 1), "step 0");
  EXPECT_EQ(verified(code_of(0), {-1}, 1), "step 0");
  EXPECT_EQ(verified(code_of(0), {-1}, 0), "wrong");
  EXPECT_EQ(verified(code_of(-1), {-1}, 0), "wrong");
  EXPECT_EQ(verified(code_of(-1), {0}, 1), "wrong");
  EXPECT_EQ(verified(code_of(-1), {-30}, 0, {-5}), "wrong");
  for (const auto time : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()})
    EXPECT_EQ(verified("000000", {time}, 10), "wrong");
}

TEST(Totp, OnlyAsManyAsciiDigitsCount) {
  constexpr UnixTime kNow{30000};
  const std::string code = code_of(1000);
  ASSERT_EQ(verified(code, kNow, 1), "step 1000");
  const std::string five = code.substr(0, 5);
  const std::string as_arabic = "\xD9\xA1\xD9\xA2\xD9\xA3";
  for (const std::string& answer : {std::string(), five, code + "0", fmt::format("0{}", code), fmt::format(" {}", five),
                                    fmt::format("-{}", five), five + "x", five + '\0', as_arabic})
    EXPECT_EQ(verified(answer, kNow, 1), "wrong") << answer;
}

TEST(Totp, NothingIsRightWithoutAKey) {
  EXPECT_EQ(outcome(verify_totp(Secret(), kSixDigits, "328482", {0}, 1, kNever)), "wrong");
}

TEST(Totp, ParametersOutOfRangeAcceptNothing) {
  constexpr HashAlgorithm kSha1 = HashAlgorithm::sha1;
  for (const TotpParameters& good : {TotpParameters{kSha1, 6, seconds(10)}, TotpParameters{kSha1, 8, seconds(300)},
                                     TotpParameters{HashAlgorithm::sha512, 7, seconds(60)}})
    EXPECT_TRUE(valid(good));
  // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): as a damaged row might hold
  constexpr auto kNoAlgorithm = static_cast<HashAlgorithm>(9);
  for (const TotpParameters& bad : {TotpParameters{kSha1, 5, seconds(30)}, TotpParameters{kSha1, 9, seconds(30)},
                                    TotpParameters{kSha1, 6, seconds(9)}, TotpParameters{kSha1, 6, seconds(0)},
                                    TotpParameters{kSha1, 6, seconds(-30)}, TotpParameters{kSha1, 6, seconds(301)},
                                    TotpParameters{kNoAlgorithm, 6, seconds(30)}}) {
    EXPECT_FALSE(valid(bad));
    EXPECT_EQ(outcome(verify_totp(kKey, bad, code_of(1), {30}, 10, kNever)), "wrong");
  }
}

}  // namespace
}  // namespace mfa
