#include "common/domain/phone_budget.h"

#include <gtest/gtest.h>

#include <array>

namespace mfa {
namespace {

using namespace std::chrono_literals;
using enum BudgetRefusal;

constexpr UnixTime kNow{1'790'000'000};

std::variant<BudgetGranted, BudgetRefused> weigh(const MessageTally& before, bool proven = true,
                                                 PhoneUse use = PhoneUse::text) {
  return weigh_message({}, {.at = kNow, .number = {"+64211234567"}, .use = use, .proven = proven}, before);
}

struct Row {
  const char* what;
  MessageTally before;
  bool proven;
  PhoneUse use;
  std::optional<BudgetRefusal> refused;
  std::chrono::seconds wait{0};
};

TEST(PhoneBudget, SaysWhatStandsAgainstAMessage) {
  constexpr PhoneUse kText = PhoneUse::text;
  constexpr PhoneUse kCall = PhoneUse::call;
  const std::array kRows{
      Row{"the first", {}, true, kText, std::nullopt},
      Row{"29 s after the last", {.of_person = 1, .last = kNow - 29s}, true, kText, too_soon, 1s},
      Row{"30 s after", {.of_person = 1, .last = kNow - 30s}, true, kText, std::nullopt},
      Row{"also of an unproven number", {.of_person = 1, .last = kNow - 1s}, false, kText, too_soon, 29s},
      Row{"the last is ahead: the clock was set back", {.last = kNow + 10s}, true, kText, too_soon, 20s},
      Row{"far ahead", {.last = kNow + 1h}, true, kText, std::nullopt},
      Row{"the sixth in an hour", {.of_person = 5, .of_number = 5, .of_all = 5}, true, kText, std::nullopt},
      Row{"the seventh", {.of_person = 6, .oldest = kNow - 59min}, true, kText, person_used_up, 60s},
      Row{"the seventh, as a call", {.of_person = 6, .oldest = kNow - 59min}, true, kCall, person_used_up, 60s},
      Row{"the third of a day while registering", {.of_person = 2}, false, kText, std::nullopt},
      Row{"the fourth", {.of_person = 3, .oldest = kNow - 23h}, false, kText, person_used_up, 1h},
      Row{"three people share a number", {.of_number = 17}, true, kText, std::nullopt},
      Row{"and all of them wanted all", {.of_number = 18}, true, kText, number_used_up, 1h},
      Row{"the twentieth in a day", {.of_person_in_day = 19}, true, kText, std::nullopt},
      Row{"one more", {.of_person_in_day = 20, .oldest_of_day = kNow - 23h}, true, kText, person_used_up, 1h},
      Row{"which goes by proven numbers", {.of_person_in_day = 20}, false, kText, std::nullopt},
      Row{"a number that two others register", {.of_number = 8}, false, kText, std::nullopt},
      Row{"that three others do", {.of_number = 9}, false, kText, number_used_up, 24h},
      Row{"the third try that might fail", {.failed = 2, .oldest_failed = kNow}, true, kText, std::nullopt},
      Row{"the fourth", {.failed = 3, .oldest_failed = kNow - 9min}, true, kText, failing, 60s},
      Row{"while registering", {.failed = 3, .oldest_failed = kNow - 9min}, false, kCall, failing, 60s},
      Row{"the day's last", {.of_all = 4999}, true, kText, std::nullopt},
      Row{"one more", {.of_all = 5000}, true, kText, all_used_up},
      Row{"the day's last of new numbers", {.of_all = 499}, false, kText, std::nullopt},
      Row{"one more of those", {.of_all = 500}, false, kText, all_used_up},
      Row{"a call after one that rang out", {.last_call = kNow - 599s}, true, kCall, call_unanswered, 1s},
      Row{"while one rings", {.last_call = kNow - 40s, .open_call = kNow - 40s}, true, kCall, rings, 50s},
      Row{"or should", {.last_call = kNow - 90s, .open_call = kNow - 90s}, true, kCall, call_unanswered, 510s},
      Row{"a text while one rings", {.last_call = kNow, .open_call = kNow}, true, kText, std::nullopt},
      Row{"ten minutes later", {.last_call = kNow - 600s}, true, kCall, std::nullopt},
      Row{"a text meanwhile", {.last_call = kNow - 40s}, true, kText, std::nullopt},
  };
  for (const Row& row : kRows) {
    const auto result = weigh(row.before, row.proven, row.use);
    const auto* refused = std::get_if<BudgetRefused>(&result);
    ASSERT_EQ(refused != nullptr, row.refused.has_value()) << row.what;
    if (refused == nullptr) continue;
    EXPECT_EQ(refused->why, *row.refused) << row.what;
    EXPECT_EQ(refused->wait, row.wait) << row.what;
  }
}

TEST(PhoneBudget, RingsOnceAtFourFifthsAndOnceAtTheEnd) {
  for (const auto& [proven, all] : {std::pair{true, 5000U}, std::pair{false, 500U}}) {
    std::vector<std::uint32_t> nearly, last;
    for (std::uint32_t before = 0; before < all; ++before) {
      const auto result = weigh({.of_all = before}, proven);
      ASSERT_TRUE(std::holds_alternative<BudgetGranted>(result));
      if (std::get<BudgetGranted>(result).nearly_used_up) nearly.push_back(before + 1);
      if (std::get<BudgetGranted>(result).used_up) last.push_back(before + 1);
    }
    EXPECT_EQ(nearly, std::vector{all / 5 * 4});
    EXPECT_EQ(last, std::vector{all});
  }
}

// What thirty-five people can have leaves the others theirs.
TEST(PhoneBudget, OfAllIsMuchMoreThanThatOfAFew) {
  constexpr PhoneBudget kUsual;
  EXPECT_LT(35 * kUsual.per_user_per_day, kUsual.proven_per_day / 5);
  EXPECT_LT(35 * kUsual.unproven_per_user_per_day, kUsual.unproven_per_day / 4);
}

TEST(PhoneBudget, OfNothingIsNothing) {
  PhoneBudget none;
  none.proven_per_day = 0;
  const auto result = weigh_message(none, {.at = kNow, .number = {"+64211234567"}, .proven = true}, {});
  ASSERT_TRUE(std::holds_alternative<BudgetRefused>(result));
  EXPECT_EQ(std::get<BudgetRefused>(result).why, all_used_up);
}

}  // namespace
}  // namespace mfa
