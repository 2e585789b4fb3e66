#include "common/flows/phone_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/domain/country_names.h"
#include "common/domain/phone_code.h"
#include "common/flows/texts.h"
#include "common/language/language.h"

namespace mfa {
namespace {

constexpr std::string_view kOwnProgram = "mfa-enroll";

CodePurpose purpose(std::string_view kind, std::string_view service, std::string_view server, std::string words) {
  return {.key = fmt::format("{} {} {}", kind, service, server), .words = std::move(words)};
}

}  // namespace

CodePurpose login_purpose(std::string_view service, std::string_view server) {
  std::string words = service == "sshd"          ? say("to log in to {}", server)
                      : service == "login"       ? say("to log in at {}", server)
                      : service.starts_with('(') ? say("for a program on {}", server)
                                                 : say("for {} on {}", service, server);
  return purpose("login", service, server, std::move(words));
}

CodePurpose enrolment_purpose(std::string_view service, std::string_view server) {
  return purpose("enrolment", service, server, say("to set up another factor on {}", server));
}

CodePurpose step_up_purpose(std::string_view server) {
  return purpose("step-up", kOwnProgram, server, say("to change how you log in to {}", server));
}

CodePurpose test_purpose(std::string_view server) {
  return purpose("test", kOwnProgram, server, say("to try your codes on {}", server));
}

CodePurpose identify_purpose(std::string_view server) {
  return purpose("identify", kOwnProgram, server, say("to read out to the helpdesk of {}", server));
}

CodePurpose registration_purpose(std::string_view server) {
  return purpose("registration", kOwnProgram, server, say("to add this phone on {}", server));
}

}  // namespace mfa

