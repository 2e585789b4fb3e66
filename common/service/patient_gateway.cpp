#include "common/service/patient_gateway.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "common/service/socket_dialogue.h"

namespace mfa {

DeliveryReport PatientGateway::send(const PhoneMessage& message) {
  // Who has gone is noticed at the next prompt; the message is out by then.
  const std::jthread sign([this](const std::stop_token& stop) {
    SocketDialogue dialogue(wire_, limits_, /*offers=*/false);
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, limits_.sign_of_life, [&stop] { return stop.stop_requested(); }))
      dialogue.show("");
  });
  return gateway_->send(message);
}

}  // namespace mfa
