#include "common/flows/phone_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/domain/country_names.h"
#include "common/domain/phone_code.h"
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
// Of a message that whoever gets it did not ask for.
std::string not_expected(const Settings& settings) {
  return fmt::format("Did you not expect it? Tell {}.", helpdesk(settings));
}

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

// "New Zealand, Australia or Belgium".
template <class Names, class Name>
std::string listed(const Names& all, std::string_view last, Name name) {
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    text += i == 0 ? "" : i + 1 < all.size() ? ", " : last;
    text += name(all[i]);
  }
  return text;
}
// "the Netherlands"
std::string country_in_words(std::string_view code) {
  constexpr std::array<std::string_view, 5> kAlone{"Netherlands", "Philippines", "Maldives", "Bahamas", "Gambia"};
  const std::string_view name = country_name(code);
  const bool the = name.starts_with("United ") || name.ends_with(" Islands") || name.ends_with(" Republic") ||
                   std::ranges::find(kAlone, name) != kAlone.end();
  return (the ? "the " : "") + std::string(name);
}
std::string countries_in_words(const Settings& settings, std::string_view last) {
  return listed(settings.phone.countries, last, country_in_words);
}

std::string use_one_from(const Settings& settings) {
  return fmt::format("Use one from {}.", countries_in_words(settings, " or "));
}

