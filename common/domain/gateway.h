// Gateways carry one message to one telephone. What a message is, what became of it, and which gateway is tried first.
//
// A gateway that fails or is slow is passed over for a while: the others come first, and it again when nothing else is
// left. How long, and who tries it next, is decided here from what happened so far; times are those of a clock that is
// never set (steady), so that nothing depends on the time of day.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "common/domain/phone_number.h"
#include "common/domain/types.h"

namespace mfa {

enum class MessageMode : std::uint8_t {
  code,   // to be typed by the person
  press,  // a call that # answers
};

// One [[gateway]] of the configuration.
struct GatewaySettings {
  std::string name;
  bool texts = false;
  bool calls = false;
  bool press = false;    // it can wait for # in a call
  std::string program;   // the name of one that comes with this, or a whole path
  std::string settings;  // its settings file, a whole path
  bool operator==(const GatewaySettings&) const = default;
};
[[nodiscard]] bool carries(const GatewaySettings& gateway, PhoneUse use, MessageMode mode);
// Whether any of them does: a way to log in that none carries is not offered.
[[nodiscard]] bool carried(std::span<const GatewaySettings> gateways, PhoneUse use, MessageMode mode);

struct PhoneMessage {
  std::string id;  // the same for every try, so that a gateway may know it again
  PhoneUse use = PhoneUse::text;
  MessageMode mode = MessageMode::code;
  PhoneNumber to;
  Secret text;  // all of what is sent or read out
  Secret code;  // the code in it; empty with MessageMode::press
  std::string language = "en";
  std::vector<std::string> pass_over =  // NOLINT(readability-redundant-member-init)
      {};                               // gateways that are not to be tried
  std::string only = {};  // the gateway that is to carry it; empty: any NOLINT(readability-redundant-member-init)
  std::stop_token unwanted = {};  // nobody waits for it any more: it ends NOLINT(readability-redundant-member-init)
  bool unproven = false;          // to a number that is being registered
};

enum class Delivery : std::uint8_t {
  sent,      // taken on; whether it arrives, only the person can tell
  approved,  // # was pressed; with MessageMode::press alone
  refused,   // this number takes none, nobody answered, or they declined: no other gateway is asked
  failed,    // nothing was sent, and nothing will be
  unclear,   // it may have gone out, or may yet: another gateway is asked, and it counts like one that was sent
};
// Whether the next gateway is asked.
[[nodiscard]] constexpr bool was_in_vain(Delivery delivery) {
  return delivery == Delivery::failed || delivery == Delivery::unclear;
}
[[nodiscard]] std::string_view name_of(PhoneUse use);  // "sms", "call"
[[nodiscard]] std::string_view name_of(MessageMode mode);
[[nodiscard]] std::string_view name_of(Delivery delivery);
[[nodiscard]] std::optional<PhoneUse> phone_use(std::string_view name);
[[nodiscard]] std::optional<MessageMode> message_mode(std::string_view name);
[[nodiscard]] std::optional<Delivery> delivery(std::string_view name);

// Why a number took no message, as far as its gateway knows: what the person can do about it differs.
enum class Refusal : std::uint8_t { unknown, busy, unanswered, declined, no_number, not_pressed };
[[nodiscard]] std::string_view name_of(Refusal refusal);  // "busy"; of `unknown`: empty
[[nodiscard]] std::optional<Refusal> refusal(std::string_view name);

struct DeliveryReport {
  Delivery delivery = Delivery::failed;  // of all tries: `unclear` if one was, and none after it took it on
  std::string gateway;                   // the name of the last that was tried; empty: there was none
  std::string detail;       // why not, for those who run the service: one line without number or code; may be empty
  bool of_message = false;  // it failed for what the message is: the gateway is not passed over for that
  Refusal why = Refusal::unknown;  // of `refused`
  bool full = false;               // of `failed`: no gateway had a place for it, and none was tried
  struct Try {
    std::string gateway;
    Delivery delivery = Delivery::failed;
    std::string detail;
    bool silent = false;  // it was in vain, and took more than half its time for that
  };
  std::vector<Try> tries = {};  // all of them, in order NOLINT(readability-redundant-member-init)
};

// What the program of a gateway says of its settings, before anything is sent.
struct GatewayCheck {
  enum class Result : std::uint8_t {
    good,
    bad,
    silent,  // it cannot be asked for that
  };
  GatewaySettings gateway;
  Result result = Result::silent;
  std::string detail;  // of `bad`: a sentence
  // What it can carry, if it says so.
  std::optional<bool> texts = std::nullopt, calls = std::nullopt, press = std::nullopt;
};

// What one try may take, and all tries of a message. A call includes the ringing.
struct MessageLimits {
  std::chrono::milliseconds each;
  std::chrono::milliseconds all;
};
[[nodiscard]] MessageLimits limits_of(PhoneUse use);

using SteadyTime = std::chrono::milliseconds;  // since some moment of a clock that is never set

struct GatewayHealth {
  std::uint32_t failures = 0;  // in a row
  SteadyTime passed_over_until{0};
  bool operator==(const GatewayHealth&) const = default;
};

inline constexpr std::chrono::milliseconds kFirstPass{30'000};  // after one failure; doubled with each next one
inline constexpr std::chrono::milliseconds kLongestPass{600'000};

// The places of the gateways in the order in which they are tried: as configured, those passed over last.
[[nodiscard]] std::vector<std::size_t> order_to_try(std::span<const GatewayHealth> gateways, SteadyTime now);

// When a try begins: one that failed before is tried by one message at a time.
[[nodiscard]] GatewayHealth being_tried(GatewayHealth health, std::chrono::milliseconds limit, SteadyTime now);

// When it has ended. A text that took more than half its time was slow, which counts as a failure here.
[[nodiscard]] GatewayHealth tried(GatewayHealth health, PhoneUse use, Delivery delivery, std::chrono::milliseconds took,
                                  SteadyTime now);

// `text` on one line of at most 200 characters, in Latin letters, with *** for digits that could be the code or show
// five of the number's in a row, however they are written: what a provider answers is not trusted to keep secrets.
[[nodiscard]] std::string discreet(std::string_view text, const PhoneNumber& number, std::string_view code);

}  // namespace mfa
