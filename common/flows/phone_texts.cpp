#include "common/flows/phone_texts.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/domain/country_names.h"
#include "common/flows/texts.h"

namespace mfa {
namespace {

constexpr std::string_view kOwnProgram = "mfa-enroll";

CodePurpose purpose(std::string_view kind, std::string_view service, std::string_view server, std::string words) {
  return {.key = fmt::format("{} {} {}", kind, service, server), .words = std::move(words)};
}

}  // namespace

CodePurpose login_purpose(std::string_view service, std::string_view server) {
  std::string words = service == "sshd"          ? fmt::format("to log in to {}", server)
                      : service == "login"       ? fmt::format("to log in at {}", server)
                      : service.starts_with('(') ? fmt::format("for a program on {}", server)
                                                 : fmt::format("for {} on {}", service, server);
  return purpose("login", service, server, std::move(words));
}

CodePurpose enrolment_purpose(std::string_view service, std::string_view server) {
  return purpose("enrolment", service, server, fmt::format("to set up another factor on {}", server));
}

CodePurpose step_up_purpose(std::string_view server) {
  return purpose("step-up", kOwnProgram, server, fmt::format("to change how you log in to {}", server));
}

CodePurpose test_purpose(std::string_view server) {
  return purpose("test", kOwnProgram, server, fmt::format("to try your codes on {}", server));
}

CodePurpose identify_purpose(std::string_view server) {
  return purpose("identify", kOwnProgram, server, fmt::format("to read out to the helpdesk of {}", server));
}

CodePurpose registration_purpose(std::string_view server) {
  return purpose("registration", kOwnProgram, server, fmt::format("to add this phone on {}", server));
}

}  // namespace mfa

namespace mfa::texts {
namespace {

std::string issuer(const Settings& settings, std::string_view server) {
  return settings.issuer.empty() ? std::string(server) : settings.issuer;
}

std::string not_you(const Settings& settings) { return fmt::format("Not you? Tell {}.", helpdesk(settings)); }

// "4, 0, 2, 9, 1, 3", which a voice reads slowly.
std::string one_by_one(const Secret& code) {
  std::string digits;
  digits.reserve(3 * code.size());  // memory that moved would leave digits behind
  for (const char digit : code.text()) {
    if (!digits.empty()) digits += ", ";
    digits += digit;
  }
  return digits;
}

// "New Zealand, Australia and Belgium".
std::string countries_in_words(const Settings& settings) {
  const auto& codes = settings.phone.countries;
  std::string text;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    text += i == 0 ? "" : i + 1 < codes.size() ? ", " : " and ";
    text += country_name(codes[i]);
  }
  return text;
}

std::string problem_line(std::string_view problem) { return problem.empty() ? "" : folded(problem) + "\n"; }

std::string what(PhoneUse use) { return use == PhoneUse::text ? "text" : "call"; }

}  // namespace

Secret message(const Settings& settings, std::string_view server, PhoneUse use, MessageMode mode,
               const CodePurpose& purpose, const Secret& code) {
  const std::string from = issuer(settings, server);
  std::string text;
  text.reserve(1024);
  if (use == PhoneUse::text) {
    fmt::format_to(std::back_inserter(text), "{}: {} is your code {}. {}", from, code.text(), purpose.words,
                   not_you(settings));
  } else if (mode == MessageMode::press) {
    fmt::format_to(std::back_inserter(text), "This is {}. You asked {}. If that was you, press the hash key. {}", from,
                   purpose.words, not_you(settings));
  } else {
    std::string digits = one_by_one(code);
    fmt::format_to(std::back_inserter(text), "This is {}. Your code {} is: {}. Once more: {}. {}", from, purpose.words,
                   digits, digits, not_you(settings));
    wipe(digits);
  }
  Secret whole(text);
  wipe(text);
  return whole;
}

std::string sent(PhoneUse use, std::string_view phone, std::chrono::seconds lives, std::string_view whose) {
  return use == PhoneUse::text
             ? fmt::format("We sent a text to {} phone {}. Its code works for {}.", whose, phone, duration(lives))
             : fmt::format("We called {} phone {}. The code we read out works for {}.", whose, phone, duration(lives));
}

std::string sent_before(PhoneUse use, std::string_view phone, std::string_view whose) {
  return fmt::format("The code we {} {} phone {} before still works. Type resend to get it again.",
                     use == PhoneUse::text ? "sent to" : "read out to", whose, phone);
}

