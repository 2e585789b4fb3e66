// One call: rings, plays a sound, collects #. Over SIP (RFC 3261) with libre, the sound as RTP, encrypted unless the
// settings say otherwise.
#pragma once

#include <chrono>
#include <span>

#include "common/domain/gateway.h"
#include "common/gateways/gateway_message.h"
#include "gateways/sip/sip_settings.h"
#include "gateways/sip/sound.h"

namespace mfa::sip {

// Ends within the limit; how long it rings is what the sound leaves of that. With MessageMode::press the sound is
// played again until # or the limit.
[[nodiscard]] GatewayReply call(const SipSettings& settings, const PhoneNumber& number,
                                std::span<const std::int16_t> sound, MessageMode mode, std::chrono::milliseconds limit);

}  // namespace mfa::sip
