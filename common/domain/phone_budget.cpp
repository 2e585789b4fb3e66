#include "common/domain/phone_budget.h"

#include <cstdlib>

#include "common/domain/gateway.h"
#include "common/domain/phone_code.h"

namespace mfa {
namespace {

using std::chrono::seconds;

constexpr std::uint64_t kAlarmPercent = 80;

// What is left of `length` since then; zero: nothing. A moment ahead, from before a clock was set back, counts no
// longer than one behind.
seconds left_of(seconds length, const std::optional<UnixTime>& since, UnixTime now) {
  if (!since) return seconds(0);
  const seconds apart = std::chrono::abs(now - *since);
  return apart < length ? length - apart : seconds(0);
}

}  // namespace

std::variant<BudgetGranted, BudgetRefused> weigh_message(const PhoneBudget& budget, const MessageRecord& message,
                                                         const MessageTally& before) {
  const UnixTime now = message.at;
  if (message.use == PhoneUse::call) {
    // Whoever asked for it: a phone that rings is not said to have been let ring.
    const auto longest = std::chrono::ceil<seconds>(limits_of(PhoneUse::call).all);
    if (const seconds rest = left_of(longest, before.open_call, now); rest.count() > 0)
      return BudgetRefused{.why = BudgetRefusal::rings, .wait = rest, .same_code = before.open_here};
    if (const seconds rest = left_of(kCallsRest, before.last_call, now); rest.count() > 0)
      return BudgetRefused{.why = BudgetRefusal::call_unanswered, .wait = rest};
  }
  if (const seconds rest = left_of(budget.resend_after, before.last, now); rest.count() > 0)
    return BudgetRefused{.why = BudgetRefusal::too_soon, .wait = rest};

  if (before.failed >= kFailedTries)
    return BudgetRefused{.why = BudgetRefusal::failing, .wait = left_of(kFailedWindow, before.oldest_failed, now)};

  const bool proven = message.proven;
  const std::uint32_t own = proven ? budget.per_user_per_hour : budget.unproven_per_user_per_day;
  if (before.of_person >= own)
    return BudgetRefused{.why = BudgetRefusal::person_used_up,
                         .wait = left_of(proven ? kProvenWindow : kUnprovenWindow, before.oldest, now)};
  if (proven && before.of_person_in_day >= budget.per_user_per_day)
    return BudgetRefused{.why = BudgetRefusal::person_used_up, .wait = left_of(kBudgetDay, before.oldest_of_day, now)};
  // More than one person's, or nobody else could use or register the number while one does.
  if (before.of_number >= std::uint64_t{own} * kMostPeopleOfANumber)
    return BudgetRefused{.why = BudgetRefusal::number_used_up, .wait = proven ? kProvenWindow : kUnprovenWindow};
  const std::uint64_t all = proven ? budget.proven_per_day : budget.unproven_per_day;
  if (before.of_all >= all) return BudgetRefused{.why = BudgetRefusal::all_used_up};

  const std::uint64_t with_this = std::uint64_t{before.of_all} + 1;
  const auto reaches = [&](std::uint64_t percent) {
    return with_this * 100 >= all * percent && before.of_all * std::uint64_t{100} < all * percent;
  };
  return BudgetGranted{.nearly_used_up = reaches(kAlarmPercent), .used_up = with_this == all};
}

}  // namespace mfa
