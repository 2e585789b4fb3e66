// One [[gateway]], from its table to its settings.
#pragma once

#include <optional>

#include "common/config/fields.h"
#include "common/domain/gateway.h"

namespace mfa {

// Nothing only if it is no table: all mistakes are added.
[[nodiscard]] std::optional<GatewaySettings> gateway_in(const Field& field);

}  // namespace mfa
