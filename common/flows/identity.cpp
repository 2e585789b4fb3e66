#include "common/flows/identity.h"

#include <algorithm>
#include <utility>

namespace mfa {
namespace {

std::expected<Account, IdentityError> mapped(std::expected<Account, LookupError> account) {
  if (!account)
    return std::unexpected(account.error() == LookupError::not_found ? IdentityError::unknown : IdentityError::failed);
  if (account->uid == kOverflowUid || account->uid == kNoUid) return std::unexpected(IdentityError::unmapped);
  return *std::move(account);
}

Judgement judge_with_groups(Engine& engine, PolicyFacts& facts, const std::optional<Account>& account,
                            const std::optional<History>& history) {
  Judgement judgement = judge(engine.settings.rules, facts, history);
  if (const Need* need = std::get_if<Need>(&judgement); need && *need == Need::groups && !facts.groups) {
    facts.groups.emplace();
    if (account) facts.groups = engine.accounts.memberships(*account, groups_mentioned(engine.settings.rules));
    judgement = judge(engine.settings.rules, facts, history);
  }
  return judgement;
}

}  // namespace

std::expected<Account, IdentityError> identify(Accounts& accounts, std::string_view name) {
  return mapped(accounts.by_name(name));
}

std::expected<Account, IdentityError> identify(Accounts& accounts, Uid uid) {
  if (uid == kOverflowUid || uid == kNoUid) return std::unexpected(IdentityError::unmapped);
  return mapped(accounts.by_uid(uid));
}

Found find_person(Transaction& tx, const Account& account) {
  Found found{.person = tx.person_by_name(account.name), .mismatch = false};
  if (found.person) {
    found.mismatch = found.person->uid != account.uid;
  } else {
    found.mismatch = tx.person_by_uid(account.uid).has_value();
  }
  return found;
}

std::vector<Factor> default_first(std::vector<Factor> factors, const Person& person) {
  const auto chosen = std::ranges::find(factors, person.default_factor, &Factor::number);
  if (chosen != factors.end()) std::rotate(factors.begin(), chosen, chosen + 1);
  return factors;
}

Decision decide(Engine& engine, PolicyFacts facts, const std::optional<Account>& account, const History& history) {
  Judgement judgement = judge_with_groups(engine, facts, account, history);
  if (auto* decision = std::get_if<Decision>(&judgement)) return std::move(*decision);
  return {};  // denies; judge() asks for nothing once it has both
}

Judgement decide_without_history(Engine& engine, PolicyFacts& facts, const std::optional<Account>& account) {
  return judge_with_groups(engine, facts, account, std::nullopt);
}

}  // namespace mfa
