// A gateway with somebody waiting at the other end of a connection: while a message is under way, an empty Show says
// from time to time that the engine is alive, since a call takes longer than a client waits for a frame. Where # would
// let in who has gone by then, the call ends. What need not be waited for goes on among the calls under way, as long as
// there is room for it there.
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include "common/domain/settings.h"
#include "common/ports/gateway.h"
#include "common/service/calls_under_way.h"
#include "common/service/limits.h"
#include "common/service/wire.h"

namespace mfa {

class PatientGateway final : public Gateway {
 public:
  // `settings`: what the gateway borrows. Borrows the wire, on which nothing else may be going on during send(), and
  // all else. `calls`: nothing: everything is waited for.
  PatientGateway(std::shared_ptr<Gateway> gateway, std::shared_ptr<const Settings> settings, Wire& wire,
                 const Limits& limits, CallsUnderWay* calls)
      : gateway_(std::move(gateway)), settings_(std::move(settings)), wire_(wire), limits_(limits), calls_(calls) {}

  [[nodiscard]] DeliveryReport send(const PhoneMessage& message) override;
  void begin(const PhoneMessage& message, const Ended& ended) override;

 private:
  std::shared_ptr<Gateway> gateway_;
  std::shared_ptr<const Settings> settings_;
  Wire& wire_;
  const Limits& limits_;
  CallsUnderWay* calls_;
};

}  // namespace mfa
