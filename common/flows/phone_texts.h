// What is sent to telephones, and what is said at a prompt about it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/domain/gateway.h"
#include "common/domain/phone_budget.h"
#include "common/domain/settings.h"
#include "common/domain/types.h"
#include "common/flows/code_prompt.h"
#include "common/language/language.h"

namespace mfa {

// What a code that is sent is good for, and nothing else.
struct CodePurpose {
  std::string key;    // "login sshd lab-gw"; what the store keeps
  std::string words;  // "to log in to lab-gw"; what the message says
};
// `service`: a PAM service, as root's programs name it; anybody else's are "(unprivileged)".
[[nodiscard]] CodePurpose login_purpose(std::string_view service, std::string_view server);
// To prove oneself before setting up another factor, in a login.
[[nodiscard]] CodePurpose enrolment_purpose(std::string_view service, std::string_view server);
[[nodiscard]] CodePurpose step_up_purpose(std::string_view server);
[[nodiscard]] CodePurpose test_purpose(std::string_view server);
// To be read out to the helpdesk, which gets to know by it whom it speaks with.
[[nodiscard]] CodePurpose identify_purpose(std::string_view server);
// To prove a number that is being registered.
[[nodiscard]] CodePurpose registration_purpose(std::string_view server);

}  // namespace mfa

namespace mfa::texts {

inline constexpr std::string_view kYour = marked("your");
inline constexpr std::string_view kTheir = marked("their");

// A message as it is sent, or read out: digits one by one, twice. `code` is empty with MessageMode::press.
[[nodiscard]] Secret message(const Settings& settings, std::string_view server, PhoneUse use, MessageMode mode,
                             const CodePurpose& purpose, const Secret& code);

// Of "ending 1234", as masked() says it to those who look after the server; a whole number stays one.
[[nodiscard]] std::string ending(std::string_view phone);

// `phone`: "ending 1234". `whose`: "your", or "their" where the helpdesk is told.
[[nodiscard]] std::string sent(PhoneUse use, std::string_view phone, std::chrono::seconds lives,
                               std::string_view whose = kYour);
// `resend`: it can be had once more.
[[nodiscard]] std::string sent_before(PhoneUse use, std::string_view phone, bool resend,
                                      std::string_view whose = kYour);
// While a code is asked for that a call reads out. `still`: since the prompt before.
[[nodiscard]] std::string ringing(std::string_view phone, std::string_view whose = kYour, bool still = false);
[[nodiscard]] std::string press_when_it_rings(std::string_view phone);  // shown while it does
// While the prompt asks for Enter when # was pressed.
[[nodiscard]] std::string ringing_for_hash(std::string_view phone, bool still = false);
// What is left to whoever was sent nothing.
struct WayOn {
  // Until it can be tried again. NOLINTNEXTLINE(readability-redundant-member-init)
  std::optional<std::chrono::seconds> wait = {};
  bool others = false;  // something else can be typed
  bool again = false;   // it can be tried again at once
  bool asks = false;    // the prompt itself says whom to ask
};
[[nodiscard]] std::string not_sent(PhoneUse use, const WayOn& way_on, const Settings& settings);
// It may have gone out, or not. `again`: it can be sent once more, by the word resend.
[[nodiscard]] std::string may_come(PhoneUse use, std::string_view phone, std::chrono::seconds lives,
                                   const WayOn& way_on, const Settings& settings, std::string_view whose = kYour);
// Likewise of a call that # would have answered. `wait`: until the next one.
[[nodiscard]] std::string call_lost(std::string_view phone, std::optional<std::chrono::seconds> wait);
// By that number, or nobody answered. `wait`: until the next one.
[[nodiscard]] std::string not_taken(PhoneUse use, std::string_view phone, Refusal why,
                                    std::optional<std::chrono::seconds> wait, std::string_view whose = kYour);
// `phone`: the one that was meant. `by_hash`: # would have answered the call. `way_on`: without what is over for now.
[[nodiscard]] std::string over_budget(const BudgetRefused& refused, PhoneUse use, std::string_view phone, bool by_hash,
                                      const WayOn& way_on, const Settings& settings, std::string_view whose = kYour);
// Setting a phone up; ask_country, ask_number and phone_code are whole prompts.
[[nodiscard]] std::string ask_country(std::string_view problem, std::string_view otherwise, const Settings& settings);
[[nodiscard]] std::string no_countries();
// `app`: the word leads to an authenticator app instead. `chosen`: text or call was, in this dialogue.
[[nodiscard]] std::string country_help(const Settings& settings, bool chosen, bool app);
[[nodiscard]] std::string no_such_country(const Settings& settings);
// `country`: its code, or empty where it is not one alone.
[[nodiscard]] std::string country_not_listed(const Settings& settings, std::string_view country);
[[nodiscard]] std::string ask_number(std::string_view problem, std::string_view country, PhoneUse use, bool by_hash);
[[nodiscard]] std::string number_tried_just_now(std::chrono::seconds wait);
[[nodiscard]] std::string number_help(PhoneUse use, bool app);
// Behind what keeps a phone from being set up.
[[nodiscard]] std::string app_instead(bool chosen, bool app);
[[nodiscard]] std::string landlines_are_called(bool chosen_here);  // behind what is wrong with one for texts
[[nodiscard]] std::string other_number_rings();
// `resend`: it can be sent, or called, again.
[[nodiscard]] std::string phone_code(std::string_view problem, bool resend);
enum class HashAsked : std::uint8_t { rings, pressed, over };  // what became of the call
[[nodiscard]] std::string phone_hash(std::string_view problem, HashAsked asked, bool resend);  // a whole prompt, too
[[nodiscard]] std::string phone_code_help(PhoneUse use, bool by_hash, bool resend, bool app);
[[nodiscard]] std::string last_number();  // that can be typed
[[nodiscard]] std::string not_the_phone_code(bool by_hash);
[[nodiscard]] std::string wrong_phone_code(std::uint32_t tries_left);
[[nodiscard]] std::string phone_code_gone(bool resend);  // there is none, or no more
[[nodiscard]] std::string phone_there_already(std::string_view factor, std::string_view whose);  // empty: yours
[[nodiscard]] std::string number_serves_others();
// Of what somebody else changed about how the person logs in; `what`: a sentence.
[[nodiscard]] std::string changed_message(const Settings& settings, std::string_view server, std::string_view what);
[[nodiscard]] std::string test_message(const Settings& settings, std::string_view server, MessageMode mode);
[[nodiscard]] std::string phone_set_up_done(std::string_view phone);  // with the nudge towards an app

[[nodiscard]] std::string nothing_to_resend(const CodePrompt& prompt);
// With the words for those that are there.
[[nodiscard]] std::string no_phone_ending(const CodePrompt& prompt, PhoneUse use, std::string_view digits,
                                          std::string_view whose = kYour);
// `phones`: what is typed for each, and its name.
[[nodiscard]] std::string several_end_so(PhoneUse use, std::string_view digits,
                                         const std::vector<std::pair<std::string, std::string>>& phones,
                                         std::string_view whose = kYour);

}  // namespace mfa::texts
