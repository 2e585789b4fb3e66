// The one decision: a row for each reason it can give, what it asks for first, and what it makes of what it cannot
// know.
#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/domain/policy.h"
#include "tests/unit/policy_examples.h"

namespace mfa {
namespace {

TEST(Judge, EachReason) {
  struct Row {
    std::string_view what;
    Requirement mfa;
    std::optional<int> since;  // seconds from now
    std::set<FactorKind> factors, enrolled;
    Outcome outcome;
    Reason reason;
    std::set<FactorKind> answers;
  };
  using enum Requirement;
  const std::vector<Row> rows{
      {"skip", skip, {}, {}, {}, Outcome::skip, Reason::rule_skips, {}},
      {"skip, enrolled", skip, {}, {}, {kApp}, Outcome::skip, Reason::rule_skips, {}},
      {"deny", deny, {}, {}, {}, Outcome::deny, Reason::rule_denies, {}},
      {"deny, enrolled", deny, {}, {}, {kApp}, Outcome::deny, Reason::rule_denies, {}},
      {"optional, nothing", optional, {}, {}, {}, Outcome::skip, Reason::nothing_enrolled, {}},
      {"optional, enrolled", optional, {}, {}, {kApp}, Outcome::require, Reason::enrolled, {kApp}},
      {"optional, two", optional, {}, {}, {kApp, kOther}, Outcome::require, Reason::enrolled, {kApp, kOther}},
      {"optional, one of two listed", optional, {}, {kApp}, {kApp, kOther}, Outcome::require, Reason::enrolled, {kApp}},
      {"optional, none listed", optional, {}, {kApp}, {kOther}, Outcome::require, Reason::enrolled, {kOther}},
      {"require, nothing", require, {}, {}, {}, Outcome::enrol, Reason::required_and_none, {}},
      {"require, enrolled", require, {}, {}, {kApp}, Outcome::require, Reason::rule_requires, {kApp}},
      {"require, one of two listed",
       require,
       {},
       {kApp},
       {kApp, kOther},
       Outcome::require,
       Reason::rule_requires,
       {kApp}},
      {"require, none listed", require, {}, {kApp}, {kOther}, Outcome::enrol, Reason::required_and_none, {kOther}},
      {"required since long, nothing", require, -1, {}, {}, Outcome::enrol, Reason::required_and_none, {}},
      {"required from now, nothing", require, 0, {}, {}, Outcome::enrol, Reason::required_and_none, {}},
      {"required from now, enrolled", require, 0, {}, {kApp}, Outcome::require, Reason::rule_requires, {kApp}},
      {"required in a second, nothing", require, 1, {}, {}, Outcome::skip, Reason::nothing_enrolled, {}},
      {"required in a second, enrolled", require, 1, {}, {kApp}, Outcome::require, Reason::enrolled, {kApp}},
      {"required in a second, none listed", require, 1, {kApp}, {kOther}, Outcome::require, Reason::enrolled, {kOther}},
      // A date is for `require`; elsewhere it changes nothing.
      {"skip with a date", skip, 1, {}, {}, Outcome::skip, Reason::rule_skips, {}},
      {"optional with a past date", optional, -1, {}, {}, Outcome::skip, Reason::nothing_enrolled, {}},
  };
  for (const Row& row : rows) {
    Rule only = rule("the rule", row.mfa);
    if (row.since) only.since = kNow + std::chrono::seconds(*row.since);
    only.factors = row.factors;
    const Decision decision = decided({only}, alice(), History{.enrolled = row.enrolled, .keys = {}});
    EXPECT_EQ(decision.outcome, row.outcome) << row.what;
    EXPECT_EQ(decision.reason, row.reason) << row.what;
    EXPECT_EQ(decision.factors, row.answers) << row.what;
    EXPECT_EQ(decision.rule, "the rule") << row.what;
    EXPECT_EQ(decision.required_since, row.mfa == require ? only.since : std::nullopt) << row.what;
    EXPECT_TRUE(decision.observed.empty()) << row.what;
  }
}

TEST(Judge, AsksNobodyWhoSwitchedThatOffUnlessARuleRequiresIt) {
  struct Row {
    std::string_view what;
    Requirement mfa;
    std::optional<int> since;  // seconds from now
    std::set<FactorKind> enrolled;
    Outcome outcome;
    Reason reason;
  };
  using enum Requirement;
  const std::vector<Row> rows{
      {"optional", optional, {}, {kApp}, Outcome::skip, Reason::disabled},
      {"optional, nothing", optional, {}, {}, Outcome::skip, Reason::nothing_enrolled},
      {"require", require, {}, {kApp}, Outcome::require, Reason::rule_requires},
      {"require, nothing", require, {}, {}, Outcome::enrol, Reason::required_and_none},
      {"required from now", require, 0, {kApp}, Outcome::require, Reason::rule_requires},
      {"required in a second", require, 1, {kApp}, Outcome::skip, Reason::disabled},
      {"required in a second, nothing", require, 1, {}, Outcome::skip, Reason::nothing_enrolled},
      {"skip", skip, {}, {kApp}, Outcome::skip, Reason::rule_skips},
      {"deny", deny, {}, {kApp}, Outcome::deny, Reason::rule_denies},
  };
  for (const Row& row : rows) {
    Rule only = rule("the rule", row.mfa);
    if (row.since) only.since = kNow + std::chrono::seconds(*row.since);
    const Decision decision = decided({only}, alice(), {.enrolled = row.enrolled, .keys = {}, .asks_off = true});
    EXPECT_EQ(decision.outcome, row.outcome) << row.what;
    EXPECT_EQ(decision.reason, row.reason) << row.what;
  }
  const Decision no_rule = decided({}, alice(), {.enrolled = {kApp}, .keys = {}, .asks_off = true});
  EXPECT_EQ(no_rule.reason, Reason::disabled);
}

// Some rule that could be met must leave it to the person.
TEST(Leeway, IsLeftWhereARuleOfThePersonsLeavesIt) {
  struct Row {
    std::string_view what;
    std::vector<Rule> rules;
    bool left, unknown;
    std::optional<UnixTime> required_from;
  };
  const auto with = [](Requirement mfa, const std::function<void(Rule&)>& change) {
    Rule made = rule("a rule", mfa);
    change(made);
    return made;
  };
  using enum Requirement;
  const Rule must = rule("must", require);
  const Rule may = rule("may", optional);
  const auto soon = [](Rule& r) { r.since = kNow + std::chrono::seconds(9); };
  const auto later = [](Rule& r) {
    r.since = kNow + std::chrono::seconds(99);
    r.service = {"sudo"};
  };
  const UnixTime then = kNow + std::chrono::seconds(9);
  const std::vector<Row> rows{
      {"no rule at all", {}, true, false, {}},
      {"optional", {may}, true, false, {}},
      {"require", {must}, false, false, {}},
      {"skip asks nobody anyway", {rule("skips", skip)}, false, false, {}},
      {"deny", {rule("denies", deny)}, false, false, {}},
      {"optional behind require", {must, may}, false, false, {}},
      {"require at one service, then optional",
       {with(require, [](Rule& r) { r.service = {"sshd"}; }), may},
       true,
       false,
       {}},
      {"require at one service, then require",
       {with(require, [](Rule& r) { r.service = {"sshd"}; }), must},
       false,
       false,
       {}},
      {"optional at one service", {with(optional, [](Rule& r) { r.service = {"sudo"}; }), must}, true, false, {}},
      {"optional from one place",
       {with(optional, [](Rule& r) { r.from = places({"console"}); }), must},
       true,
       false,
       {}},
      {"optional in one country", {with(optional, [](Rule& r) { r.country = {"NZ"}; }), must}, true, false, {}},
      {"optional with a key", {with(optional, [](Rule& r) { r.first_factor = {"publickey"}; }), must}, true, false, {}},
      {"require from some place, and nothing else",
       {with(require, [](Rule& r) { r.from = places({"console"}); })},
       true,
       false,
       {}},
      {"somebody else's", {with(optional, [](Rule& r) { r.user = {"bob"}; }), must}, false, false, {}},
      {"of her group", {with(optional, [](Rule& r) { r.group = {"students"}; }), must}, true, false, {}},
      {"of another group", {with(optional, [](Rule& r) { r.group = {"staff"}; }), must}, false, false, {}},
      {"of a group nobody knows", {with(require, [](Rule& r) { r.group = {"ghosts"}; }), must}, false, true, {}},
      {"of a group nobody knows, then left",
       {with(require, [](Rule& r) { r.group = {"ghosts"}; }), may},
       true,
       true,
       {}},
      {"on another server", {with(optional, [](Rule& r) { r.server = {"web-*"}; }), must}, false, false, {}},
      {"on this server", {with(require, [](Rule& r) { r.server = {"lab-*"}; }), may}, false, false, {}},
      {"observed", {with(optional, [](Rule& r) { r.observe = true; }), must}, false, false, {}},
      {"over", {with(optional, [](Rule& r) { r.before = kNow; }), must}, false, false, {}},
      {"over in a second",
       {with(optional, [](Rule& r) { r.before = kNow + std::chrono::seconds(1); }), must},
       true,
       false,
       {}},
      {"not yet", {with(require, [](Rule& r) { r.after = kNow + std::chrono::seconds(1); }), may}, true, false, {}},
      {"from now on", {with(require, [](Rule& r) { r.after = kNow; }), may}, false, false, {}},
      {"required since", {with(require, [](Rule& r) { r.since = kNow; }), may}, false, false, {}},
      {"required soon", {with(require, soon)}, true, false, then},
      {"required at some service later, and at all soon",
       {with(require, later), with(require, soon)},
       true,
       false,
       then},
  };
  for (const Row& row : rows) {
    const Leeway leeway = leeway_of(row.rules, alice());
    EXPECT_EQ(leeway.left, row.left) << row.what;
    EXPECT_EQ(leeway.unknown, row.unknown) << row.what;
    EXPECT_EQ(leeway.required_from, row.required_from) << row.what;
  }
}

TEST(Judge, TellsHowToEnrolAsTheRuleSays) {
  for (const EnrolBy by : {EnrolBy::in_login, EnrolBy::code, EnrolBy::refuse}) {
    Rule only = rule("r", Requirement::require);
    only.enrol = by;
    EXPECT_EQ(decided({only}, alice(), kNothing).enrol, by);
  }
}

TEST(Judge, TakesTheFirstRuleThatMatches) {
  Rule staff = rule("staff", Requirement::deny);
  staff.group = {"staff"};
  const std::vector<Rule> rules{staff, rule("one", Requirement::skip), rule("two", Requirement::deny)};
  EXPECT_EQ(decided(rules, alice(), kNothing).rule, "one");
  PolicyFacts clerk = alice();
  clerk.groups = {{"staff", Membership::member}};
  EXPECT_EQ(decided(rules, clerk, kNothing).rule, "staff");
}

TEST(Judge, WithoutARuleThatMatchesIsOptional) {
  Rule other = rule("bob", Requirement::skip);
  other.user = {"bob"};
  for (const std::vector<Rule>& rules : {std::vector<Rule>{}, std::vector<Rule>{other}}) {
    Decision decision = decided(rules, alice(), kNothing);
    EXPECT_EQ(decision.rule, "(no rule)");
    EXPECT_EQ(decision.outcome, Outcome::skip);
    EXPECT_EQ(decision.reason, Reason::nothing_enrolled);
    EXPECT_FALSE(decision.required_since);
    decision = decided(rules, alice(), kEnrolled);
    EXPECT_EQ(decision.outcome, Outcome::require);
    EXPECT_EQ(decision.reason, Reason::enrolled);
    EXPECT_EQ(needed(rules, alice(), std::nullopt), Need::history);
  }
}

TEST(Judge, RecordsWhatObservingRulesWouldHaveDoneAndGoesOn) {
  const auto observing = [](std::string name, Requirement mfa) {
    Rule made = rule(std::move(name), mfa);
    made.observe = true;
    return made;
  };
  Rule later = observing("later", Requirement::require);
  later.since = kNow + std::chrono::seconds(1);
  Rule from_now = observing("from now", Requirement::require);
  from_now.since = kNow;
  Rule other = observing("other", Requirement::deny);
  other.user = {"bob"};
  Rule ghosts = observing("ghosts", Requirement::deny);
  ghosts.group = {"ghosts"};
  Rule abroad = observing("abroad", Requirement::deny);
  abroad.country = {"!NZ"};
  Rule after = observing("after the end", Requirement::deny);
  const std::vector<Rule> rules{observing("a", Requirement::require),
                                observing("b", Requirement::optional),
                                observing("c", Requirement::skip),
                                observing("d", Requirement::deny),
                                later,
                                from_now,
                                other,
                                ghosts,
                                abroad,
                                rule("end", Requirement::skip),
                                after};
  const Decision decision = decided(rules, alice(), kNothing);
  EXPECT_EQ(decision.rule, "end");
  EXPECT_EQ(decision.outcome, Outcome::skip);
  EXPECT_EQ(decision.observed,
            (Strings{"a: would have required", "b: would have asked if enrolled", "c: would have skipped",
                     "d: would have denied", "later: would have asked if enrolled", "from now: would have required",
                     "ghosts: cannot tell, a group or the country could not be looked up",
                     "abroad: cannot tell, a group or the country could not be looked up"}));
}

TEST(Judge, KeepsWhatWasObservedWhateverDecides) {
  Rule observing = rule("o", Requirement::deny);
  observing.observe = true;
  Rule ghosts = rule("ghosts", Requirement::skip);
  ghosts.group = {"ghosts"};
  const Strings expected{"o: would have denied"};
  for (const Rule& last : {rule("s", Requirement::skip), rule("d", Requirement::deny), rule("r", Requirement::require),
                           rule("p", Requirement::optional), ghosts}) {
    EXPECT_EQ(decided({observing, last}, alice(), kEnrolled).observed, expected) << last.name;
  }
  EXPECT_EQ(decided({observing}, alice(), kEnrolled).observed, expected);
}

TEST(Judge, AsksForGroupsOnlyWhenARuleThatIsReachedNeedsThem) {
  PolicyFacts facts = alice();
  facts.groups.reset();
  facts.country = "NZ";
  Rule grouped = rule("grouped", Requirement::skip);
  grouped.group = {"students"};
  Rule negated = grouped;
  negated.group = {"!students"};
  Rule observing = grouped;
  observing.observe = true;
  const Rule skip = rule("skip", Requirement::skip);

  EXPECT_EQ(needed({grouped}, facts, std::nullopt), Need::groups);
  EXPECT_EQ(needed({negated}, facts, std::nullopt), Need::groups);
  EXPECT_EQ(needed({observing, skip}, facts, std::nullopt), Need::groups);
  EXPECT_EQ(needed({skip, grouped}, facts, std::nullopt), std::nullopt);
  EXPECT_EQ(needed({rule("d", Requirement::deny), grouped}, facts, std::nullopt), std::nullopt);
  EXPECT_EQ(needed({rule("o", Requirement::optional), grouped}, facts, std::nullopt), Need::history);

  const std::vector<std::function<void(Rule&)>> spoil{
      [](Rule& r) { r.user = {"bob"}; },
      [](Rule& r) { r.service = {"sudo"}; },
      [](Rule& r) { r.server = {"web"}; },
      [](Rule& r) { r.from = places({"console"}); },
      [](Rule& r) { r.first_factor = {"publickey"}; },
      [](Rule& r) { r.country = {"AU"}; },
      [](Rule& r) { r.after = kNow + std::chrono::seconds(1); },
      [](Rule& r) { r.before = kNow; },
  };
  for (std::size_t i = 0; i < spoil.size(); ++i) {
    Rule spoilt = grouped;
    spoil[i](spoilt);
    EXPECT_EQ(needed({spoilt, skip}, facts, std::nullopt), std::nullopt) << i;
  }
}

TEST(Judge, AsksWhatIsEnrolledOnlyWhenTheDecisionHangsOnIt) {
  const PolicyFacts facts = alice();
  Rule later = rule("later", Requirement::require);
  later.since = kNow + std::chrono::seconds(1);
  EXPECT_EQ(needed({rule("s", Requirement::skip)}, facts, std::nullopt), std::nullopt);
  EXPECT_EQ(needed({rule("d", Requirement::deny)}, facts, std::nullopt), std::nullopt);
  EXPECT_EQ(needed({rule("r", Requirement::require)}, facts, std::nullopt), Need::history);
  EXPECT_EQ(needed({rule("o", Requirement::optional)}, facts, std::nullopt), Need::history);
  EXPECT_EQ(needed({later}, facts, std::nullopt), Need::history);
  Rule observing = rule("o", Requirement::require);
  observing.observe = true;
  EXPECT_EQ(needed({observing, rule("s", Requirement::skip)}, facts, std::nullopt), std::nullopt);
  Rule ghosts = rule("g", Requirement::require);
  ghosts.group = {"ghosts"};
  EXPECT_EQ(needed({ghosts}, facts, std::nullopt), std::nullopt);
}

TEST(Judge, DeniesWhenAGroupThatMattersIsUnknown) {
  struct Row {
    Strings group;
    std::string_view rule;  // that decides: "tried", "otherwise", or "unknown"
  };
  const std::vector<Row> rows{
      {{"ghosts"}, "unknown"},
      {{"!ghosts"}, "unknown"},
      {{"ghosts", "phantoms"}, "unknown"},
      {{"!ghosts", "!phantoms"}, "unknown"},
      {{"ghosts", "!phantoms"}, "unknown"},
      {{"never looked up"}, "unknown"},
      // One is enough, and this one is known.
      {{"ghosts", "students"}, "tried"},
      {{"students", "ghosts"}, "tried"},
      {{"ghosts", "staff"}, "unknown"},
      // Out already.
      {{"!ghosts", "!students"}, "otherwise"},
      {{"!students", "!ghosts"}, "otherwise"},
      {{"ghosts", "!students"}, "otherwise"},
      {{"!ghosts", "staff"}, "otherwise"},
      {{"!ghosts", "students"}, "unknown"},
      {{"!ghosts", "!staff"}, "unknown"},
      {{"ghosts", "!staff"}, "unknown"},
      // Never true, whichever way it is.
      {{"ghosts", "!ghosts"}, "otherwise"},
      {{"ghosts", "!ghosts", "students"}, "unknown"},
      {{"ghosts", "!ghosts", "phantoms"}, "unknown"},
  };
  for (const Requirement mfa : {Requirement::skip, Requirement::deny, Requirement::require, Requirement::optional}) {
    for (const Row& row : rows) {
      Rule tried = rule("tried", mfa);
      tried.group = row.group;
      const Decision decision = decided({tried, rule("otherwise", Requirement::skip)}, alice(), kEnrolled);
      if (row.rule == "unknown") {
        EXPECT_EQ(decision.outcome, Outcome::deny) << testing::PrintToString(row.group);
        EXPECT_EQ(decision.reason, Reason::group_unknown) << testing::PrintToString(row.group);
        EXPECT_EQ(decision.rule, "tried") << testing::PrintToString(row.group);
        EXPECT_TRUE(decision.factors.empty());
      } else {
        EXPECT_EQ(decision.rule, row.rule) << testing::PrintToString(row.group);
      }
    }
  }
}

TEST(Judge, DeniesWhenARuleNamesACountryAndItIsUnknown) {
  for (const Requirement mfa : {Requirement::skip, Requirement::deny, Requirement::require, Requirement::optional}) {
    for (const Strings& country : {Strings{"NZ"}, Strings{"!NZ"}, Strings{"NZ", "AU"}, Strings{"NZ", "!NZ"}}) {
      Rule tried = rule("tried", mfa);
      tried.country = country;
      const Decision decision = decided({tried, rule("otherwise", Requirement::skip)}, alice(), kEnrolled);
      EXPECT_EQ(decision.outcome, Outcome::deny) << testing::PrintToString(country);
      EXPECT_EQ(decision.reason, Reason::country_unknown) << testing::PrintToString(country);
      EXPECT_EQ(decision.rule, "tried");
      EXPECT_TRUE(decision.factors.empty());
      EXPECT_FALSE(decision.trust);
      // No other condition matches: the country does not matter.
      tried.service = {"sudo"};
      EXPECT_EQ(decided({tried, rule("otherwise", Requirement::skip)}, alice(), kEnrolled).rule, "otherwise");
      tried.service = {};
      tried.group = {"staff"};
      EXPECT_EQ(decided({tried, rule("otherwise", Requirement::skip)}, alice(), kEnrolled).rule, "otherwise");
      tried.group = {};
      tried.first_factor = {"publickey"};
      EXPECT_EQ(decided({tried, rule("otherwise", Requirement::skip)}, alice(), kEnrolled).rule, "otherwise");
    }
  }
  // It needs no store to say so, and the group is named first where both are unknown.
  Rule abroad = rule("abroad", Requirement::skip);
  abroad.country = {"!NZ"};
  EXPECT_EQ(needed({abroad}, alice(), std::nullopt), std::nullopt);
  abroad.group = {"ghosts"};
  EXPECT_EQ(decided({abroad}, alice(), kNothing).reason, Reason::group_unknown);
  abroad.group = {"students"};
  EXPECT_EQ(decided({abroad}, alice(), kNothing).reason, Reason::country_unknown);
}

// A rule further down that names a country costs nobody anything before it is reached.
TEST(Judge, ACountryThatNoRuleReachedNamesDoesNotMatter) {
  Rule abroad = rule("abroad", Requirement::deny);
  abroad.country = {"!NZ"};
  EXPECT_EQ(decided({rule("s", Requirement::skip), abroad}, alice(), kNothing).outcome, Outcome::skip);
}

TEST(Judge, TakesAKeyForWhatItIsOnlyIfItIsRegistered) {
  struct Row {
    Strings first_factor;
    bool registered, not_registered;  // whether the rule matches
  };
  const std::vector<Row> rows{
      {{"publickey-sk"}, true, false},
      {{"!publickey-sk"}, false, true},
      {{"publickey"}, false, true},
      {{"!publickey"}, true, false},
      {{"publickey", "publickey-sk"}, true, true},
      {{"password"}, false, false},
      {{"password", "publickey-sk"}, true, false},
      {{"!password"}, true, true},
  };
  PolicyFacts facts = alice();
  facts.first_factor = FirstFactor::publickey_sk;
  facts.key = "SHA256:mine";
  const History mine{.enrolled = {FactorKind::key}, .keys = {"SHA256:another", "SHA256:mine"}};
  const History other{.enrolled = {FactorKind::key}, .keys = {"SHA256:another", "SHA256:min"}};
  for (const Row& row : rows) {
    Rule tried = rule("tried", Requirement::skip);
    tried.first_factor = row.first_factor;
    const std::vector<Rule> rules{tried, rule("otherwise", Requirement::deny)};
    const auto matches = [&](const PolicyFacts& is, const History& history) {
      return decided(rules, is, history).rule == "tried";
    };
    EXPECT_EQ(matches(facts, mine), row.registered) << testing::PrintToString(row.first_factor);
    EXPECT_EQ(matches(facts, other), row.not_registered) << testing::PrintToString(row.first_factor);
    EXPECT_EQ(matches(facts, {}), row.not_registered) << testing::PrintToString(row.first_factor);
    PolicyFacts nameless = facts;
    nameless.key.reset();
    EXPECT_EQ(matches(nameless, mine), row.not_registered) << testing::PrintToString(row.first_factor);
    // A registered fingerprint that is not of a key for security keys proves nothing either.
    PolicyFacts plain = facts;
    plain.first_factor = FirstFactor::publickey;
    EXPECT_EQ(matches(plain, mine), row.not_registered) << testing::PrintToString(row.first_factor);

    // What is registered is asked for only where the rule hangs on it.
    const bool hangs = row.registered != row.not_registered;
    EXPECT_EQ(needed(rules, facts, std::nullopt), hangs ? std::optional(Need::history) : std::nullopt)
        << testing::PrintToString(row.first_factor);
    EXPECT_EQ(needed(rules, nameless, std::nullopt), std::nullopt) << testing::PrintToString(row.first_factor);
    EXPECT_EQ(needed(rules, plain, std::nullopt), std::nullopt) << testing::PrintToString(row.first_factor);
  }
}

TEST(Judge, AsksWhatIsRegisteredOnlyOfWhoeverTheRuleIsFor) {
  PolicyFacts facts = alice();
  facts.first_factor = FirstFactor::publickey_sk;
  facts.key = "SHA256:mine";
  facts.country = "NZ";
  Rule hanging = rule("keys", Requirement::skip);
  hanging.first_factor = {"publickey-sk"};
  const Rule skip = rule("skip", Requirement::skip);
  EXPECT_EQ(needed({hanging, skip}, facts, std::nullopt), Need::history);
  hanging.country = {"AU"};
  EXPECT_EQ(needed({hanging, skip}, facts, std::nullopt), std::nullopt);
  hanging.country = {};
  hanging.user = {"bob"};
  EXPECT_EQ(needed({hanging, skip}, facts, std::nullopt), std::nullopt);
  hanging.user = {};
  facts.user.reset();  // nobody has registered anything
  EXPECT_EQ(decided({hanging, rule("otherwise", Requirement::deny)}, facts, kNothing).rule, "otherwise");
  EXPECT_EQ(needed({hanging, skip}, facts, std::nullopt), std::nullopt);
}

TEST(Judge, OffersTheWindowOfTheRuleThatDecides) {
  using std::chrono::hours;
  Rule week = rule("week", Requirement::optional);
  week.trust = hours(24 * 7);
  Rule month = rule("month", Requirement::require);
  month.trust = hours(24 * 30);
  EXPECT_EQ(decided({week, month}, alice(), kEnrolled).trust, hours(24 * 7));
  EXPECT_EQ(decided({month, week}, alice(), kEnrolled).trust, hours(24 * 30));
  EXPECT_EQ(decided({rule("none", Requirement::require), week}, alice(), kEnrolled).trust, std::nullopt);
  EXPECT_EQ(decided({}, alice(), kEnrolled).trust, std::nullopt);
  week.observe = true;
  EXPECT_EQ(decided({week, month}, alice(), kEnrolled).trust, hours(24 * 30));
}

TEST(Judge, AnAccountThatDoesNotExistIsNobody) {
  PolicyFacts nobody = alice();
  nobody.user.reset();
  nobody.groups.reset();  // nothing to look up
  struct Row {
    std::vector<std::string> Rule::* list;
    Strings values;
    bool match;
  };
  const std::vector<Row> rows{
      {&Rule::user, {}, true},           {&Rule::user, {"*"}, true},          {&Rule::user, {"!root"}, true},
      {&Rule::user, {"!*"}, false},      {&Rule::user, {"*", "!root"}, true}, {&Rule::user, {"alice"}, false},
      {&Rule::user, {"a*"}, false},      {&Rule::user, {"**"}, false},        {&Rule::user, {"?*"}, false},
      {&Rule::user, {""}, false},        {&Rule::group, {"students"}, false}, {&Rule::group, {"!students"}, true},
      {&Rule::group, {"ghosts"}, false}, {&Rule::group, {"!ghosts"}, true},   {&Rule::service, {"sshd"}, true},
  };
  for (const Row& row : rows) {
    Rule tried;
    tried.*row.list = row.values;
    EXPECT_EQ(matches(tried, nobody), row.match) << testing::PrintToString(row.values);
  }
}

TEST(Judge, AnAccountThatDoesNotExistPassesOnlyWhereARuleSkips) {
  PolicyFacts nobody = alice();
  nobody.user.reset();
  Rule later = rule("later", Requirement::require);
  later.since = kNow + std::chrono::seconds(1);
  for (const std::optional<History>& history : {std::optional<History>{}, std::optional(kNothing)}) {
    for (const std::vector<Rule>& rules :
         {std::vector<Rule>{}, {rule("r", Requirement::require)}, {rule("o", Requirement::optional)}, {later}}) {
      const Judgement judgement = judge(rules, nobody, history);
      ASSERT_TRUE(std::holds_alternative<Decision>(judgement));
      EXPECT_EQ(std::get<Decision>(judgement).outcome, Outcome::deny);
      EXPECT_EQ(std::get<Decision>(judgement).reason, Reason::no_such_account);
    }
  }
  EXPECT_EQ(decided({rule("s", Requirement::skip)}, nobody, kNothing).outcome, Outcome::skip);
  EXPECT_EQ(decided({rule("d", Requirement::deny)}, nobody, kNothing).reason, Reason::rule_denies);
}

TEST(Judge, TheDefaultOfADecisionIsNo) {
  const Decision untouched;
  EXPECT_EQ(untouched.outcome, Outcome::deny);
  EXPECT_EQ(untouched.enrol, EnrolBy::refuse);
}

TEST(Policy, NamesItsReasons) {
  EXPECT_EQ(name_of(Reason::rule_skips), "rule_skips");
  EXPECT_EQ(name_of(Reason::rule_denies), "rule_denies");
  EXPECT_EQ(name_of(Reason::rule_requires), "rule_requires");
  EXPECT_EQ(name_of(Reason::enrolled), "enrolled");
  EXPECT_EQ(name_of(Reason::nothing_enrolled), "nothing_enrolled");
  EXPECT_EQ(name_of(Reason::required_and_none), "required_and_none");
  EXPECT_EQ(name_of(Reason::country_unknown), "country_unknown");
  EXPECT_EQ(name_of(Reason::group_unknown), "group_unknown");
  EXPECT_EQ(name_of(Reason::no_such_account), "no_such_account");
}

TEST(Policy, KnowsWhichGroupsItMentions) {
  Rule one, two, three;
  one.group = {"students", "!staff"};
  two.group = {"!students", "domain users"};
  three.user = {"not a group"};
  EXPECT_EQ(groups_mentioned(std::vector{one, two, three}),
            (std::set<std::string>{"domain users", "staff", "students"}));
  EXPECT_TRUE(groups_mentioned({}).empty());
}

}  // namespace
}  // namespace mfa
