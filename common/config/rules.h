// One [[rule]], from its table to a Rule.
#pragma once

#include <optional>

#include "common/config/fields.h"
#include "common/domain/policy.h"

namespace mfa {

// Nothing if it has a mistake: all of them are added.
[[nodiscard]] std::optional<Rule> rule_in(const Field& field);

}  // namespace mfa
