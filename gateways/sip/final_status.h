// What it means that a call ended with this status (RFC 3261 §21, RFC 8197, RFC 8688).
#pragma once

#include <cstdint>

#include "common/gateways/gateway_message.h"

namespace mfa::sip {

// `rang`: somebody's phone did, as far as the telephone system said. From then on whatever ends the call comes from
// there: it is never `failed`, or whoever declines would be rung again at once, and through the next gateway.
[[nodiscard]] GatewayReply meaning(std::uint16_t status, bool rang);

}  // namespace mfa::sip
