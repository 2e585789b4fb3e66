// What a provider's answer means, by the settings. Pure.
#pragma once

#include <string>

#include "common/gateways/gateway_message.h"
#include "gateways/http/http_settings.h"

namespace mfa::http {

struct HttpAnswer {
  long status = 0;  // RFC 9110 §15
  std::string body;
};

// Refused if that judgement holds, else sent if the other does; else failed, with what the status means and what the
// provider says in `reason`. Where it does not say clearly that it took nothing (5xx, or 2xx with anything that no
// judgement knows) it may have, and that is unclear.
[[nodiscard]] GatewayReply judge(const HttpSettings& settings, const HttpAnswer& answer);

}  // namespace mfa::http