std::string ringing(std::string_view phone, std::string_view whose, bool still) {
  return fmt::format("We are {}calling {} phone {}. It will read out six digits, twice.", still ? "still " : "", whose,
                     phone);
}

std::string press_when_it_rings(std::string_view phone) {
  return fmt::format("We are calling your phone {}. Answer it, and press #.", phone);
}

std::string ringing_for_hash(std::string_view phone, bool still) {
  return fmt::format("We are {}calling your phone {}. Answer it, and press #.", still ? "still " : "", phone);
}

std::string not_sent(PhoneUse use, const Settings& settings) {
  return fmt::format("The {} could not be {}. Use another way, or ask {}.", what(use),
                     use == PhoneUse::text ? "sent" : "made", helpdesk(settings));
}

std::string not_taken(PhoneUse use, std::string_view phone, Refusal why, std::string_view whose) {
  const std::string_view theirs = whose == kYour ? "Your" : "Their";
  if (use == PhoneUse::text) return fmt::format("{} phone {} takes no texts.", theirs, phone);
  switch (why) {
    case Refusal::busy:
      return fmt::format("{} phone {} is busy.", theirs, phone);
    case Refusal::declined:
      return fmt::format("{} phone {} declined our call.", theirs, phone);
    case Refusal::no_number:
      return fmt::format("{} phone {} cannot be called: there is no such number.", theirs, phone);
    case Refusal::unanswered:
      return fmt::format("Nobody answered {} phone {}.", whose, phone);
    case Refusal::not_pressed:
      return fmt::format("Nobody pressed # on {} phone {}.", whose, phone);
    case Refusal::unknown:
      break;
  }
  return fmt::format("Our call to {} phone {} was not answered.", whose, phone);
}

namespace {

// Of a call that others may have asked for, or the same person before: whoever reads it may have that phone at the ear.
std::string rings_for_another(const BudgetRefused& refused, std::string_view phone, bool by_hash,
                              std::string_view whose) {
  if (refused.same_code) return fmt::format("We are still calling {} phone {}; its code works here.", whose, phone);
  const std::string wait = duration(refused.wait);
  if (!by_hash) return fmt::format("We called {} phone for something else just now. We can call in {}.", whose, wait);
  return fmt::format(
      "We called your phone for another login just now. Not you? Do not press #.\nWe can call for this one in "
      "{}.",
      wait);
}

}  // namespace

std::string over_budget(const BudgetRefused& refused, PhoneUse use, std::string_view phone, bool by_hash,
                        const Settings& settings, std::string_view whose) {
  switch (refused.why) {
    case BudgetRefusal::rings:
      return rings_for_another(refused, phone, by_hash, whose);
    case BudgetRefusal::too_soon:
      if (by_hash)
        return fmt::format("We called {} phone {} just now. We can call again in {}.", whose, phone,
                           duration(refused.wait));
      if (!refused.same_code)
        return fmt::format("We sent you a code for something else just now. You can get one for this in {}.",
                           duration(refused.wait));
      return fmt::format("That was sent just now. If it does not come, type resend in {}.", duration(refused.wait));
    case BudgetRefusal::call_unanswered:
      return fmt::format("Our last call was not answered. We can call again in {}.", duration(refused.wait));
    case BudgetRefusal::person_used_up:
      return fmt::format(
          "{} had as many texts and calls as {} can get. The next one is possible in {}.\n"
          "Until then use another way, or ask {}.",
          whose == kYour ? "You have" : "They have", whose == kYour ? "you" : "they", duration(refused.wait),
          helpdesk(settings));
    case BudgetRefusal::failing:
      return fmt::format("The last {}s could not be {}. We can try again in {}. Use another way, or ask {}.", what(use),
                         use == PhoneUse::text ? "sent" : "made", duration(refused.wait), helpdesk(settings));
    case BudgetRefusal::number_used_up:
    case BudgetRefusal::all_used_up:
      break;
  }
  return fmt::format("No more {}s can be {} now. Use another way, or ask {}.", what(use),
                     use == PhoneUse::text ? "sent" : "made", helpdesk(settings));
}

