// Rules that no login ever reaches, because one before them matches every login: no mistake, but hardly meant.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/domain/policy.h"

namespace mfa {

// One that observes lets the next decide, and matches none in this sense.
[[nodiscard]] bool matches_every_login(const Rule& rule);

// A sentence for each, in order.
[[nodiscard]] std::vector<std::string> unreachable_rules(std::span<const Rule> rules);

}  // namespace mfa
