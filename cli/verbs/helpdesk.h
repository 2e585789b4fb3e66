// mfa-enroll helpdesk: what a member of the helpdesk does for somebody else.
#pragma once

#include <functional>
#include <string>

#include "cli/console.h"

namespace mfa::cli {

struct HelpdeskOptions {
  std::string user;
  std::string reason;
  // NOLINTBEGIN(readability-redundant-member-init)
  std::string checked = {};  // how the clerk knows who it is; may be empty
  std::string factor = {};   // reset: an id or a name; empty: all
  std::string length = {};   // bypass: "24h"; empty: the usual
  std::string uses = {};     // bypass: a number; empty: one
  std::string country = {};  // travel
  std::string until = {};    // travel, exempt: a moment as people write it
  // NOLINTEND(readability-redundant-member-init)
};

Outcome<void> helpdesk_show(const Console& console, const HelpdeskOptions& options);
Outcome<void> helpdesk_unlock(const Console& console, const HelpdeskOptions& options);
Outcome<void> helpdesk_reset(const Console& console, const HelpdeskOptions& options);

Outcome<void> helpdesk_bypass(const Console& console, const HelpdeskOptions& options);
Outcome<void> helpdesk_identify(const Console& console, const HelpdeskOptions& options);
Outcome<void> helpdesk_travel(const Console& console, const HelpdeskOptions& options);
Outcome<void> helpdesk_exempt(const Console& console, const HelpdeskOptions& options);

// On a terminal: asks the engine whether the request may be done, shows whom the clerk is about to change, as the
// engine knows them, and goes on only after a yes. `doing`: "register a hardware token for"; `what`: further lines of
// what it is; both in the language that is spoken once the engine was asked.
using Said = std::function<std::string()>;
Outcome<void> confirm_person(const Console& console, Json request, const Said& doing, const Said& what = {});

// {"verb":…,"user":…} with reason and checked where they were given.
[[nodiscard]] Json helpdesk_request(const char* verb, const HelpdeskOptions& options);

// "Enrolment code to hand over; …", whole lines; empty if there is none in the reply.
[[nodiscard]] std::string code_to_hand_over(const Json& reply);

}  // namespace mfa::cli
