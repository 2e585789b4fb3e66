// What is hardly meant in rules that have no mistake: logins that no rule decides, no way back in for root, groups that
// are not there, countries that nobody can tell.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/check/finding.h"
#include "common/config/configuration.h"
#include "common/domain/settings.h"

namespace mfa {

struct CountryDatabase {
  std::string trouble;  // why it cannot be used; empty: it can
  std::optional<UnixTime> made;
};

struct RulesFacts {
  UnixTime now;
  std::function<bool(const std::string&)> group_exists;
  std::vector<std::string> groups;  // that this computer lists, for misspelt ones
  CountryDatabase countries;        // where the settings name one
  // Whether root is in a group of this computer's own; nothing: it has no such group, and a directory would be asked.
  std::function<std::optional<bool>(const std::string&)> root_in;
  std::vector<ConfigurationText> texts;  // that the settings were read from, the main file first
};

[[nodiscard]] Findings judge_rules(const Settings& settings, const RulesFacts& facts);

// What the rules want of the rest of the computer.
[[nodiscard]] bool remembers_devices(const Settings& settings);  // some rule has a trust window
[[nodiscard]] bool enrols_in_ssh(const Settings& settings);      // some rule has people enrol in a login over SSH
[[nodiscard]] bool counts_security_keys(const Settings& settings);

}  // namespace mfa
