#include "cli/verbs/helpdesk.h"

#include <vector>

#include "cli/accounts.h"
#include "cli/person_text.h"
#include "cli/plain_text.h"
#include "cli/render.h"
#include "cli/times.h"
#include "common/language/language.h"

namespace mfa::cli {

namespace {

std::string removed_text(const std::string& user, const std::vector<std::string>& removed) {
  std::string text = say("{} is reset.", user);
  if (removed.empty()) return text + say(" There was no factor to remove.\n");
  text += say(" Removed:");
  for (const std::string& factor : removed) text += " " + printable_line(factor);
  return text + "\n";
}

}  // namespace

Json helpdesk_request(const char* verb, const HelpdeskOptions& options) {
  Json request{{"verb", verb}, {"user", options.user}};
  if (!options.reason.empty()) request["reason"] = options.reason;
  if (!options.checked.empty()) request["checked"] = options.checked;
  return request;
}

Outcome<void> confirm_person(const Console& console, Json request, const Said& doing, const Said& what) {
  if (!console.terminal.interactive()) return {};
  const std::string user = text_of(request, "user");
  request["only_checks"] = "yes";
  const auto shown = console.ask(request);
  if (!shown) return std::unexpected(shown.error());
  const std::string number = text_of(*shown, "number");
  const std::string about = number.empty() ? "" : say("The number: {}\n", printable_line(number));
  return console.confirm(say("You are about to {}\n{}{}{}", doing(), person_lines(*shown, account_in_words(user)),
                             about, what ? what() : std::string()));
}

std::string code_to_hand_over(const Json& reply) {
  const std::string code = text_of(reply, "enrolment_code");
  if (code.empty()) return "";
  const auto until = parse_time(text_of(reply, "until"));
  return say("\nEnrolment code to hand over; it is shown only now, and works once{}:\n  {}\n",
             until ? say(" until {}", local_time(*until)) : "", printable_line(code));
}

Outcome<void> helpdesk_show(const Console& console, const HelpdeskOptions& options) {
  const auto reply = console.ask(helpdesk_request("helpdesk show", options));
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  return console.print(person_text(*reply, account_in_words(options.user), console.now, console.style));
}

Outcome<void> helpdesk_unlock(const Console& console, const HelpdeskOptions& options) {
  const Json request = helpdesk_request("helpdesk unlock", options);
  if (auto sure = confirm_person(console, request, [] { return say("end the lockout of"); }); !sure) return sure;
  const auto reply = console.ask(request);
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  const std::string user = printable_line(options.user);
  return console.print(flag_of(*reply, "unlocked") ? say("{} can try codes again.\n", user)
                                                   : say("{} was not locked out.\n", user));
}

Outcome<void> helpdesk_reset(const Console& console, const HelpdeskOptions& options) {
  const auto doing = [&factor = options.factor] {
    return factor.empty() ? say("remove every factor and all recovery codes of")
                          : say("remove the factor {} of", printable_line(factor));
  };
  Json request = helpdesk_request("helpdesk reset", options);
  if (!options.factor.empty()) request["factor"] = options.factor;
  if (auto sure = confirm_person(console, request, doing); !sure) return sure;
  const auto reply = console.ask(request);
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  const std::string user = printable_line(options.user);
  const std::string code = code_to_hand_over(*reply);
  const std::string next = code.empty()
                               ? say("With what is left, {} can add another: mfa-enroll\n", user)
                               : say("With it {} sets up a second factor: at the next login that asks for one, or with "
                                     "mfa-enroll.\n",
                                     user);
  return console.print(removed_text(user, texts_of(*reply, "removed")) + ended_text(*reply) + code + next);
}

}  // namespace mfa::cli