std::string ask_country(std::string_view problem, std::string_view otherwise) {
  return fmt::format("{}Which country is your number from? Type its name, code or prefix (+{}).\nCountry [{}]: ",
                     problem_line(problem), dialling_prefix(otherwise).substr(1), otherwise);
}
std::string no_countries() { return "No phones can be used here: no countries are listed whose numbers may be."; }
std::string country_help(const Settings& settings) {
  return fmt::format(
      "Any of these will do: New Zealand, NZ, +64. Numbers of {} can be used here.\n"
      "Type back to return to the step before.",
      countries_in_words(settings));
}
std::string no_such_country(const Settings& settings) {
  return fmt::format("There is no such country. Numbers of {} can be used here.", countries_in_words(settings));
}
std::string country_not_listed(const Settings& settings) {
  return fmt::format("Numbers of that country cannot be used here, but those of {}.", countries_in_words(settings));
}
std::string ask_number(std::string_view problem, std::string_view country) {
  return fmt::format("{}Your number in {} ({}), as you would dial it there. Or back.\nPhone number: ",
                     problem_line(problem), country_name(country), dialling_prefix(country));
}
std::string number_tried_just_now(std::chrono::seconds wait) {
  return fmt::format("We tried that number just now. Type it again in {}.", duration(wait));
}
std::string number_help(PhoneUse use) {
  return use == PhoneUse::text
             ? "The number of a mobile phone; spaces, dashes and brackets do not matter. We text it a code to prove "
               "it.\n"
               "Type back to choose another country."
             : "The number of a phone that rings directly, without an extension. We call it with a code to prove it.\n"
               "Type back to choose another country.";
}
std::string landlines_are_called(bool chosen_here) {
  return chosen_here ? "For calls type back twice, then call. Or type a mobile number."
                     : "It can be called: mfa-enroll phone --call. Or type a mobile number.";
}
std::string other_number_rings() {
  return "We are still calling the number before. Type this one again when that is over.";
}
std::string not_made_for_set_up() { return "The call could not be made. Type resend to try again."; }
std::string phone_code(std::string_view problem) {
  return fmt::format("{}Type the code. Other words: resend, back (another number), help\n{}", problem_line(problem),
                     kCodeLine);
}
std::string phone_hash(std::string_view problem, bool pressed) {
  return fmt::format(
      "{}{}\nOther words: resend, back (another number), help\nWhen # was pressed, press Enter: ",
      problem_line(problem),
      pressed ? "# was pressed. Press Enter." : "Answer the call, and press # on the phone. Then press Enter here.");
}
std::string phone_code_help(PhoneUse use) {
  return use == PhoneUse::text
             ? "A text with six digits is on its way to your phone; type them here. That may take a minute.\n"
               "resend sends it again; back lets you correct the number."
             : "Your phone rings, and a voice reads six digits, twice; type them here.\n"
               "resend calls again; back lets you correct the number.";
}
std::string not_the_phone_code() { return "That is not a code. Type the six digits."; }
std::string wrong_phone_code() { return "That code is not right."; }
std::string phone_there_already(std::string_view factor, std::string_view whose) {
  return fmt::format("{} that phone already, as {}.", whose.empty() ? "You have" : fmt::format("{} has", whose),
                     factor);
}
std::string number_serves_others() { return "That number serves as many people as it may. Use another."; }
std::string changed_message(const Settings& settings, std::string_view server, std::string_view what) {
  const std::string from = issuer(settings, server);
  return fmt::format("{}: {} {}", from == server ? from : fmt::format("{}, {}", from, server), what, not_you(settings));
}
std::string test_message(const Settings& settings, std::string_view server, MessageMode mode) {
  if (mode == MessageMode::press)
    return fmt::format("This is {}, with a test from {}. Press the hash key. {}", issuer(settings, server), server,
                       not_you(settings));
  return fmt::format("{}: this is a test from {}. Nothing is to be done about it. {}", issuer(settings, server), server,
                     not_you(settings));
}
std::string phone_set_up_done(std::string_view phone) {
  return fmt::format(
      "Your phone {} is set up. From now on, logins ask for the codes it gets.\n"
      "An authenticator app also works without a network. Add one with: mfa-enroll totp",
      phone);
}

std::string nothing_to_resend(const CodePrompt& prompt) {
  const bool text = std::ranges::any_of(prompt.phones, &PhoneAtPrompt::texts);
  const bool call = std::ranges::any_of(prompt.phones, &PhoneAtPrompt::calls);
  return fmt::format("There is nothing to send again. Type {}.", text && call ? "text or call"
                                                                 : text       ? "text"
                                                                              : "call");
}

std::string no_phone_ending(std::string_view digits, std::string_view whose) {
  return fmt::format("{} no phone ending {} here.", whose == kYour ? "You have" : "They have", digits);
}

}  // namespace mfa::texts
