// Rules that name a country while no database tells any: they deny the logins they were not meant for as well. No
// mistake, since the database may come later, but hardly meant.
#pragma once

#include <string>
#include <vector>

#include "common/domain/settings.h"

namespace mfa {

// A sentence for each, in order.
[[nodiscard]] std::vector<std::string> unplaced_rules(const Settings& settings);

}  // namespace mfa
