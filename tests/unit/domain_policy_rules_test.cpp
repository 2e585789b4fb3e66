// Which logins a rule matches: a row for each way to write a condition. Every row that matches stands beside one that
// differs in a single point and does not.
#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/domain/policy.h"
#include "tests/unit/policy_examples.h"

namespace mfa {
namespace {

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
      {&Rule::country, {"NZ"}, true},
      {&Rule::country, {"AU"}, false},
      {&Rule::country, {"AU", "NZ"}, true},
      {&Rule::country, {"!NZ"}, false},
      {&Rule::country, {"!AU"}, true},
      {&Rule::country, {"!AU", "!NZ"}, false},
      {&Rule::country, {"NZ", "!AU"}, true},
      {&Rule::country, {"AU", "!NZ"}, false},
      {&Rule::country, {"nz"}, false},  // codes, as the database has them
      {&Rule::country, {"N*"}, false},
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
    facts.country = "NZ";
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
  const History keys{.enrolled = {FactorKind::key}, .keys = {"SHA256:registered"}};
  for (const auto& [is, own] : kinds) {
    for (const std::string word : {"password", "publickey", "publickey-sk"}) {
      PolicyFacts facts = alice();
      facts.first_factor = is;
      facts.key = "SHA256:registered";
      Rule plain;
      plain.first_factor = {word};
      EXPECT_EQ(matches(plain, facts, keys), word == own) << own << " " << word;
      Rule negated;
      negated.first_factor = {"!" + word};
      EXPECT_EQ(matches(negated, facts, keys), word != own) << own << " !" << word;
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
  whole.country = {"NZ"};
  whole.first_factor = {"password"};
  whole.after = kNow;
  whole.before = kNow + std::chrono::seconds(1);
  PolicyFacts facts = alice();
  facts.country = "NZ";
  EXPECT_TRUE(matches(whole, facts));

  const std::vector<std::function<void(Rule&)>> spoil{
      [](Rule& r) { r.user = {"bob"}; },
      [](Rule& r) { r.group = {"staff"}; },
      [](Rule& r) { r.service = {"sudo"}; },
      [](Rule& r) { r.server = {"web"}; },
      [](Rule& r) { r.from = places({"console"}); },
      [](Rule& r) { r.country = {"!NZ"}; },
      [](Rule& r) { r.first_factor = {"publickey"}; },
      [](Rule& r) { r.after = kNow + std::chrono::seconds(1); },
      [](Rule& r) { r.before = kNow; },
  };
  for (std::size_t i = 0; i < spoil.size(); ++i) {
    Rule spoilt = whole;
    spoil[i](spoilt);
    EXPECT_FALSE(matches(spoilt, facts)) << i;
  }
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
