#include "common/domain/policy.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "common/domain/grant.h"

namespace mfa {
namespace {

constexpr std::string_view kNoRule = "(no rule)";

struct Value {
  bool negated;
  std::string_view text;
};
Value value_of(std::string_view written) {
  const bool negated = written.starts_with('!');
  return {negated, negated ? written.substr(1) : written};
}

// How a list decides, once for all kinds of values: any plain one must match, none with '!' may.
class ListMatch {
 public:
  void add(bool negated, bool hit) {
    if (negated) {
      excluded_ |= hit;
    } else {
      has_plain_ = true;
      named_ |= hit;
    }
  }
  [[nodiscard]] bool matches() const { return !excluded_ && (named_ || !has_plain_); }

 private:
  bool has_plain_ = false;
  bool named_ = false;
  bool excluded_ = false;
};

template <class Hits>
bool list_matches(const std::vector<std::string>& list, const Hits& hits) {
  ListMatch match;
  for (const std::string& written : list) {
    const Value value = value_of(written);
    match.add(value.negated, hits(value.text));
  }
  return match.matches();
}

bool user_matches(const Rule& rule, const std::optional<Username>& user) {
  return list_matches(
      rule.user, [&](std::string_view pattern) { return user ? glob_matches(pattern, user->value) : pattern == "*"; });
}

// Host names have no case (RFC 4343).
std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool server_matches(const Rule& rule, std::string_view server) {
  return list_matches(rule.server,
                      [name = lower(server)](std::string_view pattern) { return glob_matches(lower(pattern), name); });
}

bool place_hits(const FromPattern& pattern, const Origin& origin) {
  if (const auto* network = std::get_if<Network>(&pattern.place)) {
    const auto* address = std::get_if<Address>(&origin);
    return address != nullptr && contains(*network, *address);
  }
  return std::holds_alternative<Console>(pattern.place) ? std::holds_alternative<Console>(origin)
                                                        : std::holds_alternative<UnknownPlace>(origin);
}

bool from_matches(const Rule& rule, const Origin& origin) {
  ListMatch match;
  for (const FromPattern& pattern : rule.from) match.add(pattern.negated, place_hits(pattern, origin));
  return match.matches();
}

std::string_view word_of(FirstFactor factor) {
  switch (factor) {
    case FirstFactor::password:
      return "password";
    case FirstFactor::publickey:
      return "publickey";
    case FirstFactor::publickey_sk:
      return "publickey-sk";
    case FirstFactor::unknown:
      break;
  }
  return {};  // no value in a rule is empty, so this matches none
}

bool date_matches(const Rule& rule, UnixTime now) {
  return (!rule.after || now >= *rule.after) && (!rule.before || now < *rule.before);
}

// What a rule means by it: a FIDO2 key counts as one once its owner has registered it, for its type proves nothing.
FirstFactor counted(const PolicyFacts& facts, const History& history) {
  if (facts.first_factor != FirstFactor::publickey_sk) return facts.first_factor;
  const bool registered = facts.user && facts.key && history.keys.contains(*facts.key);
  return registered ? FirstFactor::publickey_sk : FirstFactor::publickey;
}

bool first_factor_matches(const Rule& rule, FirstFactor factor) {
  return list_matches(rule.first_factor, [&](std::string_view word) { return word == word_of(factor); });
}

// Whether a rule cannot be held against the first factor before it is known if that key is registered.
bool hangs_on_registration(const Rule& rule, const PolicyFacts& facts) {
  return facts.user && facts.key && facts.first_factor == FirstFactor::publickey_sk &&
         first_factor_matches(rule, FirstFactor::publickey_sk) != first_factor_matches(rule, FirstFactor::publickey);
}

// All conditions that need neither directory nor store.
bool plain_conditions_match(const Rule& rule, const PolicyFacts& facts) {
  return date_matches(rule, facts.now) && user_matches(rule, facts.user) &&
         list_matches(rule.service, [&](std::string_view pattern) { return glob_matches(pattern, facts.service); }) &&
         server_matches(rule, facts.server) && from_matches(rule, facts.origin);
}

enum class Match : std::uint8_t { no, yes, unknown };

// A group that could not be looked up matters if the list's outcome hangs on it. The list is decided twice, each time
// with every such group where it is best, and then worst, for a match; both together are all the outcomes there are.
Match group_match(const Rule& rule, const PolicyFacts& facts) {
  const auto membership = [&](std::string_view group) {
    if (!facts.user) return Membership::not_member;
    const auto found = facts.groups->find(std::string(group));
    const bool told = found != facts.groups->end() && found->second != Membership::no_such_group;
    return told ? found->second : Membership::unknown;
  };
  const auto excluded_by_name = [&](std::string_view group) {
    return std::ranges::any_of(rule.group, [&](const std::string& written) {
      const Value value = value_of(written);
      return value.negated && value.text == group;
    });
  };
  const auto decided = [&](bool best) {
    return list_matches(rule.group, [&](std::string_view group) {
      const Membership known = membership(group);
      if (known != Membership::unknown) return known == Membership::member;
      return best != excluded_by_name(group);
    });
  };
  const bool best = decided(true);
  if (best != decided(false)) return Match::unknown;
  return best ? Match::yes : Match::no;
}

// A country that cannot be known matters to any rule that names one: whether it were among those named decides.
Match country_match(const Rule& rule, const PolicyFacts& facts) {
  if (rule.country.empty()) return Match::yes;
  if (!facts.country) return Match::unknown;
  return list_matches(rule.country, [&](std::string_view country) { return country == *facts.country; }) ? Match::yes
                                                                                                         : Match::no;
}

bool required_at(const Rule& rule, UnixTime now) {
  return rule.mfa == Requirement::require && (!rule.since || now >= *rule.since);
}

std::string observation(const Rule& rule, Match match, UnixTime now) {
  if (match == Match::unknown) return rule.name + ": cannot tell, a group or the country could not be looked up";
  switch (rule.mfa) {
    case Requirement::skip:
      return rule.name + ": would have skipped";
    case Requirement::deny:
      return rule.name + ": would have denied";
    case Requirement::require:
    case Requirement::optional:
      break;
  }
  return rule.name + (required_at(rule, now) ? ": would have required" : ": would have asked if enrolled");
}

// Required: only what the rule lists will do. Who has something else proves that before adding what is listed, so those
// kinds are told along with Outcome::enrol.
void decide_required(const std::set<FactorKind>& usable, const History& history, Decision& decision) {
  const bool able = !usable.empty();
  decision.outcome = able ? Outcome::require : Outcome::enrol;
  decision.reason = able ? Reason::rule_requires : Reason::required_and_none;
  decision.factors = able ? usable : history.enrolled;
}

// Optional: whoever has enrolled is asked. If the rule lists none of what they have, anything they have will do: not
// asking them at all would be weaker. But it is left to them: who switched asking off is not asked.
void decide_optional(const std::set<FactorKind>& usable, const History& history, Decision& decision) {
  const bool enrolled = !history.enrolled.empty();
  decision.outcome = enrolled && !history.asks_off ? Outcome::require : Outcome::skip;
  decision.reason = !enrolled ? Reason::nothing_enrolled : history.asks_off ? Reason::disabled : Reason::enrolled;
  decision.factors = usable.empty() ? history.enrolled : usable;
}

// What a rule that matches says.
Judgement apply(const Rule& rule, const PolicyFacts& facts, const std::optional<History>& history, Decision decision) {
  decision.rule = rule.name;
  decision.enrol = rule.enrol;
  decision.enrol_window = rule.enrol_window;
  decision.may_enrol = rule.factors;
  decision.trust = rule.trust;
  if (rule.mfa == Requirement::require) decision.required_since = rule.since;

  if (rule.mfa == Requirement::skip || rule.mfa == Requirement::deny) {
    const bool skips = rule.mfa == Requirement::skip;
    decision.outcome = skips ? Outcome::skip : Outcome::deny;
    decision.reason = skips ? Reason::rule_skips : Reason::rule_denies;
    return decision;
  }
  if (!facts.user) {
    decision.outcome = Outcome::deny;
    decision.reason = Reason::no_such_account;
    return decision;
  }
  if (!history) return Need::history;

  if (history->exempt_until && still_holds(*history->exempt_until, facts.now, kLongestExemption)) {
    decision.outcome = Outcome::skip;
    decision.reason = Reason::exempt;
    return decision;
  }

  std::set<FactorKind> usable;
  std::ranges::copy_if(history->enrolled, std::inserter(usable, usable.end()),
                       [&](FactorKind kind) { return rule.factors.empty() || rule.factors.contains(kind); });
  if (required_at(rule, facts.now)) {
    decide_required(usable, *history, decision);
  } else {
    decide_optional(usable, *history, decision);
  }
  return decision;
}

// A denial that names countries, which a journey the helpdesk noted may lift.
bool denies_by_country(const Rule& rule) { return rule.mfa == Requirement::deny && !rule.country.empty(); }

bool on_a_journey(const PolicyFacts& facts, const History& history) {
  const auto noted = history.journeys.find(facts.country.value_or(""));
  return noted != history.journeys.end() && still_holds(noted->second, facts.now, kLongestJourney);
}

// Whatever the service, the place and the first factor are, now and later.
bool always_matches(const Rule& rule, UnixTime now) {
  return rule.service.empty() && rule.from.empty() && rule.country.empty() && rule.first_factor.empty() &&
         !rule.before && (!rule.after || now >= *rule.after);
}

}  // namespace

bool contains(const Network& network, const Address& address) {
  if (network.address.v6 != address.v6) return false;
  int left = std::clamp(network.prefix, 0, address.v6 ? 128 : 32);
  for (std::size_t i = 0; left > 0; ++i, left -= 8) {
    const auto mask = static_cast<std::uint8_t>(left >= 8 ? 0xFF : 0xFF << (8 - left));
    if (((network.address.bytes[i] ^ address.bytes[i]) & mask) != 0) return false;
  }
  return true;
}

std::string_view name_of(Reason reason) {
  switch (reason) {
    case Reason::rule_skips:
      return "rule_skips";
    case Reason::rule_denies:
      return "rule_denies";
    case Reason::rule_requires:
      return "rule_requires";
    case Reason::enrolled:
      return "enrolled";
    case Reason::disabled:
      return "disabled";
    case Reason::exempt:
      return "exempt";
    case Reason::nothing_enrolled:
      return "nothing_enrolled";
    case Reason::required_and_none:
      return "required_and_none";
    case Reason::country_unknown:
      return "country_unknown";
    case Reason::group_unknown:
      return "group_unknown";
    case Reason::no_such_account:
      return "no_such_account";
  }
  return "rule_denies";
}

Judgement judge(std::span<const Rule> rules, const PolicyFacts& facts, const std::optional<History>& history) {
  Decision decision;
  for (const Rule& rule : rules) {
    if (!plain_conditions_match(rule, facts)) continue;
    const Match country = country_match(rule, facts);
    if (country == Match::no) continue;
    if (hangs_on_registration(rule, facts) && !history) return Need::history;
    if (!first_factor_matches(rule, counted(facts, history.value_or(History{})))) continue;
    Match group = Match::yes;
    if (!rule.group.empty()) {
      if (facts.user && !facts.groups) return Need::groups;
      group = group_match(rule, facts);
    }
    if (group == Match::no) continue;
    const bool unknown = group == Match::unknown || country == Match::unknown;
    if (rule.observe) {
      decision.observed.push_back(observation(rule, unknown ? Match::unknown : Match::yes, facts.now));
      continue;
    }
    if (unknown) {
      decision.outcome = Outcome::deny;
      decision.reason = group == Match::unknown ? Reason::group_unknown : Reason::country_unknown;
      decision.rule = rule.name;
      return decision;
    }
    if (denies_by_country(rule) && facts.user) {
      if (!history) return Need::history;
      if (on_a_journey(facts, *history)) continue;
    }
    return apply(rule, facts, history, std::move(decision));
  }
  Rule otherwise;
  otherwise.name = kNoRule;
  return apply(otherwise, facts, history, std::move(decision));
}

Leeway leeway_of(std::span<const Rule> rules, const PolicyFacts& facts) {
  Leeway leeway;
  for (const Rule& rule : rules) {
    const bool over = rule.before && facts.now >= *rule.before;
    if (rule.observe || over || !user_matches(rule, facts.user) || !server_matches(rule, facts.server)) continue;
    const Match member = group_match(rule, facts);
    if (member == Match::no) continue;
    if (member == Match::unknown) leeway.unknown = true;
    if (rule.mfa == Requirement::optional) leeway.left = true;
    if (rule.mfa == Requirement::require && !required_at(rule, facts.now)) {
      leeway.left = true;
      leeway.required_from = std::min(leeway.required_from.value_or(*rule.since), *rule.since);
    }
    if (member == Match::yes && always_matches(rule, facts.now)) return leeway;
  }
  leeway.left = true;  // where no rule matches
  return leeway;
}

std::set<std::string> groups_mentioned(std::span<const Rule> rules) {
  std::set<std::string> groups;
  for (const Rule& rule : rules) {
    for (const std::string& written : rule.group) groups.emplace(value_of(written).text);
  }
  return groups;
}

bool glob_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  // Where to go on when something after the last star does not fit: only the last one can ever need to take more.
  std::size_t after_star = std::string_view::npos;
  std::size_t taken_up_to = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      taken_up_to = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (after_star != std::string_view::npos) {
      p = after_star;
      t = ++taken_up_to;
    } else {
      return false;
    }
  }
  return pattern.substr(p).find_first_not_of('*') == std::string_view::npos;
}

}  // namespace mfa
