#include "common/service/patient_gateway.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "common/service/socket_dialogue.h"
#include "common/system/descriptor.h"

namespace mfa {

namespace {

// Says from time to time that somebody is at work, until it goes; and notices when the other end does.
class SignsOfLife {
 public:
  SignsOfLife(Wire& wire, const Limits& limits)
      : ended_(eventfd(0, EFD_CLOEXEC)), thread_([this, &wire, &limits] { run(wire, limits); }) {}
  SignsOfLife(const SignsOfLife&) = delete;
  SignsOfLife& operator=(const SignsOfLife&) = delete;
  ~SignsOfLife() { (void)eventfd_write(ended_.get(), 1); }

  [[nodiscard]] std::stop_token gone() const { return gone_.get_token(); }

 private:
  void run(Wire& wire, const Limits& limits) {
    SocketDialogue dialogue(wire, limits, /*offers=*/false);
    std::array<pollfd, 2> all{{{.fd = ended_.get(), .events = POLLIN, .revents = 0},
                               {.fd = wire.connection(), .events = POLLRDHUP, .revents = 0}}};
    while (true) {
      const int ready = poll(all.data(), all.size(), static_cast<int>(limits.sign_of_life.count()));
      if (ready < 0 && errno == EINTR) continue;
      if (ready < 0 || all[0].revents != 0) return;
      if (all[1].revents != 0) {
        gone_.request_stop();
        return;
      }
      dialogue.show("");
    }
  }

  std::stop_source gone_;
  Descriptor ended_;
  std::jthread thread_;  // the last: it uses the others
};

bool is_gone(const Wire& wire) {
  pollfd end{.fd = wire.connection(), .events = POLLRDHUP, .revents = 0};
  return poll(&end, 1, 0) != 0;
}

}  // namespace

// A text is out soon, and whoever has gone gets it all the same. What # answers lets in whoever asked for it, and
// rings for nobody else.
DeliveryReport PatientGateway::send(const PhoneMessage& message) {
  const SignsOfLife signs(wire_, limits_);
  if (message.mode != MessageMode::press) return gateway_->send(message);
  PhoneMessage theirs = message;
  theirs.unwanted = signs.gone();
  DeliveryReport report = gateway_->send(theirs);
  if (report.delivery == Delivery::approved && is_gone(wire_)) {
    report.delivery = Delivery::refused;
    report.why = Refusal::unanswered;
  }
  return report;
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
