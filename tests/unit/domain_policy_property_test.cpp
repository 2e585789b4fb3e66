// What holds of the decision whatever the rules and facts are: thousands of both, from a fixed seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <random>
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
constexpr auto kOther = static_cast<FactorKind>(250);
constexpr UnixTime kNow{1'790'000'000};
constexpr int kRounds = 20'000;
constexpr std::array<std::string_view, 3> kCountries{"NZ", "AU", "BE"};

// How far a decision opens; a login that is asked can only get in with a factor, one that must enrol does not yet.
int openness(const Decision& decision) {
  switch (decision.outcome) {
    case Outcome::deny:
      return 0;
    case Outcome::enrol:
      return 1;
    case Outcome::require:
      return 2;
    case Outcome::skip:
      return 3;
  }
  return 4;
}

class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}
  // 0 to below `n`. Not std::uniform_int_distribution, which may differ from one library to the next.
  std::size_t below(std::size_t n) { return engine_() % n; }
  bool once_in(std::size_t n) { return below(n) == 0; }

  template <std::size_t N>
  std::vector<std::string> list(const std::array<std::string_view, N>& values) {
    std::vector<std::string> made;
    for (std::size_t i = below(4); i > 0; --i) {
      made.push_back((once_in(3) ? "!" : "") + std::string(values[below(N)]));
    }
    return made;
  }
  std::optional<UnixTime> moment() {
    if (!once_in(4)) return std::nullopt;
    return kNow + std::chrono::seconds(static_cast<int>(below(5)) - 2);
  }
  std::set<FactorKind> kinds() {
    std::set<FactorKind> made;
    if (once_in(2)) made.insert(kApp);
    if (once_in(3)) made.insert(kOther);
    return made;
  }

  Rule rule() {
    Rule made;
    made.name = "r" + std::to_string(++rules_made_);
    made.user = list(std::array<std::string_view, 4>{"alice", "bob", "a*", "*"});
    made.group = list(std::array<std::string_view, 3>{"g1", "g2", "g3"});
    made.service = list(std::array<std::string_view, 3>{"sshd", "su*", "*"});
    made.server = list(std::array<std::string_view, 2>{"lab-*", "web"});
    made.first_factor = list(std::array<std::string_view, 3>{"password", "publickey", "publickey-sk"});
    for (std::size_t i = below(3); i > 0; --i) made.from.push_back(place());
    if (once_in(4)) made.country = list(kCountries);
    made.after = moment();
    made.before = moment();
    made.since = moment();
    made.mfa = static_cast<Requirement>(below(4));
    made.observe = once_in(6);
    made.factors = kinds();
    if (once_in(3)) made.trust = std::chrono::hours(24 * (1 + below(30)));
    return made;
  }
  FromPattern place() {
    const std::array<std::variant<Network, Console, UnknownPlace>, 4> kinds{
        Network{.address = *parse_address("203.0.113.0"), .prefix = 24},
        Network{.address = *parse_address("2001:db8::"), .prefix = 32}, Console{}, UnknownPlace{}};
    return {.negated = once_in(3), .place = kinds[below(kinds.size())]};
  }
  PolicyFacts facts() {
    PolicyFacts made;
    if (!once_in(10)) made.user = Username{once_in(2) ? "alice" : "bob"};
    made.service = once_in(2) ? "sshd" : "sudo";
    made.server = once_in(2) ? "lab-1" : "web";
    const std::array<Origin, 4> origins{*parse_address("203.0.113.9"), *parse_address("2001:db8::9"), Console{},
                                        UnknownPlace{}};
    made.origin = origins[below(origins.size())];
    made.first_factor = static_cast<FirstFactor>(below(4));
    if (!once_in(5)) made.key = key();
    if (!once_in(4)) made.country = std::string(kCountries[below(kCountries.size())]);
    made.now = kNow;
    made.groups.emplace();
    for (const char* group : {"g1", "g2", "g3"}) made.groups->emplace(group, static_cast<Membership>(below(3)));
    return made;
  }
  std::string key() { return once_in(2) ? "SHA256:k1" : "SHA256:k2"; }
  History history() {
    History made{.enrolled = kinds(), .keys = {}};
    for (std::size_t i = below(3); i > 0; --i) made.keys.insert(key());
    made.asks_off = once_in(3);
    return made;
  }
  std::vector<Rule> rules() {
    std::vector<Rule> made(below(5));
    std::ranges::generate(made, [this] { return rule(); });
    return made;
  }

 private:
  unsigned rules_made_ = 0;
  std::mt19937 engine_;
};

