#include "common/domain/hotp.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace mfa {
namespace {

const Secret kKey("12345678901234567890");
constexpr std::pair<std::int64_t, std::int64_t> kTwins{2386, 2394};

// RFC 4226, appendix D: the truncated values in decimal, of which a code is the last digits.
TEST(Hotp, AgreesWithRfc4226) {
  constexpr std::array<std::string_view, 10> kDecimal{"1284755224", "1094287082", "0137359152", "1726969429",
                                                      "1640338314", "0868254676", "1918287922", "0082162583",
                                                      "0673399871", "0645520489"};
  for (std::uint64_t counter = 0; counter < kDecimal.size(); ++counter) {
    for (int digits = 6; digits <= 8; ++digits) {
      EXPECT_EQ(hotp_code(kKey, counter, digits, HashAlgorithm::sha1),
                kDecimal[counter].substr(10 - static_cast<std::size_t>(digits)))
          << "counter " << counter << ", " << digits << " digits";
    }
  }
}

TEST(Hotp, CountsWithAllEightBytes) {
  const auto code = [](std::uint64_t counter) { return hotp_code(kKey, counter, 8, HashAlgorithm::sha1); };
  EXPECT_NE(code(1), code(1 + (std::uint64_t{1} << 32)));
  EXPECT_NE(code(0), code(std::uint64_t{1} << 56));
  EXPECT_EQ(code(std::numeric_limits<std::uint64_t>::max()).size(), 8U);
}

TEST(Hotp, HasNoCodeWithoutAKeyOrWithOtherLengths) {
  EXPECT_EQ(hotp_code(Secret(), 0, 6, HashAlgorithm::sha1), "");
  for (const int digits : {-1, 0, 1, 5, 9, 10}) EXPECT_EQ(hotp_code(kKey, 0, digits, HashAlgorithm::sha1), "");
  for (const int value : {0, 4, 255}) {
    // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): as a damaged row might hold
    EXPECT_EQ(hotp_code(kKey, 0, 6, static_cast<HashAlgorithm>(value)), "");
  }
}

std::string code_at(std::int64_t counter, int digits = 6) {
  return hotp_code(kKey, static_cast<std::uint64_t>(counter), digits, HashAlgorithm::sha1);
}

std::string outcome(const HotpResult& result) {
  if (const auto* accepted = std::get_if<HotpAccepted>(&result))
    return "counter " + std::to_string(accepted->counter.value);
  if (const auto* beyond = std::get_if<HotpBeyond>(&result)) return "beyond " + std::to_string(beyond->counter.value);
  return std::holds_alternative<HotpReplayed>(result) ? "replayed" : "wrong";
}

HotpState at(std::int64_t next, std::optional<std::int64_t> resync = std::nullopt) {
  HotpState state{.next = {next}, .resync = std::nullopt};
  if (resync) state.resync = HotpCounter{*resync};
  return state;
}

std::string verified(std::string_view code, const HotpState& state, int digits = 6) {
  return outcome(verify_hotp(kKey, digits, code, state));
}

TEST(HotpToken, TheWindowReachesTenCountersAheadAndTheResyncWindowAHundred) {
  for (const std::int64_t next : {0, 3, 50, 1000}) {
    for (std::int64_t counter = next; counter < next + 110; ++counter) {
      const std::int64_t ahead = counter - next;
      const std::string name = std::to_string(counter);
      EXPECT_EQ(verified(code_at(counter), at(next)),
                ahead < 10 ? "counter " + name : (ahead < 100 ? "beyond " + name : "wrong"))
          << "next " << next;
    }
  }
}

TEST(HotpToken, ASpentCounterIsAReplayAndOneLongSpentIsWrong) {
  for (std::int64_t counter = 0; counter < 30; ++counter)
    EXPECT_EQ(verified(code_at(counter), at(30)), counter < 20 ? "wrong" : "replayed") << counter;
  EXPECT_EQ(verified(code_at(0), at(1)), "replayed");
  EXPECT_EQ(verified(code_at(0), at(0)), "counter 0");
}

TEST(HotpToken, ACodeIsRightOnce) {
  HotpState state;
  for (const std::int64_t counter : {0, 1, 4, 13, 14, 23}) {
    const std::string code = code_at(counter);
    const auto result = verify_hotp(kKey, 6, code, state);
    EXPECT_EQ(outcome(result), "counter " + std::to_string(counter));
    state = after(state, result);
    EXPECT_EQ(state, at(counter + 1));
    EXPECT_EQ(verified(code, state), "replayed");
    if (counter == 0) continue;
    EXPECT_EQ(verified(code_at(counter - 1), state), "replayed") << "what was skipped is spent too";
  }
}

// RFC 4226 §7.4: two codes in a row bring a token back that has run ahead.
TEST(HotpToken, ACodeFromBeyondPassesOnlyTogetherWithTheNext) {
  HotpState state = at(5);
  const auto first = verify_hotp(kKey, 6, code_at(60), state);
  EXPECT_EQ(outcome(first), "beyond 60");
  state = after(state, first);
  EXPECT_EQ(state, at(5, 61));
  EXPECT_EQ(verified(code_at(60), state), "beyond 60") << "the same again is nothing";
  EXPECT_EQ(verified(code_at(62), state), "beyond 62") << "not in a row";
  EXPECT_EQ(verified(code_at(61), state), "counter 61");
  EXPECT_EQ(verified(code_at(7), state), "counter 7") << "what could pass before can pass still";
  EXPECT_EQ(after(state, verify_hotp(kKey, 6, code_at(61), state)), at(62));
  EXPECT_EQ(after(state, verify_hotp(kKey, 6, code_at(7), state)), at(8));
  EXPECT_EQ(after(state, verify_hotp(kKey, 6, code_at(62), state)), at(5, 63)) << "another first one";
  EXPECT_EQ(after(state, verify_hotp(kKey, 6, code_at(200), state)), at(5)) << "a wrong one between them";
  EXPECT_EQ(after(state, verify_hotp(kKey, 6, code_at(4), state)), state) << "a replay changes nothing";
}

TEST(HotpToken, TheLastCodeOfTheResyncWindowHasASuccessorToo) {
  const HotpState state = after(at(0), verify_hotp(kKey, 6, code_at(99), at(0)));
  EXPECT_EQ(state, at(0, 100));
  EXPECT_EQ(verified(code_at(100), state), "counter 100");
  EXPECT_EQ(verified(code_at(100), at(0)), "wrong");
}

// Else it would count again at the later one. These, found by search, share their six digits.
TEST(HotpToken, OfTwoCountersWithOneCodeTheLowerIsMeantAndTheCodeIsSpent) {
  constexpr std::int64_t kLow = kTwins.first;
  constexpr std::int64_t kHigh = kTwins.second;
  ASSERT_EQ(code_at(kLow), code_at(kHigh));
  ASSERT_LT(kHigh - kLow, kHotpWindow);
  for (std::int64_t next = kHigh - kHotpWindow + 1; next <= kLow; ++next)
    EXPECT_EQ(verified(code_at(kLow), at(next)), "counter " + std::to_string(kLow));
  for (std::int64_t next = kLow + 1; next <= kHigh + 1; ++next)
    EXPECT_EQ(verified(code_at(kLow), at(next)), "replayed") << next;
}

TEST(HotpToken, OnlyAsManyAsciiDigitsCount) {
  for (const int digits : {6, 7, 8}) EXPECT_EQ(verified(code_at(3, digits), at(0), digits), "counter 3");
  EXPECT_EQ(verified(code_at(3, 8), at(0), 6), "wrong");
  EXPECT_EQ(verified(code_at(3, 6), at(0), 8), "wrong");
  const std::string code = code_at(3);
  for (const std::string& other : {std::string(), code + "0", code.substr(1), " " + code.substr(1),
                                   "-" + code.substr(1), std::string("\xD9\xA1\xD9\xA2\xD9\xA3")})
    EXPECT_EQ(verified(other, at(0)), "wrong") << other;
  for (const int digits : {-1, 0, 5, 9}) EXPECT_EQ(verified(code, at(0), digits), "wrong");
}

TEST(HotpToken, NothingIsRightWithoutAKeyOrWithACounterThatIsNone) {
  EXPECT_EQ(outcome(verify_hotp(Secret(), 6, code_at(0), at(0))), "wrong");
  constexpr auto kHighest = kHighestHotpCounter.value;
  EXPECT_EQ(verified(code_at(kHighest), at(kHighest)), "counter " + std::to_string(kHighest));
  for (const std::int64_t next : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(), kHighest + 1,
                                  std::numeric_limits<std::int64_t>::max()})
    EXPECT_EQ(verified(code_at(next), at(next)), "wrong") << next;
}

