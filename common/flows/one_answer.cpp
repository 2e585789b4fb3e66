#include "common/flows/one_answer.h"

#include <algorithm>
#include <utility>

#include "common/domain/grant.h"
#include "common/flows/assess.h"

namespace mfa {
namespace {

std::vector<int> lengths(const Assessment& assessed) {
  std::vector<int> result;
  if (assessed.record.bypass)
    result.push_back(static_cast<int>(kBypassDigits));  // who has one has nothing else at hand
  for (const Factor& factor : assessed.record.factors) {
    const auto digits = factor.digits();
    if (!digits || !assessed.decision.factors.contains(factor.kind())) continue;
    if (std::ranges::find(result, *digits) == result.end()) result.push_back(*digits);
  }
  return result;
}

}  // namespace

LoginVerdict codes_due(Engine& engine, const LoginFacts& facts, Caller caller,
                       const std::expected<Account, IdentityError>& account) {
  LoginVerdict verdict{.result = LoginResult::done, .reason = "", .text = ""};
  if (!account && account.error() == IdentityError::failed)
    return {.result = LoginResult::unavailable, .reason = "user_lookup_failed", .text = ""};
  // Nobody learns this of somebody else; who asks as root asks before anybody has shown anything, but tells nobody.
  if (!facts.from_root && (!account || caller.uid != account->uid))
    return {.result = LoginResult::denied, .reason = "not_the_caller", .text = ""};
  if (!account) return verdict;
  LoginFacts then = facts;
  then.phase = Phase::authenticate;
  then.password_passed = true;
  then.one_answer = true;
  const auto assessed = assess(engine, view_of(engine, then, account->name), *account);
  if (!assessed) {
    const std::string reason = "store_" + std::string(name_of(assessed.error()));
    if (facts.from_root) engine.journal.note(Severity::error, "an answer cannot be split, " + reason);
    return {.result = LoginResult::unavailable, .reason = reason, .text = ""};
  }
  if (assessed->way == Way::code || assessed->way == Way::locked) verdict.codes = lengths(*assessed);
  return verdict;
}

}  // namespace mfa
