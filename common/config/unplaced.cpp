#include "common/config/unplaced.h"

#include <fmt/format.h>

#include "common/config/mistakes.h"

namespace mfa {

std::vector<std::string> unplaced_rules(const Settings& settings) {
  std::vector<std::string> sentences;
  if (!settings.geo_database.empty()) return sentences;
  for (const Rule& rule : settings.rules) {
    if (rule.country.empty()) continue;
    sentences.push_back(fmt::format("the rule {} names a country, and there is no geo.database to tell it: {}",
                                    in_quotes(rule.name),
                                    rule.observe ? "it observes nothing" : "logins from any address are denied there"));
  }
  return sentences;
}

}  // namespace mfa
