// What the programs of gateways say of their settings, held against what the configuration wants of them.
#pragma once

#include <span>

#include "common/check/finding.h"
#include "common/domain/gateway.h"

namespace mfa {

[[nodiscard]] Findings judge_gateways(std::span<const GatewayCheck> checks);

}  // namespace mfa