Decision decided(const std::vector<Rule>& rules, const PolicyFacts& facts, const History& history) {
  return std::get<Decision>(judge(rules, facts, history));
}

// An earlier rule that is at least as strict as whatever came before it never lets anyone further in.
TEST(PolicyProperty, AnEarlierRuleThatDeniesNeverOpens) {
  Chance chance(1);
  int closed = 0;
  for (int i = 0; i < kRounds; ++i) {
    const std::vector<Rule> rules = chance.rules();
    const PolicyFacts facts = chance.facts();
    const History history = chance.history();
    std::vector<Rule> stricter = rules;
    Rule added = chance.rule();
    added.mfa = Requirement::deny;
    stricter.insert(stricter.begin(), added);
    const int before = openness(decided(rules, facts, history));
    const int after = openness(decided(stricter, facts, history));
    ASSERT_LE(after, before) << i;
    if (after < before) ++closed;
  }
  EXPECT_GT(closed, kRounds / 100);  // the random rules do meet the random facts
}

// `require` before anything but `deny` never lets anyone in who would have been asked, nor skips.
TEST(PolicyProperty, AnEarlierRuleThatRequiresNeverSkips) {
  Chance chance(2);
  int decided_by_it = 0;
  for (int i = 0; i < kRounds; ++i) {
    std::vector<Rule> rules = chance.rules();
    const PolicyFacts facts = chance.facts();
    const History history = chance.history();
    const Decision before = decided(rules, facts, history);
    Rule added = chance.rule();
    added.name = "added";
    added.mfa = Requirement::require;
    added.since.reset();
    added.observe = false;
    rules.insert(rules.begin(), added);
    const Decision after = decided(rules, facts, history);
    if (after.rule == "added") {
      ASSERT_NE(after.outcome, Outcome::skip) << i;
      ++decided_by_it;
    } else {
      ASSERT_EQ(openness(after), openness(before)) << i;
    }
    // Only what the person has and the rule lists answers a requirement.
    if (after.outcome == Outcome::require && after.reason == Reason::rule_requires) {
      ASSERT_FALSE(after.factors.empty()) << i;
    }
    for (const FactorKind kind : after.factors) ASSERT_TRUE(history.enrolled.contains(kind)) << i;
  }
  EXPECT_GT(decided_by_it, kRounds / 100);
}

// A value and its '!' form never both match, and one of them does, unless a group's or country's answer is missing.
TEST(PolicyProperty, AValueAndItsComplementNeverOverlap) {
  Chance chance(3);
  const std::array<std::pair<std::vector<std::string> Rule::*, std::string_view>, 10> values{{
      {&Rule::user, "alice"},
      {&Rule::user, "a*"},
      {&Rule::group, "g1"},
      {&Rule::group, "g2"},
      {&Rule::service, "sshd"},
      {&Rule::server, "lab-*"},
      {&Rule::first_factor, "password"},
      {&Rule::first_factor, "publickey-sk"},
      {&Rule::first_factor, "publickey"},
      {&Rule::country, "NZ"},
  }};
  for (int i = 0; i < kRounds; ++i) {
    const auto& [list, value] = values[chance.below(values.size())];
    const PolicyFacts facts = chance.facts();
    const History history = chance.history();
    const auto outcome = [&](const std::string& written) {
      Rule tried;
      tried.mfa = Requirement::skip;
      tried.*list = {written};
      Rule otherwise;
      otherwise.mfa = Requirement::deny;
      return decided({tried, otherwise}, facts, history);
    };
    const Decision plain = outcome(std::string(value));
    const Decision negated = outcome("!" + std::string(value));
    if (plain.reason == Reason::group_unknown || plain.reason == Reason::country_unknown) {
      ASSERT_EQ(negated.reason, plain.reason) << i;
    } else {
      ASSERT_NE(plain.outcome, negated.outcome) << i << " " << value;
    }
  }
}

