// A gateway with somebody waiting at the other end of a connection: while a message is under way, an empty Show says
// from time to time that the engine is alive, since a call takes longer than a client waits for a frame.
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include "common/ports/gateway.h"
#include "common/service/limits.h"
#include "common/service/wire.h"

namespace mfa {

class PatientGateway final : public Gateway {
 public:
  // Borrows the wire, on which nothing else may be going on during send(), and the limits.
  PatientGateway(std::unique_ptr<Gateway> gateway, Wire& wire, const Limits& limits)
      : gateway_(std::move(gateway)), wire_(wire), limits_(limits) {}

  [[nodiscard]] DeliveryReport send(const PhoneMessage& message) override;

 private:
  std::unique_ptr<Gateway> gateway_;
  Wire& wire_;
  const Limits& limits_;
};

}  // namespace mfa
