// One message to one telephone: what it costs is recorded, then it is sent, then how that ended is recorded.
//
// The code that is live for the same phone and purpose is sent again; otherwise a new one is made. Nothing is sent that
// was not recorded, and nothing is open while a gateway works: whoever hangs there holds up nobody else. A call goes
// on while whoever asked for it is asked: for its code, or for Enter when # was pressed, which shows that they are
// still there. A gateway that let somebody wait in vain is not tried again in the same session.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <variant>

#include "common/domain/gateway.h"
#include "common/domain/phone_budget.h"
#include "common/flows/engine.h"
#include "common/flows/identity.h"
#include "common/flows/phone_texts.h"

namespace mfa {

struct Sending {
  const Account& account;
  std::uint32_t factor = kUnfinishedPhone;  // the phone's; it must still be there, with that number
  PhoneNumber number;
  PhoneUse use = PhoneUse::text;
  MessageMode mode = MessageMode::code;
  std::string language = "en";
  CodePurpose purpose;
  Event about;                       // service, from, server; the rest is filled in
  bool unasked = false;              // by nobody: then once for each live code
  bool waits = false;                // for #, since nothing can be asked meanwhile
  bool for_another = false;          // who asks is somebody else: half of what the person may have is left to them
  std::uint32_t epoch = 0;           // Person::epoch when the dialogue began: what it rests on still holds
  std::function<void()> rings = {};  // told before a call that is waited for NOLINT(readability-redundant-member-init)
};

struct WasSent {
  bool before = false;            // and so it was not sent once more
  std::chrono::seconds lives{0};  // that the code has left
};
struct WasApproved {  // # was pressed: what proves it is to be taken in the transaction of what it proves
  MessageId message;
};
struct NotTaken {  // by that number, or nobody answered
  Refusal why = Refusal::unknown;
};
struct MayCome {                  // it may have gone out, or not; its code works
  std::chrono::seconds lives{0};  // that the code has left; zero: it is # that would have answered, and does no more
  bool silent = false;            // as in NotSent
};
struct NotSent {        // no gateway took it on
  bool silent = false;  // those there are do not answer, and are passed over as long as the engine lives
};
struct Outdated {};  // what the dialogue rests on has ended: a report, or a change of how the person logs in
struct NoPhone {};   // the person or the phone is not there any more, or is locked out, or may not be sent anything

// A call that is under way while its code is asked for, or #. Thread-safe.
class RingingCall {
 public:
  using End = std::variant<WasSent, WasApproved, NotTaken, MayCome, NotSent>;
  // Nothing: it goes on.
  [[nodiscard]] std::optional<End> end() const;
  void ends(const End& end);

  // A call that # answers ends with who asked for it: nobody else may be let in by that. One that reads out a code
  // goes on, as a text would come.
  void nobody_waits() { unwanted_.request_stop(); }
  [[nodiscard]] std::stop_token unwanted() const { return unwanted_.get_token(); }

 private:
  mutable std::mutex mutex_;
  std::optional<End> end_;
  std::stop_source unwanted_;
};
struct IsRinging {
  std::shared_ptr<RingingCall> call;
};
using SendResult = std::variant<WasSent, IsRinging, WasApproved, NotTaken, MayCome, NotSent, NoPhone, Outdated,
                                BudgetRefused, StoreError>;
// Those after which nothing of the message is to be waited for with its code.
using InVain = std::variant<NotTaken, MayCome, NotSent>;

[[nodiscard]] SendResult send_code(Engine& engine, const Sending& sending);

// Why nothing can be sent to any of these phones just now; nothing: something can, as far as is known.
enum class Sender : std::uint8_t {
  owner,      // of phones that are proven
  registers,  // who proves theirs just now
  another,    // as with Sending::for_another
};
[[nodiscard]] std::optional<BudgetRefused> resting(Engine& engine, const Account& account, PhoneUse use,
                                                   std::span<const PhoneNumber> numbers, Sender sender = Sender::owner);

// As which kinds phones can be reached at all: by the gateways that are configured.
[[nodiscard]] bool can_send(const Settings& settings, PhoneUse use);
// Whether this one can: its country may have been taken off the list after it was added.
[[nodiscard]] bool can_send(const Settings& settings, PhoneUse use, const PhoneNumber& number);

}  // namespace mfa