// The same of places.
TEST(PolicyProperty, APlaceAndItsComplementNeverOverlap) {
  Chance chance(4);
  for (int i = 0; i < kRounds / 10; ++i) {
    const PolicyFacts facts = chance.facts();
    FromPattern pattern = chance.place();
    std::set<Outcome> seen;
    for (const bool negated : {false, true}) {
      pattern.negated = negated;
      Rule tried;
      tried.mfa = Requirement::skip;
      tried.from = {pattern};
      Rule otherwise;
      otherwise.mfa = Requirement::deny;
      seen.insert(decided({tried, otherwise}, facts, {}).outcome);
    }
    ASSERT_EQ(seen.size(), 2U) << i;
  }
}

// Whatever cannot be looked up never opens more than any answer would have; and if it did not matter, nothing changes.
TEST(PolicyProperty, AnUnknownGroupNeverOpensMoreThanAnAnswerWould) {
  Chance chance(5);
  int denied = 0;
  for (int i = 0; i < kRounds; ++i) {
    const std::vector<Rule> rules = chance.rules();
    PolicyFacts facts = chance.facts();
    const History history = chance.history();
    const std::string group = "g" + std::to_string(1 + chance.below(3));
    (*facts.groups)[group] = Membership::unknown;
    const Decision unknown = decided(rules, facts, history);
    (*facts.groups)[group] = Membership::member;
    const Decision member = decided(rules, facts, history);
    (*facts.groups)[group] = Membership::not_member;
    const Decision not_member = decided(rules, facts, history);
    ASSERT_LE(openness(unknown), std::min(openness(member), openness(not_member))) << i;
    if (unknown.reason == Reason::group_unknown && member.reason != Reason::group_unknown &&
        not_member.reason != Reason::group_unknown) {
      ++denied;
      // It mattered to the rule it names: the two answers part there.
      ASSERT_TRUE((member.rule == unknown.rule) != (not_member.rule == unknown.rule)) << i;
    }
  }
  EXPECT_GT(denied, kRounds / 200);
}

TEST(PolicyProperty, AnUnknownCountryNeverOpensMoreThanAnAnswerWould) {
  Chance chance(8);
  int denied = 0;
  for (int i = 0; i < kRounds; ++i) {
    const std::vector<Rule> rules = chance.rules();
    PolicyFacts facts = chance.facts();
    const History history = chance.history();
    facts.country.reset();
    const Decision unknown = decided(rules, facts, history);
    for (const std::string_view country : {"NZ", "AU", "BE", "FR"}) {
      facts.country = std::string(country);
      const Decision known = decided(rules, facts, history);
      ASSERT_NE(known.reason, Reason::country_unknown) << i;
      ASSERT_LE(openness(unknown), openness(known)) << i << " " << country;
      if (unknown.reason != Reason::country_unknown && unknown.reason != Reason::group_unknown) {
        ASSERT_EQ(unknown.rule, known.rule) << i << " " << country;
        ASSERT_EQ(unknown.outcome, known.outcome) << i << " " << country;
      }
    }
    if (unknown.reason == Reason::country_unknown) ++denied;
  }
  EXPECT_GT(denied, kRounds / 200);
}

// A FIDO2 key that is not registered gets exactly what any other key gets: its type is worth nothing.
TEST(PolicyProperty, AnUnregisteredKeyIsLikeAnyOther) {
  Chance chance(9);
  int counted = 0;
  for (int i = 0; i < kRounds; ++i) {
    const std::vector<Rule> rules = chance.rules();
    PolicyFacts facts = chance.facts();
    History history = chance.history();
    facts.key = "SHA256:k1";
    facts.first_factor = FirstFactor::publickey;
    const Decision plain = decided(rules, facts, history);
    facts.first_factor = FirstFactor::publickey_sk;
    history.keys.erase("SHA256:k1");
    const Decision unregistered = decided(rules, facts, history);
    history.keys.insert("SHA256:k1");
    const Decision registered = decided(rules, facts, history);
    facts.key.reset();
    const Decision nameless = decided(rules, facts, history);
    for (const Decision* other : {&unregistered, &nameless}) {
      ASSERT_EQ(other->outcome, plain.outcome) << i;
      ASSERT_EQ(other->reason, plain.reason) << i;
      ASSERT_EQ(other->rule, plain.rule) << i;
      ASSERT_EQ(other->factors, plain.factors) << i;
      ASSERT_EQ(other->trust, plain.trust) << i;
      ASSERT_EQ(other->observed, plain.observed) << i;
    }
    if (registered.rule != plain.rule) ++counted;
  }
  EXPECT_GT(counted, kRounds / 200);
}

