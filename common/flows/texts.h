// Every text a person reads in a dialogue, but the prompt for a code (code_prompt.h): short, plain, and saying what to
// do next.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/domain/advice.h"
#include "common/domain/factor.h"
#include "common/domain/settings.h"
#include "common/domain/types.h"
#include "common/flows/choose_factor.h"
#include "common/flows/code_prompt.h"
#include "common/language/language.h"

namespace mfa::texts {

// "2 minutes", "1 hour", "45 seconds": rounded up, so that whoever waits that long has waited enough.
[[nodiscard]] std::string duration(std::chrono::seconds length);
inline constexpr std::size_t kColumns = 79;  // of a line: what is behind the last of 80 makes some windows wrap
// In lines of a window's width, broken between words; of the first, so many columns are taken already.
[[nodiscard]] std::string folded(std::string_view text, std::size_t taken = 0);
// All of them, one a line.
[[nodiscard]] std::string lines(const std::vector<std::string>& texts, std::string_view last);
// As the configuration says it: "30 days" rather than "720 hours".
[[nodiscard]] std::string window(std::chrono::seconds length);

// `rounds_left` in this dialogue, `tries_left` until the lock: what comes first is told.
[[nodiscard]] std::string wrong(std::uint32_t rounds_left, std::uint32_t tries_left);
// `resend`: that word brings another code.
[[nodiscard]] std::string replayed(FactorKind kind, bool resend);
[[nodiscard]] std::string expired(bool resend);
[[nodiscard]] std::string worn_out(bool resend);
// Behind a wrong code, where texts are answered. Said of any: whether one was ever good is nobody's to know.
[[nodiscard]] std::string newest_counts();
[[nodiscard]] std::string replaced(bool resend);
[[nodiscard]] std::string recovery_code_used();
[[nodiscard]] std::string empty_answer(const CodePrompt& prompt);
[[nodiscard]] std::string not_a_code(const CodePrompt& prompt = {});  // without one: of an app
[[nodiscard]] std::string not_an_enrolment_code(const Settings& settings);
[[nodiscard]] std::string enrolment_code_help(const Settings& settings);
[[nodiscard]] std::string no_code_behind_password();  // where a program asks once for both
[[nodiscard]] std::string unreadable(const CodePrompt& prompt);
[[nodiscard]] std::string too_long(const CodePrompt& prompt = {});
// How whoever reads it can say that it was not them.
enum class SayBy : std::uint8_t {
  word,       // at the prompt: "notme"
  command,    // mfa-enroll report
  elsewhere,  // whoever shows this says so
};
[[nodiscard]] std::string not_wanted(SayBy how);
[[nodiscard]] std::string failed_logins(std::uint32_t count, SayBy how = SayBy::word);

[[nodiscard]] std::string still_reported();
[[nodiscard]] std::string trust_ended(TrustEnd why);
[[nodiscard]] std::string remember(std::chrono::seconds length, std::string_view help);  // the question, a prompt
[[nodiscard]] std::string remember_help();

// Enrolment, in a login and guided. What ends in ": " is a whole prompt; the others are the problem in one.
[[nodiscard]] std::string prove_first();
[[nodiscard]] std::string choose_factor(std::string_view user, std::string_view server, std::string_view problem,
                                        const std::optional<std::string>& required_from,
                                        const std::vector<Choice>& offered);
[[nodiscard]] std::string from_when(std::string_view date,
                                    std::chrono::seconds ahead);  // "1 December 2026 (in 9 days)"
[[nodiscard]] std::string choose_first_factor(std::string_view problem, const std::vector<Choice>& offered);
[[nodiscard]] std::string no_such_choice(const std::vector<Choice>& offered);
[[nodiscard]] std::string nearly_app();
[[nodiscard]] std::string no_code_yet(const std::vector<Choice>& offered);
[[nodiscard]] std::string choice_help(const std::vector<Choice>& offered, bool may_wait);
[[nodiscard]] std::string app_picture(std::string_view problem, std::string_view picture, int digits);
[[nodiscard]] std::string app_key(std::string_view problem, std::string_view key, std::string_view account, int digits);
[[nodiscard]] std::string app_again(std::string_view problem);
[[nodiscard]] std::string app_code(std::string_view problem, int digits);  // where the client draws
[[nodiscard]] std::string app_wrong();
[[nodiscard]] std::string app_help();
[[nodiscard]] std::string device_name(std::string_view problem, std::string_view otherwise);
[[nodiscard]] std::string name_help();
[[nodiscard]] std::string keep_codes(std::string_view help, const std::vector<std::string>& shown_codes);
[[nodiscard]] std::string codes_help();
[[nodiscard]] std::string codes_not_saved();

// What the parts of the guided set-up are called.
inline constexpr std::string_view kStepProve = marked("Prove that it is you");
inline constexpr std::string_view kStepChoose = marked("Choose your second factor");
inline constexpr std::string_view kStepApp = marked("Set up your authenticator app");
inline constexpr std::string_view kStepPhone = marked("Set up your phone");
inline constexpr std::string_view kStepCodes = marked("Keep your recovery codes");

// A hardware token that is registered; token_seed and token_code are whole prompts.
[[nodiscard]] std::string token_seed(std::string_view problem);
[[nodiscard]] std::string token_seed_help(const Settings& settings);
[[nodiscard]] std::string token_code(std::string_view problem, int digits, bool first);
[[nodiscard]] std::string token_code_help();
[[nodiscard]] std::string not_token_digits(int digits);
[[nodiscard]] std::string other_token_digits(int digits, std::size_t typed);
[[nodiscard]] std::string same_token_code();
[[nodiscard]] std::string not_in_a_row();

// Last words of a login.
[[nodiscard]] std::string locked(std::chrono::seconds wait, const Settings& settings);
[[nodiscard]] std::string last_answer();  // that the dialogue takes
[[nodiscard]] std::string rounds_used(const Settings& settings);
[[nodiscard]] std::string too_many_devices();
[[nodiscard]] std::string one_factor(const Settings& settings);
[[nodiscard]] std::string denied(const Settings& settings);
[[nodiscard]] std::string enrol_elsewhere(const Settings& settings, std::string_view server);
[[nodiscard]] std::string not_set_up_yet();
// `app`: it can be an authenticator app the next time.
[[nodiscard]] std::string not_set_up(const Settings& settings, bool app = false);
[[nodiscard]] std::string set_up_done();
[[nodiscard]] std::string nothing_enrolled(const Settings& settings, std::string_view server);
[[nodiscard]] std::string other_person(const Settings& settings);
[[nodiscard]] std::string login_outdated();
[[nodiscard]] std::string unavailable(const Settings& settings);
[[nodiscard]] std::string reported(const Settings& settings);
// Behind that, where something stood open beside the factors.
[[nodiscard]] std::string openings_ended();
[[nodiscard]] std::string recovery_left(std::size_t codes);
[[nodiscard]] std::string bypass_left(std::size_t uses);

// The next sensible step, a sentence with what to type. `locked_for`: for Advice::wait.
[[nodiscard]] std::string advice(Advice advice, const Settings& settings, std::size_t recovery_codes,
                                 std::chrono::seconds locked_for);

// "authenticator app"
[[nodiscard]] std::string kind_in_words(FactorKind kind);
// "your helpdesk", or the words of the configuration.
[[nodiscard]] std::string helpdesk(const Settings& settings);

}  // namespace mfa::texts
