// What every gateway program does around its own part: one argument, one request, one reply; or --check, its settings
// and what it says of them (mfa-gateway(7)).
//
// The process holds a code and a number for as long as it runs: it can be neither traced nor dumped, and ends with its
// reply. Nothing of the request is ever written to standard error.
#pragma once

#include <functional>
#include <string>

#include "common/gateways/gateway_message.h"

namespace mfa {

// Both get the path of the settings file.
struct GatewayProgram {
  std::function<GatewayReply(const std::string&, const GatewayRequest&)> carry;
  std::function<std::string(const std::string&)> wrong;  // with the settings; empty: nothing
  bool texts = false;
  bool calls = false;
  bool press = false;
};
// Returns the exit status: 0 if there is a reply, whatever it says.
[[nodiscard]] int run_gateway(int count, char** arguments, const GatewayProgram& program);

// Why it cannot be read: empty if it can, or is not named.
[[nodiscard]] std::string unreadable(std::string_view key, const std::string& path);

}  // namespace mfa