// Having been asked for groups or history, and given them, the judge decides; and what it decided without them stays.
TEST(PolicyProperty, WhatIsDecidedWithoutLookingStaysDecided) {
  Chance chance(6);
  int early = 0;
  for (int i = 0; i < kRounds; ++i) {
    const std::vector<Rule> rules = chance.rules();
    const PolicyFacts facts = chance.facts();
    const History history = chance.history();
    const Decision full = decided(rules, facts, history);
    PolicyFacts bare = facts;
    bare.groups.reset();
    const Judgement first = judge(rules, bare, std::nullopt);
    if (const auto* decision = std::get_if<Decision>(&first)) {
      ASSERT_EQ(decision->outcome, full.outcome) << i;
      ASSERT_EQ(decision->reason, full.reason) << i;
      ASSERT_EQ(decision->rule, full.rule) << i;
      ASSERT_EQ(decision->observed, full.observed) << i;
      ++early;
    }
  }
  EXPECT_GT(early, kRounds / 100);
}

// An observing rule changes nothing but the record.
TEST(PolicyProperty, AnObservingRuleNeverChangesTheDecision) {
  Chance chance(7);
  for (int i = 0; i < kRounds; ++i) {
    std::vector<Rule> rules = chance.rules();
    const PolicyFacts facts = chance.facts();
    const History history = chance.history();
    const Decision without = decided(rules, facts, history);
    Rule added = chance.rule();
    added.observe = true;
    rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(chance.below(rules.size() + 1)), added);
    const Decision with = decided(rules, facts, history);
    ASSERT_EQ(with.outcome, without.outcome) << i;
    ASSERT_EQ(with.reason, without.reason) << i;
    ASSERT_EQ(with.rule, without.rule) << i;
    ASSERT_EQ(with.factors, without.factors) << i;
    ASSERT_GE(with.observed.size(), without.observed.size()) << i;
  }
}

// Who switched asking off is not asked where they would have been for having enrolled, and nothing else changes.
TEST(PolicyProperty, SwitchingAskingOffChangesNothingThatIsRequired) {
  Chance chance(10);
  int not_asked = 0;
  for (int i = 0; i < kRounds; ++i) {
    const std::vector<Rule> rules = chance.rules();
    const PolicyFacts facts = chance.facts();
    History history = chance.history();
    history.asks_off = false;
    const Decision asked = decided(rules, facts, history);
    history.asks_off = true;
    const Decision off = decided(rules, facts, history);
    ASSERT_EQ(off.rule, asked.rule) << i;
    if (asked.reason == Reason::enrolled) {
      ASSERT_EQ(off.outcome, Outcome::skip) << i;
      ASSERT_EQ(off.reason, Reason::disabled) << i;
      ++not_asked;
    } else {
      ASSERT_EQ(off.outcome, asked.outcome) << i;
      ASSERT_EQ(off.reason, asked.reason) << i;
    }
  }
  EXPECT_GT(not_asked, kRounds / 100);
}

// Where the rules leave no choice, no login from anywhere, now or later, is let in for having chosen.
TEST(PolicyProperty, WhoHasNoChoiceIsNeverLetInForIt) {
  Chance chance(11);
  int without = 0;
  for (int i = 0; i < kRounds; ++i) {
    std::vector<Rule> rules = chance.rules();
    Rule last = chance.once_in(4) ? chance.rule() : Rule{};
    last.mfa = Requirement::require;
    if (chance.once_in(2)) last.observe = false;
    rules.push_back(last);
    const PolicyFacts person = chance.facts();
    if (leeway_of(rules, person).left) continue;
    ++without;
    for (int login = 0; login < 5; ++login) {
      PolicyFacts facts = chance.facts();
      facts.user = person.user;
      facts.groups = person.groups;
      facts.server = person.server;
      facts.now = person.now + std::chrono::seconds(login);
      History history = chance.history();
      history.asks_off = true;
      ASSERT_NE(decided(rules, facts, history).reason, Reason::disabled) << i;
    }
  }
  EXPECT_GT(without, kRounds / 100);
}

}  // namespace
}  // namespace mfa
