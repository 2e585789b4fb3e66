// The one decision, a row for each thing a rule can say and each reason it can give. Every row that opens stands beside
// one that differs in a single point and does not.
#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/domain/policy.h"

namespace mfa {
namespace {

constexpr auto kApp = FactorKind::totp;
constexpr auto kOther = static_cast<FactorKind>(250);  // a kind that some rule lists and some person has
constexpr UnixTime kNow{1'790'000'000};

Rule rule(std::string name, Requirement mfa) {
  Rule made;
  made.name = std::move(name);
  made.mfa = mfa;
  return made;
}

// alice over SSH from 203.0.113.7 with a password, in group students and not in staff.
PolicyFacts alice() {
  PolicyFacts facts;
  facts.user = Username{"alice"};
  facts.service = "sshd";
  facts.server = "lab-gw";
  facts.origin = *parse_address("203.0.113.7");
  facts.first_factor = FirstFactor::password;
  facts.now = kNow;
  facts.groups = {{"students", Membership::member},
                  {"staff", Membership::not_member},
                  {"ghosts", Membership::unknown},
                  {"phantoms", Membership::unknown}};
  return facts;
}

FromPattern from(std::string_view written) {
  FromPattern pattern;
  pattern.negated = written.starts_with('!');
  if (pattern.negated) written.remove_prefix(1);
  if (written == "console") {
    pattern.place = Console{};
  } else if (written == "unknown") {
    pattern.place = UnknownPlace{};
  } else {
    const std::size_t slash = written.find('/');
    pattern.place = Network{.address = *parse_address(written.substr(0, slash)),
                            .prefix = std::stoi(std::string(written.substr(slash + 1)))};
  }
  return pattern;
}

std::vector<FromPattern> places(const std::vector<std::string>& written) {
  std::vector<FromPattern> list;
  for (const std::string& one : written) list.push_back(from(one));
  return list;
}

const History kNothing{};
const History kEnrolled{.enrolled = {kApp}};

Decision decided(const std::vector<Rule>& rules, const PolicyFacts& facts, const History& history) {
  const Judgement judgement = judge(rules, facts, history);
  if (const auto* decision = std::get_if<Decision>(&judgement)) return *decision;
  ADD_FAILURE() << "something is still needed";
  return {};
}

std::optional<Need> needed(const std::vector<Rule>& rules, const PolicyFacts& facts,
                           const std::optional<History>& history) {
  const Judgement judgement = judge(rules, facts, history);
  const auto* need = std::get_if<Need>(&judgement);
  return need ? std::optional(*need) : std::nullopt;
}

// Whether a rule matches alice is told by whether it, rather than the one after it, decides.
bool matches(Rule tried, const PolicyFacts& facts) {
  tried.name = "tried";
  tried.mfa = Requirement::skip;
  const Decision decision = decided({tried, rule("otherwise", Requirement::deny)}, facts, kNothing);
  EXPECT_EQ(decision.outcome == Outcome::skip, decision.rule == "tried");
  return decision.rule == "tried";
}

using Strings = std::vector<std::string>;

TEST(RuleConditions, ListsOfNamesMatchAsWritten) {
  struct Row {
    std::vector<std::string> Rule::* list;
    Strings values;
    bool match;
  };
  const std::vector<Row> rows{
      {&Rule::user, {}, true},
      {&Rule::user, {"alice"}, true},
      {&Rule::user, {"bob"}, false},
      {&Rule::user, {"bob", "alice"}, true},
      {&Rule::user, {"Alice"}, false},
      {&Rule::user, {"alic"}, false},
      {&Rule::user, {"a*"}, true},
      {&Rule::user, {"?lice"}, true},
      {&Rule::user, {"*"}, true},
      {&Rule::user, {"!alice"}, false},
      {&Rule::user, {"!bob"}, true},
      {&Rule::user, {"!bob", "!carol"}, true},
      {&Rule::user, {"!bob", "!alice"}, false},
      {&Rule::user, {"!alice", "!bob"}, false},
      {&Rule::user, {"!a*"}, false},
      {&Rule::user, {"a*", "!alice"}, false},
      {&Rule::user, {"!alice", "a*"}, false},
      {&Rule::user, {"a*", "!alex"}, true},
      {&Rule::user, {"b*", "!bob"}, false},
      {&Rule::user, {"!bob", "carol"}, false},
      {&Rule::service, {"sshd"}, true},
      {&Rule::service, {"ssh*"}, true},
      {&Rule::service, {"sudo", "su"}, false},
      {&Rule::service, {"SSHD"}, false},
      {&Rule::service, {"!sshd"}, false},
      {&Rule::service, {"!gdm*"}, true},
      {&Rule::server, {"lab-*"}, true},
      {&Rule::server, {"LAB-GW"}, true},  // host names have no case
      {&Rule::server, {"lab"}, false},
      {&Rule::server, {"!Lab-*"}, false},
      {&Rule::server, {"!web"}, true},
      {&Rule::group, {"students"}, true},
      {&Rule::group, {"staff"}, false},
      {&Rule::group, {"staff", "students"}, true},
      {&Rule::group, {"!students"}, false},
      {&Rule::group, {"!staff"}, true},
      {&Rule::group, {"students", "!staff"}, true},
      {&Rule::group, {"staff", "!students"}, false},
      {&Rule::group, {"stud*"}, false},  // asked for under its very name, which the directory does not know
      {&Rule::first_factor, {"password"}, true},
      {&Rule::first_factor, {"publickey"}, false},
      {&Rule::first_factor, {"publickey", "password"}, true},
      {&Rule::first_factor, {"!password"}, false},
      {&Rule::first_factor, {"!publickey"}, true},
      {&Rule::first_factor, {"pass*"}, false},  // words, no patterns
  };
  for (const Row& row : rows) {
    Rule tried;
    tried.*row.list = row.values;
    PolicyFacts facts = alice();
    facts.groups->emplace("stud*", Membership::not_member);
    EXPECT_EQ(matches(tried, facts), row.match) << testing::PrintToString(row.values);
  }
}

TEST(RuleConditions, ServersHaveNoCase) {
  PolicyFacts facts = alice();
  for (const std::string name : {"AZ-az", "az-AZ", "Az-aZ"}) {
    facts.server = name;
    Rule tried;
    for (const std::string pattern : {"AZ-AZ", "az-az", "?Z-a?"}) {
      tried.server = {pattern};
      EXPECT_TRUE(matches(tried, facts)) << name << " " << pattern;
    }
    tried.server = {"@[-`{"};  // what stands beside the letters
    EXPECT_FALSE(matches(tried, facts));
  }
}

TEST(RuleConditions, PlacesMatchToTheBit) {
  struct Row {
    Strings from;
    std::string origin;  // an address, or console, or unknown
    bool match;
  };
  const std::vector<Row> rows{
      {{}, "203.0.113.7", true},
      {{}, "unknown", true},
      {{"203.0.113.7/32"}, "203.0.113.7", true},
      {{"203.0.113.7/32"}, "203.0.113.6", false},
      {{"203.0.113.6/31"}, "203.0.113.7", true},
      {{"203.0.113.0/24"}, "203.0.113.255", true},
      {{"203.0.113.0/24"}, "203.0.114.0", false},
      {{"203.0.113.0/25"}, "203.0.113.127", true},
      {{"203.0.113.0/25"}, "203.0.113.128", false},
      {{"203.0.112.0/23"}, "203.0.113.7", true},
      {{"203.0.112.0/23"}, "203.0.114.7", false},
      {{"128.0.0.0/1"}, "203.0.113.7", true},
      {{"128.0.0.0/1"}, "127.0.0.1", false},
      {{"0.0.0.0/0"}, "203.0.113.7", true},
      {{"0.0.0.0/0"}, "2001:db8::1", false},
      {{"0.0.0.0/0"}, "console", false},
      {{"0.0.0.0/0"}, "unknown", false},
      {{"::/0"}, "2001:db8::1", true},
      {{"::/0"}, "203.0.113.7", false},
      {{"cb00:7107::/32"}, "203.0.113.7", false},  // the same first bytes
      {{"2001:db8::/64"}, "2001:db8::ffff:ffff:ffff:ffff", true},
      {{"2001:db8::/64"}, "2001:db8:0:1::", false},
      {{"2001:db8::/65"}, "2001:db8::7fff:0:0:1", true},
      {{"2001:db8::/65"}, "2001:db8::8000:0:0:1", false},
      {{"2001:db8::1/128"}, "2001:db8::1", true},
      {{"2001:db8::1/128"}, "2001:db8::3", false},
      {{"console"}, "console", true},
      {{"console"}, "unknown", false},
      {{"console"}, "203.0.113.7", false},
      {{"unknown"}, "unknown", true},
      {{"unknown"}, "console", false},
      {{"unknown"}, "203.0.113.7", false},
      {{"!console"}, "console", false},
      {{"!console"}, "unknown", true},
      {{"!203.0.113.0/24"}, "203.0.113.7", false},
      {{"!203.0.113.0/24"}, "198.51.100.7", true},
      {{"!203.0.113.0/24"}, "unknown", true},
      {{"!203.0.113.0/24", "!unknown"}, "unknown", false},
      {{"203.0.113.0/24", "!203.0.113.7/32"}, "203.0.113.7", false},
      {{"!203.0.113.7/32", "203.0.113.0/24"}, "203.0.113.8", true},
      {{"console", "203.0.113.0/24"}, "203.0.113.7", true},
      {{"console", "203.0.113.0/24"}, "unknown", false},
  };
  for (const Row& row : rows) {
    Rule tried;
    tried.from = places(row.from);
    PolicyFacts facts = alice();
    facts.origin = UnknownPlace{};
    if (row.origin == "console") facts.origin = Console{};
    if (const auto address = parse_address(row.origin)) facts.origin = *address;
    EXPECT_EQ(matches(tried, facts), row.match) << testing::PrintToString(row.from) << " " << row.origin;
  }
}

TEST(RuleConditions, FirstFactorsAreToldApart) {
  const std::vector<std::pair<FirstFactor, std::string>> kinds{{FirstFactor::unknown, "unknown"},
                                                               {FirstFactor::password, "password"},
                                                               {FirstFactor::publickey, "publickey"},
                                                               {FirstFactor::publickey_sk, "publickey-sk"}};
  for (const auto& [is, own] : kinds) {
    for (const std::string word : {"password", "publickey", "publickey-sk"}) {
      PolicyFacts facts = alice();
      facts.first_factor = is;
      Rule plain;
      plain.first_factor = {word};
      EXPECT_EQ(matches(plain, facts), word == own) << own << " " << word;
      Rule negated;
      negated.first_factor = {"!" + word};
      EXPECT_EQ(matches(negated, facts), word != own) << own << " !" << word;
    }
  }
}

TEST(RuleConditions, DatesMatchToTheSecond) {
  struct Row {
    std::optional<int> after, before;  // seconds from now
    bool match;
  };
  const std::vector<Row> rows{
      {{}, {}, true}, {-1, {}, true}, {0, {}, true}, {1, {}, false}, {{}, -1, false},
      {{}, 0, false}, {{}, 1, true},  {0, 1, true},  {-1, 0, false}, {1, 2, false},
  };
  for (const Row& row : rows) {
    Rule tried;
    if (row.after) tried.after = kNow + std::chrono::seconds(*row.after);
    if (row.before) tried.before = kNow + std::chrono::seconds(*row.before);
    EXPECT_EQ(matches(tried, alice()), row.match) << row.after.value_or(99) << " " << row.before.value_or(99);
  }
}

// Every condition that is given must match: a rule with all of them, and one spoilt at a time.
TEST(RuleConditions, AllThatAreGivenMustMatch) {
  Rule whole;
  whole.user = {"alice"};
  whole.group = {"students"};
  whole.service = {"sshd"};
  whole.server = {"lab-*"};
  whole.from = places({"203.0.113.0/24"});
  whole.first_factor = {"password"};
  whole.after = kNow;
  whole.before = kNow + std::chrono::seconds(1);
  EXPECT_TRUE(matches(whole, alice()));

  const std::vector<std::function<void(Rule&)>> spoil{
      [](Rule& r) { r.user = {"bob"}; },
      [](Rule& r) { r.group = {"staff"}; },
      [](Rule& r) { r.service = {"sudo"}; },
      [](Rule& r) { r.server = {"web"}; },
      [](Rule& r) { r.from = places({"console"}); },
      [](Rule& r) { r.first_factor = {"publickey"}; },
      [](Rule& r) { r.after = kNow + std::chrono::seconds(1); },
      [](Rule& r) { r.before = kNow; },
  };
  for (std::size_t i = 0; i < spoil.size(); ++i) {
    Rule spoilt = whole;
    spoil[i](spoilt);
    EXPECT_FALSE(matches(spoilt, alice())) << i;
  }
}

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
    const Decision decision = decided({only}, alice(), History{.enrolled = row.enrolled});
    EXPECT_EQ(decision.outcome, row.outcome) << row.what;
    EXPECT_EQ(decision.reason, row.reason) << row.what;
    EXPECT_EQ(decision.factors, row.answers) << row.what;
    EXPECT_EQ(decision.rule, "the rule") << row.what;
    EXPECT_EQ(decision.required_since, row.mfa == require ? only.since : std::nullopt) << row.what;
    EXPECT_TRUE(decision.observed.empty()) << row.what;
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
    EXPECT_EQ(decision.enrol, EnrolBy::refuse);
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
  Rule after = observing("after the end", Requirement::deny);
  const std::vector<Rule> rules{observing("a", Requirement::require),
                                observing("b", Requirement::optional),
                                observing("c", Requirement::skip),
                                observing("d", Requirement::deny),
                                later,
                                from_now,
                                other,
                                ghosts,
                                rule("end", Requirement::skip),
                                after};
  const Decision decision = decided(rules, alice(), kNothing);
  EXPECT_EQ(decision.rule, "end");
  EXPECT_EQ(decision.outcome, Outcome::skip);
  EXPECT_EQ(decision.observed,
            (Strings{"a: would have required", "b: would have asked if enrolled", "c: would have skipped",
                     "d: would have denied", "later: would have asked if enrolled", "from now: would have required",
                     "ghosts: cannot tell, a group could not be looked up"}));
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

TEST(Glob, MatchesStarsAndQuestionMarksOnly) {
  struct Row {
    std::string_view pattern, text;
    bool match;
  };
  const std::vector<Row> rows{
      {"", "", true},
      {"", "a", false},
      {"a", "", false},
      {"a", "a", true},
      {"a", "b", false},
      {"a", "aa", false},
      {"aa", "a", false},
      {"?", "a", true},
      {"?", "", false},
      {"?", "aa", false},
      {"??", "ab", true},
      {"a?c", "abc", true},
      {"a?c", "ac", false},
      {"*", "", true},
      {"*", "anything", true},
      {"**", "", true},
      {"***", "x", true},
      {"a*", "a", true},
      {"a*", "abc", true},
      {"a*", "ba", false},
      {"*a", "a", true},
      {"*a", "bca", true},
      {"*a", "ab", false},
      {"a*b", "ab", true},
      {"a*b", "acb", true},
      {"a*b", "acbd", false},
      {"a*b", "abab", true},
      {"a*b*c", "a1b2b3c", true},
      {"a*b*c", "acb", false},
      {"*a*", "bab", true},
      {"*a*", "bbb", false},
      {"*?", "", false},
      {"*?", "a", true},
      {"?*", "", false},
      {"?*?", "a", false},
      {"?*?", "ab", true},
      {"*ab", "aab", true},
      {"*aab", "aaab", true},
      {"a*aab", "aaab", true},
      {"[a]", "a", false},
      {"[a]", "[a]", true},
      {"{a,b}", "a", false},
      {"\\*", "*", false},
      {"\\*", "\\x", true},
      {"a.c", "abc", false},
      {"A", "a", false},
      {"lab-*", "lab-17", true},
      {"*-*-*", "a-b", false},
      {"a", "*", false},
      {"a", "?", false},
      {"gdm*", "gdm-password", true},
  };
  for (const Row& row : rows)
    EXPECT_EQ(glob_matches(row.pattern, row.text), row.match) << row.pattern << " " << row.text;
}

// Many stars against a long text that all but fits: quick where each star would try every length.
TEST(Glob, IsNotSlowedByManyStars) {
  std::string pattern;
  for (int i = 0; i < 60; ++i) pattern += "a*";
  EXPECT_FALSE(glob_matches(pattern + "b", std::string(5000, 'a')));
  EXPECT_TRUE(glob_matches(pattern + "b", std::string(5000, 'a') + "b"));
}

}  // namespace
}  // namespace mfa