std::string number_word(std::size_t count) {
  constexpr std::array<std::string_view, 9> kWords{"No",   "One", "Two",   "Three", "Four",
                                                   "Five", "Six", "Seven", "Eight"};
  return count < kWords.size() ? std::string(kWords.at(count)) : std::to_string(count);
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

std::string sent_before(PhoneUse use, std::string_view phone, bool resend, std::string_view whose) {
  return fmt::format("The code we {} {} phone {} before still works.{}",
                     use == PhoneUse::text ? "sent to" : "read out to", whose, phone,
                     resend ? " Type resend to get it again." : "");
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

std::string not_sent(PhoneUse use, const WayOn& way_on, const Settings& settings) {
  const std::string_view first = way_on.others  ? "Use another way, or ask"
                                 : way_on.wait  ? "Wait until then, or ask"
                                 : way_on.again ? "Try again, or ask"
                                                : "Try again later, or ask";
  return fmt::format("The {} could not be {}.{} {} {}.", what(use), use == PhoneUse::text ? "sent" : "made",
                     way_on.wait ? fmt::format(" We can try again in {}.", duration(*way_on.wait)) : "", first,
                     helpdesk(settings));
}

namespace {

std::string not_taken_at_all(PhoneUse use, std::string_view phone, Refusal why, std::string_view whose) {
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

}  // namespace

std::string not_taken(PhoneUse use, std::string_view phone, Refusal why, std::optional<std::chrono::seconds> wait,
                      std::string_view whose) {
  std::string text = not_taken_at_all(use, phone, why, whose);
  if (wait && why != Refusal::no_number) text += fmt::format(" We can {} again in {}.", what(use), duration(*wait));
  return text;
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
      return fmt::format("Our last call came to nothing. We can call again in {}.", duration(refused.wait));
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
      return fmt::format(
          "That number has had as many texts and calls as it can get. Try again in {}.\n"
          "Until then use another way, or ask {}.",
          duration(refused.wait), helpdesk(settings));
    case BudgetRefusal::all_used_up:
      break;
  }
  return fmt::format("No more {}s can be {} today. Use another way, or ask {}.", what(use),
                     use == PhoneUse::text ? "sent" : "made", helpdesk(settings));
}

std::string ask_country(std::string_view problem, std::string_view otherwise, const Settings& settings) {
  constexpr std::size_t kFew = 5;
  const std::size_t count = settings.phone.countries.size();
  const std::string prefix = dialling_prefix(otherwise);
  std::string text;
  if (count == 1) {
    text = fmt::format("Numbers from {} ({}) can be used here. Press Enter, or type back.", country_in_words(otherwise),
                       prefix);
  } else {
    text = fmt::format("Which country is your number from{}? Type its name, code or prefix ({}), or back.",
                       count <= kFew ? ": " + countries_in_words(settings, " or ") : "", prefix);
  }
  return fmt::format("{}{}\nCountry [{}]: ", problem_line(problem), folded(text), otherwise);
}
std::string no_countries() { return "No phones can be used here: no countries are listed whose numbers may be."; }
std::string country_help(const Settings& settings, bool chosen, bool app) {
  return fmt::format("Any of these will do: New Zealand, NZ, +64. Numbers from {} can be used here.\n{}{}",
                     countries_in_words(settings, " and "),
                     chosen ? "Type back to choose something else." : "Type back to end this; nothing is changed then.",
                     app ? "\n" + app_instead(chosen, app) : "");
}
std::string no_such_country(const Settings& settings) {
  return fmt::format("There is no country of that name, code or prefix. {}", use_one_from(settings));
}
std::string country_not_listed(const Settings& settings, std::string_view country) {
  const std::string name = country_name(country).empty() ? "there" : country_in_words(country);
  return fmt::format("Numbers from {} cannot be used here. {}", name, use_one_from(settings));
}
std::string ask_number(std::string_view problem, std::string_view country, PhoneUse use, bool by_hash) {
  return fmt::format("{}Your number in {} ({}), as you would dial it there. Or back.\n{}Phone number: ",
                     problem_line(problem), country_in_words(country), dialling_prefix(country),
                     use == PhoneUse::text ? ""
                     : by_hash             ? "We call it then: answer, and press # on that phone.\n"
                                           : "We call it then, and a voice reads out a code.\n");
}
std::string number_tried_just_now(std::chrono::seconds wait) {
  return fmt::format("We tried that number just now. Type it again in {}.", duration(wait));
}
std::string number_help(PhoneUse use, bool app) {
  return fmt::format("The number of a {}\nType back to choose another country.{}",
                     use == PhoneUse::text
                         ? "mobile phone; spaces, dashes and brackets do not matter. We text it a code to prove it."
                         : "phone that rings directly, without an extension. We call it to prove it.",
                     app ? "\n" + app_instead(/*chosen=*/true, app) : "");
}
std::string app_instead(bool chosen, bool app) {
  if (chosen) return app ? "To set up an authenticator app instead, type app." : "";
  return "Or set up an authenticator app instead: mfa-enroll totp";
}
std::string landlines_are_called(bool chosen_here) {
  return chosen_here ? "For calls type back twice, then call. Or type a mobile number."
                     : "It can be called: mfa-enroll phone --call. Or type a mobile number.";
}
std::string other_number_rings() {
  return "We are still calling the number before. Type this one again when that is over.";
}
std::string phone_code(std::string_view problem, bool resend) {
  return fmt::format("{}Type the code. Other words: {}back (another number), help\n{}", problem_line(problem),
                     resend ? "resend, " : "", kCodeLine);
}
std::string phone_hash(std::string_view problem, HashAsked asked, bool resend) {
  const std::string_view what_to_do = asked == HashAsked::pressed ? "# was pressed. Press Enter.\n"
                                      : asked == HashAsked::rings
                                          ? "Answer the call, and press # on the phone. Then press Enter here.\n"
                                          : "";
  return fmt::format("{}{}Other words: {}back (another number), help\nWhen # was pressed, press Enter: ",
                     problem_line(problem), what_to_do, resend ? "resend, " : "");
}
std::string phone_code_help(PhoneUse use, bool by_hash, bool resend, bool app) {
  const std::string_view first =
      use == PhoneUse::text
          ? "A text with six digits is on its way to your phone; type them here. That may take a minute."
      : by_hash ? "Your phone rings: answer, press # on it, then Enter here."
                : "Your phone rings, and a voice reads six digits, twice; type them here.";
  return fmt::format("{}\n{}back lets you correct the number.{}", first,
                     !resend                 ? ""
                     : use == PhoneUse::text ? "resend sends it again; "
                                             : "resend calls again; ",
                     app ? "\n" + app_instead(/*chosen=*/true, app) : "");
}
std::string not_the_phone_code(bool by_hash) {
  return by_hash ? "There is no code to type: press # on that phone, then Enter here."
                 : "That is not a code. Type the six digits.";
}
std::string wrong_phone_code(std::uint32_t tries_left) {
  return fmt::format("That code is not right. {} left.",
                     tries_left == 1 ? "1 try" : fmt::format("{} tries", tries_left));
}
std::string phone_code_gone(bool resend) {
  return resend ? "That code works no longer. Type resend for a new one." : "That code works no longer.";
}
std::string phone_there_already(std::string_view factor, std::string_view whose) {
  return fmt::format("{} that phone already, as {}.", whose.empty() ? "You have" : fmt::format("{} has", whose),
                     factor);
}
std::string number_serves_others() {
  return fmt::format("{} people use that number already, and no more may. Use another.",
                     number_word(kMostPeopleOfANumber));
}
std::string changed_message(const Settings& settings, std::string_view server, std::string_view what) {
  const std::string from = issuer(settings, server);
  return fmt::format("{}: {} {}", from == server ? from : fmt::format("{}, {}", from, server), what, not_you(settings));
}
std::string test_message(const Settings& settings, std::string_view server, MessageMode mode) {
  if (mode == MessageMode::press)
    return fmt::format("This is {}, with a test from {}. Press the hash key. {}", issuer(settings, server), server,
                       not_expected(settings));
  return fmt::format("{}: this is a test from {}. Nothing is to be done about it. {}", issuer(settings, server), server,
                     not_expected(settings));
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

std::string no_phone_ending(const CodePrompt& prompt, PhoneUse use, std::string_view digits, std::string_view whose) {
  std::vector<std::string> words = phone_words(prompt, use);
  if (words.empty()) words = phone_words(prompt, use == PhoneUse::text ? PhoneUse::call : PhoneUse::text);
  return fmt::format("{} no phone ending {} here. Type {}.", whose == kYour ? "You have" : "They have", digits,
                     listed(words, " or ", [](const std::string& word) { return word; }));
}

std::string several_end_so(PhoneUse use, std::string_view digits,
                           const std::vector<std::pair<std::string, std::string>>& phones, std::string_view whose) {
  return fmt::format("{} phones of {} end {}. Type {}.", number_word(phones.size()),
                     whose == kYour ? "yours" : "theirs", digits, listed(phones, ", or ", [&](const auto& phone) {
                       return fmt::format("{} {} for {}", what(use), phone.first, phone.second);
                     }));
}

}  // namespace mfa::texts
