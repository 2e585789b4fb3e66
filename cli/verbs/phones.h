// Telephones as second factors: one's own, by the helpdesk for someone else; and root's test of the gateways.
#pragma once

#include <string>

#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

// Empty texts: not given.
struct PhoneOptions {
  std::string number;   // as people write it; "-" is none, too
  std::string country;  // name, code or prefix
  std::string name;     // of the factor; "": the engine names it
  bool call = false;    // calls, not texts
};
[[nodiscard]] Outcome<void> phone(const Console& console, const PhoneOptions& options);

struct HelpdeskPhoneOptions {
  std::string user;
  std::string reason;
  std::string checked;  // how the person was identified
  PhoneOptions phone;
};
// Without a number it is asked for, or read as a line of standard input; so for the next. On a terminal the clerk first
// confirms whom this changes.
[[nodiscard]] Outcome<void> helpdesk_phone(const Console& console, const HelpdeskPhoneOptions& options);

// A failure unless a gateway took it on.
struct SendTestOptions {
  PhoneOptions phone;
  std::string gateway;  // the one to try; empty: all, in order
  bool press = false;   // a call that # answers
};
[[nodiscard]] Outcome<void> admin_send_test(const Console& console, const SendTestOptions& options);

}  // namespace mfa::cli
