#include "common/config/rules.h"

#include <array>
#include <expected>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "common/config/places.h"

namespace mfa {
namespace {

using namespace std::literals;

constexpr std::size_t kLongestRuleName = 80;  // characters
constexpr std::size_t kLongestPattern = 256;  // characters; no user, group, service or host name is nearly as long

constexpr std::array kRequirements{"require"sv, "optional"sv, "skip"sv, "deny"sv};
constexpr std::array kFirstFactors{"password"sv, "publickey"sv, "publickey-sk"sv};
constexpr std::array kPlaces{"console"sv, "unknown"sv};
constexpr std::array kFactors{"totp"sv, "hotp"sv, "sms"sv, "call"sv, "key"sv};
constexpr std::array kLaterFactors{"push"sv};
constexpr std::array kEnrol{"inline"sv, "code"sv, "refuse"sv};

struct Pattern {
  bool negated;
  std::string text;  // without the '!'
};

// The values of a list, each without its '!'. One that is named twice, or with and without '!', is a slip.
template <class Check>
std::vector<std::pair<Field, Pattern>> patterns_in(const Field& field, Check check) {
  std::vector<std::pair<Field, Pattern>> patterns;
  std::set<std::string> seen;
  for (const Field& element : list_in(field).value_or(std::vector<Field>{})) {
    const std::optional<std::string> written = text_in(element, kLongestPattern);
    if (!written) continue;
    const bool negated = written->starts_with('!');
    Pattern pattern{.negated = negated, .text = written->substr(negated ? 1 : 0)};
    if (pattern.text.empty() || pattern.text.front() == '!' || pattern.text.front() == ' ') {
      element.wrong("takes one \"!\" with the value right behind it, not " + in_quotes(*written));
    } else if (!seen.insert(pattern.text).second) {
      element.wrong("names " + in_quotes(pattern.text) + " twice");
    } else if (const std::string wrong = check(pattern.text); !wrong.empty()) {
      element.wrong(wrong);
    } else {
      patterns.emplace_back(element, std::move(pattern));
    }
  }
  return patterns;
}

template <class Check>
std::vector<std::string> names_in(const Field& field, Check check) {
  std::vector<std::string> names;
  for (const auto& [element, pattern] : patterns_in(field, check)) {
    names.push_back((pattern.negated ? "!" : "") + pattern.text);
  }
  return names;
}

std::string check_name(const std::string& text) {
  if (text.front() == '%' || text.front() == '@') {
    return fmt::format("takes plain names: {} without the first letter, and groups under the key group",
                       in_quotes(text));
  }
  return {};
}

std::string check_glob(const std::string& text) {
  if (text.find_first_of("[]{}") != std::string::npos) {
    return fmt::format("takes only * and ? as patterns, not {}", in_quotes(text));
  }
  return check_name(text);
}

std::string check_server(const std::string& text) {
  if (text.contains('.')) return fmt::format("knows a server by its name up to the first dot, not {}", in_quotes(text));
  return check_glob(text);
}

std::string check_group(const std::string& text) {
  if (text.find_first_of("*?") != std::string::npos) {
    return fmt::format("takes names of groups, not patterns such as {}", in_quotes(text));
  }
  return check_name(text);
}

std::string check_first_factor(const std::string& text) {
  if (std::ranges::find(kFirstFactors, text) != kFirstFactors.end()) return {};
  return fmt::format("must be \"password\", \"publickey\" or \"publickey-sk\", not {}{}", in_quotes(text),
                     suggestion(text, kFirstFactors));
}

void read_from(const Field& field, Rule& rule) {
  for (const auto& [element, pattern] : patterns_in(field, [](const std::string&) { return std::string(); })) {
    FromPattern from{.negated = pattern.negated, .place = UnknownPlace{}};
    if (pattern.text == "console") {
      from.place = Console{};
    } else if (pattern.text != "unknown") {
      const std::expected<Network, std::string> network = parse_network(pattern.text, kPlaces);
      if (!network) {
        element.wrong(network.error());
        continue;
      }
      from.place = *network;
    }
    rule.from.push_back(from);
  }
}

void read_factors(const Field& field, Rule& rule) {
  for (const Field& element : list_in(field).value_or(std::vector<Field>{})) {
    const std::optional<std::string> word = word_in(element, kFactors, kLaterFactors);
    if (!word) continue;
    if (const std::optional<FactorKind> kind = factor_kind(*word); kind && !rule.factors.insert(*kind).second) {
      element.wrong("names " + in_quotes(*word) + " twice");
    }
  }
}

void read_requirement(const Field& field, Rule& rule) {
  const std::optional<std::string> word = word_in(field, kRequirements);
  if (word == "require") rule.mfa = Requirement::require;
  if (word == "optional") rule.mfa = Requirement::optional;
  if (word == "skip") rule.mfa = Requirement::skip;
  if (word == "deny") rule.mfa = Requirement::deny;
}

void read_enrol(const Field& field, Rule& rule) {
  const std::optional<std::string> word = word_in(field, kEnrol);
  if (word == "inline") rule.enrol = EnrolBy::in_login;
  if (word == "code") rule.enrol = EnrolBy::code;
  if (word == "refuse") rule.enrol = EnrolBy::refuse;
}

void read_name(const Field& field, Rule& rule) {
  rule.name = text_in(field, kLongestRuleName).value_or("");
  if (rule.name.starts_with('(')) field.wrong("must not begin with a bracket: \"(no rule)\" means that none matched");
}

constexpr auto kKeys = std::to_array<Key<Rule>>({
    {"name", read_name},
    {"user", [](const Field& field, Rule& rule) { rule.user = names_in(field, check_glob); }},
    {"group", [](const Field& field, Rule& rule) { rule.group = names_in(field, check_group); }},
    {"service", [](const Field& field, Rule& rule) { rule.service = names_in(field, check_glob); }},
    {"server", [](const Field& field, Rule& rule) { rule.server = names_in(field, check_server); }},
    {"from", read_from},
    {"country", [](const Field& field, Rule& rule) { rule.country = names_in(field, check_country); }},
    {"first_factor", [](const Field& field, Rule& rule) { rule.first_factor = names_in(field, check_first_factor); }},
    {"after", [](const Field& field, Rule& rule) { rule.after = moment_in(field); }},
    {"before", [](const Field& field, Rule& rule) { rule.before = moment_in(field); }},
    {"mfa", read_requirement},
    {"observe", [](const Field& field, Rule& rule) { rule.observe = truth_in(field).value_or(false); }},
    {"since", [](const Field& field, Rule& rule) { rule.since = moment_in(field); }},
    {"trust", [](const Field& field, Rule& rule) { rule.trust = span_in(field, "1m", "365d"); }},
    {"factors", read_factors},
    {"enrol", read_enrol},
    {"enrol_window", [](const Field& field,
                        Rule& rule) { rule.enrol_window = span_in(field, "1h", "3650d").value_or(rule.enrol_window); }},
});

const Entry* find(const Table& table, std::string_view key) {
  const auto found = std::ranges::find(table, key, &Entry::key);
  return found == table.end() ? nullptr : &*found;
}

// What fits only together.
void check_whole(const Table& table, const std::string& prefix, const Rule& rule, const Field& field) {
  const auto refuse = [&](std::string_view key, std::string_view text) {
    if (const Entry* entry = find(table, key)) {
      field.mistakes.add(entry->place, fmt::format("{}{} {}", prefix, key, text));
    }
  };
  if (rule.after && rule.before && *rule.after >= *rule.before) {
    refuse("before", "must be later than after, or the rule never matches");
  }
  if (find(table, "name") == nullptr) field.mistakes.add(field.value.place, "every rule needs a name");
  if (find(table, "mfa") == nullptr) {
    field.mistakes.add(field.value.place, prefix + "mfa is missing: \"require\", \"optional\", \"skip\" or \"deny\"");
    return;
  }
  if (rule.mfa != Requirement::require) refuse("since", "goes with mfa = \"require\" only");
  if (rule.mfa == Requirement::skip || rule.mfa == Requirement::deny) {
    refuse("trust", "has no use where nobody is asked");
    refuse("factors", "has no use where nobody is asked");
    refuse("enrol", "has no use where nobody is asked");
    refuse("enrol_window", "has no use where nobody is asked");
  }
}

}  // namespace

std::optional<Rule> rule_in(const Field& field) {
  const Table* table = table_in(field, "[[rule]]");
  if (table == nullptr) return std::nullopt;
  const Entry* name = find(*table, "name");
  const auto* known = name == nullptr ? nullptr : std::get_if<std::string>(&name->value.is);
  const std::string prefix = known == nullptr ? "rule: " : fmt::format("rule {}: ", in_quotes(*known));

  Rule rule;
  rule.file = field.mistakes.file();
  read_table(*table, prefix, kKeys, {}, rule, field.mistakes);
  check_whole(*table, prefix, rule, field);
  return rule;
}

}  // namespace mfa
