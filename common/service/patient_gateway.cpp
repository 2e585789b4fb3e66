#include "common/service/patient_gateway.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "common/service/socket_dialogue.h"

namespace mfa {

namespace {

// Says from time to time that somebody is at work, until it goes. Who has gone is noticed at the next prompt; what was
// to be sent is out by then.
class SignsOfLife {
 public:
  SignsOfLife(Wire& wire, const Limits& limits)
      : thread_([&wire, &limits](const std::stop_token& stop) {
          SocketDialogue dialogue(wire, limits, /*offers=*/false);
          std::mutex mutex;
          std::condition_variable_any wake;
          std::unique_lock lock(mutex);
          while (!wake.wait_for(lock, stop, limits.sign_of_life, [&stop] { return stop.stop_requested(); }))
            dialogue.show("");
        }) {}

 private:
  std::jthread thread_;
};

}  // namespace

DeliveryReport PatientGateway::send(const PhoneMessage& message) {
  const SignsOfLife signs(wire_, limits_);
  return gateway_->send(message);
}

void PatientGateway::begin(const PhoneMessage& message, const Ended& ended) {
  struct Turn {
    std::mutex mutex;
    std::condition_variable over;
    bool is_over = false;
  };
  const auto turn = std::make_shared<Turn>();
  const auto carry = [gateway = gateway_, settings = settings_, message, ended, turn] {
    ended(gateway->send(message));
    const std::lock_guard lock(turn->mutex);
    turn->is_over = true;
    turn->over.notify_all();
  };
  if (calls_ == nullptr || !calls_->begin(carry)) return ended(send(message));
  std::unique_lock lock(turn->mutex);
  turn->over.wait_for(lock, limits_.call_begins, [&turn] { return turn->is_over; });
}

}  // namespace mfa