// A counter below the next one, as no release writes it, opens nothing.
TEST(HotpToken, AResyncBelowTheNextCounterPassesNothing) {
  EXPECT_EQ(verified(code_at(5), at(30, 5)), "wrong");
  EXPECT_EQ(verified(code_at(25), at(30, 25)), "replayed");
}

TEST(HotpToken, TwoCodesInARowConfirmIt) {
  EXPECT_EQ(confirm_hotp(kKey, 6, code_at(0), code_at(1)), HotpCounter{1});
  EXPECT_EQ(confirm_hotp(kKey, 8, code_at(41, 8), code_at(42, 8)), HotpCounter{42});
  EXPECT_EQ(confirm_hotp(kKey, 6, code_at(998), code_at(999)), HotpCounter{999});
  struct Row {
    std::string_view what;
    std::string first, second;
  };
  for (const auto& [what, first, second] :
       {Row{"not in a row", code_at(0), code_at(2)}, Row{"the other way round", code_at(1), code_at(0)},
        Row{"the same twice", code_at(4), code_at(4)}, Row{"one alone", "", code_at(1)},
        Row{"one wrong", code_at(0), "000000"}, Row{"other lengths", code_at(0, 8), code_at(1, 8)},
        Row{"mixed lengths", code_at(0), code_at(1, 8)}, Row{"too far ahead", code_at(999), code_at(1000)}})
    EXPECT_EQ(confirm_hotp(kKey, 6, first, second), std::nullopt) << what;
  EXPECT_EQ(confirm_hotp(Secret(), 6, "", ""), std::nullopt);
  EXPECT_EQ(confirm_hotp(Secret(), 6, code_at(0), code_at(1)), std::nullopt);
}

TEST(HashAlgorithm, IsKnownByItsExactName) {
  for (const auto algorithm : {HashAlgorithm::sha1, HashAlgorithm::sha256, HashAlgorithm::sha512})
    EXPECT_EQ(hash_algorithm(name_of(algorithm)), algorithm);
  EXPECT_EQ(name_of(HashAlgorithm::sha256), "SHA256");
}

TEST(HashAlgorithm, IsNeverGuessed) {
  for (const char* name : {"", "SHA", "SHA-1", "sha1", "SHA224", "SHA384", "MD5", "SHA1 ", "HmacSHA1"})
    EXPECT_EQ(hash_algorithm(name), std::nullopt) << name;
}

}  // namespace
}  // namespace mfa
