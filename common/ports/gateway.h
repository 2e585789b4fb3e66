// Sending a text, placing a call.
#pragma once

#include <functional>

#include "common/domain/gateway.h"

namespace mfa {

class Gateway {
 public:
  virtual ~Gateway() = default;
  // Tries the configured gateways that carry such a message one after the other, for limits_of(use).all at most; holds
  // up nobody but the caller. There may be none: then the report names none.
  [[nodiscard]] virtual DeliveryReport send(const PhoneMessage& message) = 0;

  // Likewise, for a message whose code can be asked for while it is under way: returns after a moment, whether or not
  // it has ended. `ended` is told once: before this returns, or later on another thread, even after the session that
  // asked has ended. What it borrows must outlive all sessions.
  using Ended = std::function<void(const DeliveryReport&)>;
  virtual void begin(const PhoneMessage& message, const Ended& ended) { ended(send(message)); }
};

}  // namespace mfa
