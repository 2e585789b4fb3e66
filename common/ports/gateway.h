// Sending a text, placing a call.
#pragma once

#include "common/domain/gateway.h"

namespace mfa {

class Gateway {
 public:
  virtual ~Gateway() = default;
  // Tries the configured gateways that carry such a message one after the other, for limits_of(use).all at most; holds
  // up nobody but the caller. There may be none: then the report names none.
  [[nodiscard]] virtual DeliveryReport send(const PhoneMessage& message) = 0;
};

}  // namespace mfa
