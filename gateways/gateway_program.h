// What every gateway program does around its own part: one argument, one request, one reply (mfa-gateway(7)).
//
// The process holds a code and a number for as long as it runs: it can be neither traced nor dumped, and ends with its
// reply. Nothing of the request is ever written to standard error.
#pragma once

#include <functional>
#include <string>

#include "common/gateways/gateway_message.h"

namespace mfa {

// `carry` gets the path of the settings file and the request. Returns the exit status: 0 if there is a reply, whatever
// it says.
[[nodiscard]] int run_gateway(int count, char** arguments,
                              const std::function<GatewayReply(const std::string&, const GatewayRequest&)>& carry);

}  // namespace mfa
