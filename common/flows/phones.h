// Telephones as second factors: added by their owners, who prove the number with a code, or registered by the helpdesk
// from a number that was brought in person; and a text or call for trying the gateways out.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "common/flows/phone_set_up.h"
#include "common/flows/requests.h"

namespace mfa {

[[nodiscard]] std::expected<RegisteredReply, RequestError> enrol_phone(Engine& engine, const Asker& asker,
                                                                       const std::string& name,
                                                                       const PhoneWanted& wanted);

struct HelpdeskPhone {
  std::string user;
  PhoneWanted wanted;   // with a number
  std::string name;     // of the factor; may be empty
  std::string reason;   // why, for the trail
  std::string checked;  // how the person was identified, recorded word for word
};
// No code proves it: nobody but its owner is to see one.
[[nodiscard]] std::expected<RegisteredReply, RequestError> helpdesk_phone(Engine& engine, const Asker& asker,
                                                                          const HelpdeskPhone& request);

struct TestWanted {
  PhoneWanted phone;         // with a number
  bool press = false;        // a call that # answers
  std::string gateway = {};  // the one to try; empty: all, in order NOLINT(readability-redundant-member-init)
};
struct SentReply {
  std::string number;   // as its owner would write it for abroad
  std::string status;   // of Delivery
  std::string gateway;  // the last that was tried; empty: there is none
  std::string detail;   // what it said
  std::vector<DeliveryReport::Try> tries;
};
// root only. Counts for no budget.
[[nodiscard]] std::expected<SentReply, RequestError> send_test(Engine& engine, const Asker& asker,
                                                               const TestWanted& wanted);

// Why a set-up ended without a phone. `next`: what to type instead.
[[nodiscard]] RequestError phone_stopped(Engine& engine, const Asker& asker, const PhoneStopped& stopped,
                                         std::string_view next);

}  // namespace mfa
