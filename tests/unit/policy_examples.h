// What the tests of the policy have in common: alice, rules in a line, and the judge's answer unpacked.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/domain/policy.h"

namespace mfa {

inline constexpr auto kApp = FactorKind::totp;
inline constexpr auto kOther = static_cast<FactorKind>(250);  // a kind that some rule lists and some person has
inline constexpr UnixTime kNow{1'790'000'000};

inline Rule rule(std::string name, Requirement mfa) {
  Rule made;
  made.name = std::move(name);
  made.mfa = mfa;
  return made;
}

// alice over SSH from 203.0.113.7 with a password, in group students and not in staff.
inline PolicyFacts alice() {
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

inline FromPattern from(std::string_view written) {
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

inline std::vector<FromPattern> places(const std::vector<std::string>& written) {
  std::vector<FromPattern> list;
  for (const std::string& one : written) list.push_back(from(one));
  return list;
}

inline const History kNothing{};
inline const History kEnrolled{.enrolled = {kApp}, .keys = {}};

inline Decision decided(const std::vector<Rule>& rules, const PolicyFacts& facts, const History& history) {
  const Judgement judgement = judge(rules, facts, history);
  if (const auto* decision = std::get_if<Decision>(&judgement)) return *decision;
  ADD_FAILURE() << "something is still needed";
  return {};
}

inline std::optional<Need> needed(const std::vector<Rule>& rules, const PolicyFacts& facts,
                                  const std::optional<History>& history) {
  const Judgement judgement = judge(rules, facts, history);
  const auto* need = std::get_if<Need>(&judgement);
  return need ? std::optional(*need) : std::nullopt;
}

// Whether a rule matches alice is told by whether it, rather than the one after it, decides.
inline bool matches(Rule tried, const PolicyFacts& facts, const History& history = kNothing) {
  tried.name = "tried";
  tried.mfa = Requirement::skip;
  const Decision decision = decided({tried, rule("otherwise", Requirement::deny)}, facts, history);
  EXPECT_EQ(decision.outcome == Outcome::skip, decision.rule == "tried");
  return decision.rule == "tried";
}

using Strings = std::vector<std::string>;

}  // namespace mfa
