// What the helpdesk granted, in the one decision: a row a grant and a rule.
#include <gtest/gtest.h>

#include <vector>

#include "common/domain/policy.h"

namespace mfa {
namespace {

constexpr UnixTime kNow{1'800'000'000};
constexpr std::chrono::hours kDay{24};

struct Row {
  const char* what;
  Requirement mfa;
  std::vector<std::string> country;  // of the rule before that, which denies; empty: there is none
  std::optional<UnixTime> exempt_until;
  std::map<std::string, UnixTime> journeys;
  Outcome outcome;
  Reason reason;
  bool observe = false;
};

const std::vector<Row>& rows() {
  using enum Outcome;
  static const std::vector<Row> kRows{
      {"nothing granted", Requirement::require, {}, {}, {}, require, Reason::rule_requires},
      {"exempt", Requirement::require, {}, kNow + kDay, {}, skip, Reason::exempt},
      {"exempt where it is optional", Requirement::optional, {}, kNow + kDay, {}, skip, Reason::exempt},
      {"exempt until now", Requirement::require, {}, kNow, {}, require, Reason::rule_requires},
      {"exempt to the end of the 30th day", Requirement::require, {}, kNow + 31 * kDay, {}, skip, Reason::exempt},
      {"exempt for longer: the clock was set back",
       Requirement::require,
       {},
       kNow + 32 * kDay,
       {},
       require,
       Reason::rule_requires},
      {"exempt where it is denied", Requirement::deny, {}, kNow + kDay, {}, deny, Reason::rule_denies},
      {"abroad", Requirement::require, {"!NZ"}, {}, {}, deny, Reason::rule_denies},
      {"abroad, and exempt", Requirement::require, {"!NZ"}, kNow + kDay, {}, deny, Reason::rule_denies},
      {"on a journey there", Requirement::require, {"!NZ"}, {}, {{"FJ", kNow + kDay}}, require, Reason::rule_requires},
      {"on a journey there, and exempt",
       Requirement::require,
       {"!NZ"},
       kNow + kDay,
       {{"FJ", kNow + kDay}},
       skip,
       Reason::exempt},
      {"where that country is named",
       Requirement::require,
       {"FJ"},
       {},
       {{"FJ", kNow + kDay}},
       require,
       Reason::rule_requires},
      {"on a journey elsewhere", Requirement::require, {"!NZ"}, {}, {{"AU", kNow + kDay}}, deny, Reason::rule_denies},
      {"on a journey that is over", Requirement::require, {"!NZ"}, {}, {{"FJ", kNow}}, deny, Reason::rule_denies},
      {"on a journey of years: the clock was set back",
       Requirement::require,
       {"!NZ"},
       {},
       {{"FJ", kNow + 400 * kDay}},
       deny,
       Reason::rule_denies},
      {"where a denial names no country", Requirement::deny, {}, {}, {{"FJ", kNow + kDay}}, deny, Reason::rule_denies},
      {"where it only observes", Requirement::require, {"!NZ"}, {}, {}, require, Reason::rule_requires, true},
  };
  return kRows;
}

struct Case {
  std::vector<Rule> rules;
  PolicyFacts facts;
  History history;
};
Case case_of(const Row& row) {
  Case result;
  if (!row.country.empty()) {
    Rule abroad;
    abroad.name = "abroad";
    abroad.country = row.country;
    abroad.mfa = Requirement::deny;
    abroad.observe = row.observe;
    result.rules.push_back(abroad);
  }
  Rule everyone;
  everyone.name = "everyone";
  everyone.mfa = row.mfa;
  result.rules.push_back(everyone);
  result.facts.user = Username{"alice"};
  result.facts.service = "sshd";
  result.facts.country = "FJ";
  result.facts.now = kNow;
  result.history = {.enrolled = {FactorKind::totp},
                    .keys = {},
                    .asks_off = false,
                    .exempt_until = row.exempt_until,
                    .journeys = row.journeys};
  return result;
}

TEST(PolicyHelpdesk, OneRowAGrant) {
  for (const Row& row : rows()) {
    const Case given = case_of(row);
    const Judgement judged = judge(given.rules, given.facts, given.history);
    const auto* decision = std::get_if<Decision>(&judged);
    ASSERT_NE(decision, nullptr) << row.what;
    EXPECT_EQ(decision->outcome, row.outcome) << row.what;
    EXPECT_EQ(decision->reason, row.reason) << row.what;
  }
}

// Whether a denial by country holds for somebody, the store knows; nothing else is asked for what is denied.
TEST(PolicyHelpdesk, ADenialByCountryNeedsTheStoreAndNoOther) {
  for (const Row& row : rows()) {
    Case given = case_of(row);
    const bool by_country = !row.country.empty() && !row.observe;
    const Judgement judged = judge(given.rules, given.facts, std::nullopt);
    const bool needs = std::holds_alternative<Need>(judged);
    EXPECT_EQ(needs, by_country || row.mfa != Requirement::deny) << row.what;
    given.facts.user.reset();
    EXPECT_TRUE(std::holds_alternative<Decision>(judge(given.rules, given.facts, std::nullopt)))
        << "a stranger has made no journey: " << row.what;
  }
}

}  // namespace
}  // namespace mfa
