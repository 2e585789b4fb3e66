// What the engine and a gateway say to each other, mfa-gateway(7): one JSON object (RFC 8259) each way. Both sides are
// here, since the programs that come with this are written with it too.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/domain/gateway.h"
#include "common/domain/types.h"

namespace mfa {

inline constexpr std::size_t kLargestReply = std::size_t{64} * 1024;    // bytes
inline constexpr std::size_t kLargestRequest = std::size_t{16} * 1024;  // bytes

struct GatewayRequest {
  PhoneMessage message;
  std::chrono::seconds timeout{0};  // what the program has, from its start
};

[[nodiscard]] Secret write_request(const GatewayRequest& request);
// Nothing: it is no request of this version.
[[nodiscard]] std::optional<GatewayRequest> read_request(std::string_view json);

struct GatewayReply {
  Delivery delivery = Delivery::failed;
  std::string detail;
  bool of_message = false;         // as in DeliveryReport
  Refusal why = Refusal::unknown;  // likewise
};

[[nodiscard]] std::string write_reply(const GatewayReply& reply);
// To that message. What is no reply, or none to such a message, is `unclear` and says so: # alone answers a call that
// asks for it, and nothing else is answered by it. The detail is discreet().
[[nodiscard]] GatewayReply read_reply(std::string_view json, const PhoneMessage& message);

// What a program that was started with --check and its settings says of them.
[[nodiscard]] std::string write_check(const GatewayCheck& check);
// Nothing: it is no such answer. All but which gateway it is.
[[nodiscard]] std::optional<GatewayCheck> read_check(std::string_view json);

}  // namespace mfa