namespace mfa::texts {

std::string ending(std::string_view phone) {
  constexpr std::string_view kMasked = "ending ";
  if (!phone.starts_with(kMasked)) return std::string(phone);
  return say("ending {}", phone.substr(kMasked.size()));
}

namespace {

std::string issuer(const Settings& settings, std::string_view server) {
  return settings.issuer.empty() ? std::string(server) : settings.issuer;
}

std::string not_you(const Settings& settings) { return say("Not you? Tell {}.", helpdesk(settings)); }
// Of a message that whoever gets it did not ask for.
std::string not_expected(const Settings& settings) {
  return say("Did you not expect it? Tell {}.", helpdesk(settings));
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
// "the Netherlands". A translation has its own article.
std::string country_in_words(std::string_view code) {
  constexpr std::array<std::string_view, 5> kAlone{"Netherlands", "Philippines", "Maldives", "Bahamas", "Gambia"};
  const std::string_view name = country_name(code);
  const bool the = name.starts_with("United ") || name.ends_with(" Islands") || name.ends_with(" Republic") ||
                   std::ranges::find(kAlone, name) != kAlone.end();
  return the ? say("the {}", in_words(name)) : std::string(in_words(name));
}
std::string countries_in_words(const Settings& settings, std::string_view last) {
  return listed(settings.phone.countries, last, country_in_words);
}

std::string use_one_from(const Settings& settings) {
  return say("Use one from {}.", countries_in_words(settings, say(" or ")));
}

std::string number_word(std::size_t count) {
  constexpr std::array<std::string_view, 9> kWords{marked("No"),    marked("One"),   marked("Two"),
                                                   marked("Three"), marked("Four"),  marked("Five"),
                                                   marked("Six"),   marked("Seven"), marked("Eight")};
  return count < kWords.size() ? std::string(in_words(kWords.at(count))) : std::to_string(count);
}

std::string problem_line(std::string_view problem) { return problem.empty() ? "" : folded(problem) + "\n"; }

std::string_view word_for(PhoneUse use) { return use == PhoneUse::text ? "text" : "call"; }  // what is typed

}  // namespace

Secret message(const Settings& settings, std::string_view server, PhoneUse use, MessageMode mode,
               const CodePurpose& purpose, const Secret& code) {
  const std::string from = issuer(settings, server);
  std::string text;
  text.reserve(1024);
  if (use == PhoneUse::text) {
    say_behind(text, "{}: {} is your code {}. {}", from, code.text(), purpose.words, not_you(settings));
  } else if (mode == MessageMode::press) {
    say_behind(text, "This is {}. You asked {}. If that was you, press the hash key. {}", from, purpose.words,
               not_you(settings));
  } else {
    std::string digits = one_by_one(code);
    say_behind(text, "This is {}. Your code {} is: {}. Once more: {}. {}", from, purpose.words, digits, digits,
               not_you(settings));
    wipe(digits);
  }
  Secret whole(text);
  wipe(text);
  return whole;
}

std::string sent(PhoneUse use, std::string_view phone, std::chrono::seconds lives, std::string_view whose) {
  return use == PhoneUse::text ? say("We sent a text to {} phone {}. Its code works for {}.", in_words(whose),
                                     ending(phone), duration(lives))
                               : say("We called {} phone {}. The code we read out works for {}.", in_words(whose),
                                     ending(phone), duration(lives));
}

std::string sent_before(PhoneUse use, std::string_view phone, bool resend, std::string_view whose) {
  const std::string text =
      use == PhoneUse::text
          ? say("The code we sent to {} phone {} before still works.", in_words(whose), ending(phone))
          : say("The code we read out to {} phone {} before still works.", in_words(whose), ending(phone));
  return text + (resend ? say(" Type resend to get it again.") : "");
}

std::string ringing(std::string_view phone, std::string_view whose, bool still) {
  return still ? say("We are still calling {} phone {}. It will read out six digits, twice.", in_words(whose),
                     ending(phone))
               : say("We are calling {} phone {}. It will read out six digits, twice.", in_words(whose), ending(phone));
}

std::string press_when_it_rings(std::string_view phone) {
  return say("We are calling your phone {}. Answer it, and press #.", ending(phone));
}

std::string ringing_for_hash(std::string_view phone, bool still) {
  return still ? say("We are still calling your phone {}. Answer it, and press #.", ending(phone))
               : say("We are calling your phone {}. Answer it, and press #.", ending(phone));
}

namespace {

// What to do now, behind what could not be had. Whom to ask is said once.
std::string what_now(const WayOn& way_on, const Settings& settings) {
  if (way_on.asks) return way_on.wait ? "" : way_on.again ? say("Try again.") : say("Try again later.");
  const std::string first = way_on.others  ? say("Use another way, or ask")
                            : way_on.wait  ? say("Wait until then, or ask")
                            : way_on.again ? say("Try again, or ask")
                                           : say("Try again later, or ask");
  return fmt::format("{} {}.", first, helpdesk(settings));
}

// `text`, and what to do until it can be had again, on a line of its own.
std::string until_then(const std::string& text, const WayOn& way_on, const Settings& settings) {
  if (way_on.others) return text + "\n" + say("Until then use another way, or ask {}.", helpdesk(settings));
  return way_on.asks ? text : text + "\n" + say("Wait until then, or ask {}.", helpdesk(settings));
}

std::string with(const std::string& text, const std::string& sentence) {
  return sentence.empty() ? text : text + " " + sentence;
}

}  // namespace

std::string not_sent(PhoneUse use, const WayOn& way_on, const Settings& settings) {
  return with(
      fmt::format("{}{}",
                  use == PhoneUse::text ? say("The text could not be sent.") : say("The call could not be made."),
                  way_on.wait ? say(" We can try again in {}.", duration(*way_on.wait)) : ""),
      what_now(way_on, settings));
}

std::string may_come(PhoneUse use, std::string_view phone, std::chrono::seconds lives, const WayOn& way_on,
                     const Settings& settings, std::string_view whose) {
  const std::string first =
      use == PhoneUse::text
          ? say("Our text to {} phone {} may come or not: we heard nothing more of it. Its code works for {}.",
                in_words(whose), ending(phone), duration(lives))
          : say("Our call to {} phone {} may come or not: we heard nothing more of it. Its code works for {}.",
                in_words(whose), ending(phone), duration(lives));
  const std::string wait = duration(settings.phone.budget.resend_after);
  const std::string then =
      way_on.again && way_on.others ? say("If it does not come in {}, type resend, or use another way.", wait)
      : way_on.again  ? say("If it does not come in {}, type resend, or ask {}.", wait, helpdesk(settings))
      : way_on.others ? say("If it does not come, use another way, or ask {}.", helpdesk(settings))
                      : say("If it does not come, ask {}.", helpdesk(settings));
  return first + "\n" + then;
}

std::string call_lost(std::string_view phone, std::optional<std::chrono::seconds> wait) {
  const std::string first =
      say("We heard nothing more of our call to your phone {}. If it rings, do not answer: # would do nothing.",
          ending(phone));
  return wait ? first + say(" We can call again in {}.", duration(*wait)) : first;
}

namespace {

std::string not_taken_at_all(PhoneUse use, std::string_view phone, Refusal why, std::string_view whose) {
  const std::string theirs = whose == kYour ? say("Your") : say("Their");
  if (use == PhoneUse::text) return say("{} phone {} takes no texts.", theirs, ending(phone));
  switch (why) {
    case Refusal::busy:
      return say("{} phone {} is busy.", theirs, ending(phone));
    case Refusal::declined:
      return say("{} phone {} declined our call.", theirs, ending(phone));
    case Refusal::no_number:
      return say("{} phone {} cannot be called: there is no such number.", theirs, ending(phone));
    case Refusal::unanswered:
      return say("Nobody answered {} phone {}.", in_words(whose), ending(phone));
    case Refusal::not_pressed:
      return say("Nobody pressed # on {} phone {}.", in_words(whose), ending(phone));
    case Refusal::unknown:
      break;
  }
  return say("Our call to {} phone {} was not answered.", in_words(whose), ending(phone));
}

}  // namespace

std::string not_taken(PhoneUse use, std::string_view phone, Refusal why, std::optional<std::chrono::seconds> wait,
                      std::string_view whose) {
  std::string text = not_taken_at_all(use, phone, why, whose);
  if (wait && why != Refusal::no_number)
    text += use == PhoneUse::text ? say(" We can text again in {}.", duration(*wait))
                                  : say(" We can call again in {}.", duration(*wait));
  return text;
}

namespace {

// Of a call that others may have asked for, or the same person before: whoever reads it may have that phone at the ear.
std::string rings_for_another(const BudgetRefused& refused, std::string_view phone, bool by_hash,
                              std::string_view whose) {
  if (refused.same_code)
    return say("We are still calling {} phone {}; its code works here.", in_words(whose), ending(phone));
  const std::string wait = duration(refused.wait);
  if (!by_hash) return say("We called {} phone for something else just now. We can call in {}.", in_words(whose), wait);
  return say(
      "We called your phone for another login just now. Not you? Do not press #.\nWe can call for this one in "
      "{}.",
      wait);
}

}  // namespace

std::string over_budget(const BudgetRefused& refused, PhoneUse use, std::string_view phone, bool by_hash,
                        const WayOn& way_on, const Settings& settings, std::string_view whose) {
  WayOn later = way_on;
  later.wait = refused.wait;
  switch (refused.why) {
    case BudgetRefusal::rings:
      return rings_for_another(refused, phone, by_hash, whose);
    case BudgetRefusal::too_soon:
      if (by_hash)
        return say("We called {} phone {} just now. We can call again in {}.", in_words(whose), ending(phone),
                   duration(refused.wait));
      if (refused.in_vain) return say("That came to nothing just now. We can try again in {}.", duration(refused.wait));
      if (!refused.same_code)
        return say("We sent you a code for something else just now. You can get one for this in {}.",
                   duration(refused.wait));
      return say("That was sent just now. If it does not come, type resend in {}.", duration(refused.wait));
    case BudgetRefusal::call_unanswered:
      return say("Our last call came to nothing. We can call again in {}.", duration(refused.wait));
    case BudgetRefusal::person_used_up:
      return until_then(
          whose == kYour ? say("You have had as many texts and calls as you can get. The next one is possible in {}.",
                               duration(refused.wait))
                         : say("They have had as many texts and calls as they can get. The next one is possible in {}.",
                               duration(refused.wait)),
          way_on, settings);
    case BudgetRefusal::half_used_up:
      return say(
          "Half of the texts and calls they can get went out to be read to the helpdesk. The next one is possible in "
          "{}; the others are for their own logins.",
          duration(refused.wait));
    case BudgetRefusal::failing:
      return with(use == PhoneUse::text
                      ? say("The last texts could not be sent. We can try again in {}.", duration(refused.wait))
                      : say("The last calls could not be made. We can try again in {}.", duration(refused.wait)),
                  what_now(later, settings));
    case BudgetRefusal::number_used_up:
      return until_then(
          say("That number has had as many texts and calls as it can get. Try again in {}.", duration(refused.wait)),
          way_on, settings);
    case BudgetRefusal::all_used_up:
      break;
  }
  const std::string text =
      use == PhoneUse::text ? say("No more texts can be sent today.") : say("No more calls can be made today.");
  if (way_on.others) return fmt::format("{} {} {}.", text, say("Use another way, or ask"), helpdesk(settings));
  return way_on.asks ? text : with(text, say("Ask {}.", helpdesk(settings)));
}

std::string ask_country(std::string_view problem, std::string_view otherwise, const Settings& settings) {
  constexpr std::size_t kFew = 5;
  const std::size_t count = settings.phone.countries.size();
  const std::string prefix = dialling_prefix(otherwise);
  std::string text;
  if (count == 1) {
    text =
        say("Numbers from {} ({}) can be used here. Press Enter, or type back.", country_in_words(otherwise), prefix);
  } else {
    text = say("Which country is your number from{}? Type its name, code or prefix ({}), or back.",
               count <= kFew && problem.empty() ? ": " + countries_in_words(settings, say(" or ")) : "", prefix);
  }
  return say("{}{}\nCountry [{}]: ", problem_line(problem), folded(text), otherwise);
}
std::string no_countries() { return say("No phones can be used here: no countries are listed whose numbers may be."); }
std::string country_help(const Settings& settings, bool chosen, bool app) {
  return say(
      "Any of these will do: New Zealand, NZ, +64. Numbers from {} can be used here.\n{}{}",
      countries_in_words(settings, say(" and ")),
      chosen ? say("Type back to choose something else.") : say("Type back to end this; nothing is changed then."),
      app ? "\n" + app_instead(chosen, app) : "");
}
std::string no_such_country(const Settings& settings) {
  return say("There is no country of that name, code or prefix. {}", use_one_from(settings));
}
std::string country_not_listed(const Settings& settings, std::string_view country) {
  const std::string name = country_name(country).empty() ? say("there") : country_in_words(country);
  return say("Numbers from {} cannot be used here. {}", name, use_one_from(settings));
}
std::string ask_number(std::string_view problem, std::string_view country, PhoneUse use, bool by_hash) {
  return say("{}Your number in {} ({}), as you would dial it there. Or back.\n{}Phone number: ", problem_line(problem),
             country_in_words(country), dialling_prefix(country),
             use == PhoneUse::text ? ""
             : by_hash             ? say("We call it then: answer, and press # on that phone.\n")
                                   : say("We call it then, and a voice reads out a code.\n"));
}
std::string number_tried_just_now(std::chrono::seconds wait) {
  return say("We tried that number just now. Type it again in {}.", duration(wait));
}
std::string number_help(PhoneUse use, bool app) {
  return say("The number of a {}\nType back to choose another country.{}",
             use == PhoneUse::text
                 ? say("mobile phone; spaces, dashes and brackets do not matter. We text it a code to prove it.")
                 : say("phone that rings directly, without an extension. We call it to prove it."),
             app ? "\n" + app_instead(/*chosen=*/true, app) : "");
}
std::string app_instead(bool chosen, bool app) {
  if (chosen) return app ? say("To set up an authenticator app instead, type app.") : "";
  return say("Or set up an authenticator app instead: mfa-enroll totp");
}
std::string landlines_are_called(bool chosen_here) {
  return chosen_here ? say("For calls type back twice, then call. Or type a mobile number.")
                     : say("It can be called: mfa-enroll phone --call. Or type a mobile number.");
}
std::string other_number_rings() {
  return say("We are still calling the number before. Type this one again when that is over.");
}
std::string phone_code(std::string_view problem, bool resend) {
  return say("{}Type the code. Other words: {}back (another number), help\n{}", problem_line(problem),
             resend ? say("resend, ") : "", kCodeLine);
}
std::string phone_hash(std::string_view problem, HashAsked asked, bool resend) {
  const std::string what_to_do = asked == HashAsked::pressed ? say("# was pressed. Press Enter.\n")
                                 : asked == HashAsked::rings
                                     ? say("Answer the call, and press # on the phone. Then press Enter here.\n")
                                     : "";
  return say("{}{}Other words: {}back (another number), help\nWhen # was pressed, press Enter: ", problem_line(problem),
             what_to_do, resend ? say("resend, ") : "");
}
std::string phone_code_help(PhoneUse use, bool by_hash, bool resend, bool app) {
  const std::string first =
      use == PhoneUse::text
          ? say("A text with six digits is on its way to your phone; type them here. That may take a minute.")
      : by_hash ? say("Your phone rings: answer, press # on it, then Enter here.")
                : say("Your phone rings, and a voice reads six digits, twice; type them here.");
  return say("{}\n{}back lets you correct the number.{}", first,
             !resend                 ? ""
             : use == PhoneUse::text ? say("resend sends it again; ")
                                     : say("resend calls again; "),
             app ? "\n" + app_instead(/*chosen=*/true, app) : "");
}
std::string last_number() { return say("One more number can be tried."); }
std::string not_the_phone_code(bool by_hash) {
  return by_hash ? say("There is no code to type: press # on that phone, then Enter here.")
                 : say("That is not a code. Type the six digits.");
}
std::string wrong_phone_code(std::uint32_t tries_left) {
  return say("That code is not right. {} left.", say_counted("{} try", "{} tries", tries_left));
}
std::string phone_code_gone(bool resend) {
  return resend ? say("That code works no longer. Type resend for a new one.") : say("That code works no longer.");
}
std::string phone_there_already(std::string_view factor, std::string_view whose) {
  return say("{} that phone already, as {}.", whose.empty() ? say("You have") : say("{} has", whose), factor);
}
std::string number_serves_others() {
  return say("{} people use that number already, and no more may. Use another.", number_word(kMostPeopleOfANumber));
}
std::string changed_message(const Settings& settings, std::string_view server, std::string_view what) {
  const std::string from = issuer(settings, server);
  return fmt::format("{}: {} {}", from == server ? from : fmt::format("{}, {}", from, server), what, not_you(settings));
}
std::string test_message(const Settings& settings, std::string_view server, MessageMode mode) {
  if (mode == MessageMode::press)
    return say("This is {}, with a test from {}. Press the hash key. {}", issuer(settings, server), server,
               not_expected(settings));
  return say("{}: this is a test from {}. Nothing is to be done about it. {}", issuer(settings, server), server,
             not_expected(settings));
}
std::string phone_set_up_done(std::string_view phone) {
  return say(
      "Your phone {} is set up. From now on, logins ask for the codes it gets.\n"
      "An authenticator app also works without a network. Add one with: mfa-enroll totp",
      ending(phone));
}

std::string nothing_to_resend(const CodePrompt& prompt) {
  const bool text = std::ranges::any_of(prompt.phones, &PhoneAtPrompt::texts);
  const bool call = std::ranges::any_of(prompt.phones, &PhoneAtPrompt::calls);
  return say("There is nothing to send again. Type {}.", text && call ? say("text or call")
                                                         : text       ? std::string("text")
                                                                      : std::string("call"));
}

std::string no_phone_ending(const CodePrompt& prompt, PhoneUse use, std::string_view digits, std::string_view whose) {
  std::vector<std::string> words = phone_words(prompt, use);
  if (words.empty()) words = phone_words(prompt, use == PhoneUse::text ? PhoneUse::call : PhoneUse::text);
  return say("{} no phone ending {} here. Type {}.", whose == kYour ? say("You have") : say("They have"), digits,
             listed(words, say(" or "), [](const std::string& word) { return word; }));
}

std::string several_end_so(PhoneUse use, std::string_view digits,
                           const std::vector<std::pair<std::string, std::string>>& phones, std::string_view whose) {
  return say("{} phones of {} end {}. Type {}.", number_word(phones.size()),
             whose == kYour ? say("yours") : say("theirs"), digits,
             listed(phones, say(", or "), [&](const auto& phone) {
               return say("{} for {}", fmt::format("{} {}", word_for(use), phone.first), phone.second);
             }));
}

}  // namespace mfa::texts
