#include "common/config/unreachable.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/config/mistakes.h"

namespace mfa {
namespace {

// Empty, or "*" and nothing with '!': whatever there is matches.
bool takes_all(const std::vector<std::string>& list) {
  const bool excludes = std::ranges::any_of(list, [](const std::string& value) { return value.starts_with('!'); });
  return list.empty() || (!excludes && std::ranges::find(list, "*") != list.end());
}

}  // namespace

bool matches_every_login(const Rule& rule) {
  return !rule.observe && takes_all(rule.user) && takes_all(rule.service) && takes_all(rule.server) &&
         rule.group.empty() && rule.from.empty() && rule.country.empty() && rule.first_factor.empty() && !rule.after &&
         !rule.before;
}

std::vector<std::string> unreachable_rules(std::span<const Rule> rules) {
  std::vector<std::string> sentences;
  const auto last = std::ranges::find_if(rules, matches_every_login);
  if (last == rules.end()) return sentences;
  for (auto rule = last + 1; rule != rules.end(); ++rule)
    sentences.push_back(fmt::format("the rule {} is never reached: {} before it matches every login",
                                    in_quotes(rule->name), in_quotes(last->name)));
  return sentences;
}

}  // namespace mfa
