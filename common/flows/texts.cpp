#include "common/flows/texts.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/domain/recovery.h"
#include "common/language/language.h"

namespace mfa::texts {
namespace {

std::string line_of(Choice choice) {
  switch (choice) {
    case Choice::app:
      return say("  app    an authenticator app on your phone (works offline, recommended)\n");
    case Choice::text:
      return say("  text   a text message to a mobile phone\n");
    case Choice::call:
      return say("  call   a call to a mobile or landline phone\n");
    case Choice::later:
    case Choice::none:
      break;
  }
  return {};
}

std::string lines_of(const std::vector<Choice>& offered) {
  std::string text;
  for (const Choice choice : offered) text += line_of(choice);
  return text;
}

// "app", "app or text", "app, text or call".
std::string words_to_type(const std::vector<Choice>& offered) {
  std::string text;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    text += i == 0 ? "" : i + 1 < offered.size() ? ", " : say(" or ");
    text += word_of(offered[i]);
  }
  return text;
}

std::string days(std::int64_t count) { return say_counted("{} day", "{} days", static_cast<std::uint64_t>(count)); }
std::string codes_in_words(std::size_t count) { return say_counted("{} recovery code", "{} recovery codes", count); }

std::string in_short(FactorKind kind) { return kind == FactorKind::hotp ? say("token") : say("app"); }

// Where the digits to be typed are shown: "your app or token".
std::string source(const CodePrompt& prompt) {
  std::string text;
  for (const Way& way : prompt.ways) {
    if (way.kind == FactorKind::sms || way.kind == FactorKind::call) continue;
    text += (text.empty() ? say("your ") : say(" or ")) + in_short(way.kind);
  }
  return text;
}

// The way on, after an answer that was none.
std::string type_instead(const CodePrompt& prompt) {
  if (prompt.ways.empty() && prompt.recovery) return say("Type one of your recovery codes.");
  if (prompt.ways.empty() && prompt.bypass) return say("Type the bypass code that you were given.");
  if (prompt.ways.empty() && (prompt.used_up || prompt.unreachable)) return say("Ask {}.", prompt.helpdesk);
  if (prompt.ways.empty()) return say("Type the digits your app shows now.");
  const std::string shown_by = source(prompt);
  const FactorKind asked = prompt.ways.front().kind;
  if (asked != FactorKind::sms && asked != FactorKind::call) return say("Type the digits {} shows now.", shown_by);
  const std::string or_those = shown_by.empty() ? "" : say(", or those {} shows now", shown_by);
  if (prompt.sent && prompt.sent->by_hash)
    return prompt.sent->pressed ? say("Press Enter.") : say("Press # on the phone, then Enter here.");
  if (prompt.sent)
    return say("Type the digits {}{}.",
               prompt.sent->use == PhoneUse::text ? say("of the code we sent") : say("that the call reads out"),
               or_those);
  const std::string_view word = words_of(asked).value_or(WayWords{}).word;
  if (asked == FactorKind::call && prompt.press) return say("Type {}, and press # when the phone rings.", word);
  return shown_by.empty() ? say("Type {} to get one.", word)
                          : say("Type {} to get one, or the digits {} shows now.", word, shown_by);
}

std::string lines_of(std::string_view text) { return text.empty() ? "" : std::string(text) + "\n"; }

std::string number_word(int digits) {
  switch (digits) {
    case 6:
      return say("six");
    case 7:
      return say("seven");
    case 8:
      return say("eight");
    default:
      return std::to_string(digits);
  }
}

}  // namespace

std::string duration(std::chrono::seconds length) {
  const std::int64_t seconds = length.count() < 1 ? 1 : length.count();
  if (seconds < 60) return say_counted("{} second", "{} seconds", static_cast<std::uint64_t>(seconds));
  if (seconds < 3600) return say_counted("{} minute", "{} minutes", static_cast<std::uint64_t>((seconds + 59) / 60));
  return say_counted("{} hour", "{} hours", static_cast<std::uint64_t>((seconds + 3599) / 3600));
}

std::string folded(std::string_view text, std::size_t taken) {
  std::string whole(text);
  std::size_t column = std::min(taken, kColumns);
  std::optional<std::size_t> blank;  // the last of this line
  std::size_t after_blank = 0;       // columns of what stands behind it
  for (std::size_t at = 0; at < whole.size(); ++at) {
    const char c = whole[at];
    if ((static_cast<unsigned char>(c) & 0xC0U) == 0x80U) continue;  // goes on with a character of UTF-8
    if (c == '\n') {
      column = 0;
      blank.reset();
      continue;
    }
    if (++column > kColumns && c == ' ') {  // the line is just full
      whole[at] = '\n';
      column = 0;
      blank.reset();
      continue;
    }
    if (column > kColumns && blank) {
      whole[*blank] = '\n';
      column = after_blank + 1;
      blank.reset();
    }
    ++after_blank;
    if (c != ' ') continue;
    blank = at;
    after_blank = 0;
  }
  return whole;
}

std::string lines(const std::vector<std::string>& texts, std::string_view last) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : "\n") + text;
  if (!all.empty() && !last.empty()) all += "\n";
  return all.append(last);
}

std::string window(std::chrono::seconds length) {
  constexpr std::int64_t kDay = std::int64_t{24} * 60 * 60;
  if (length.count() >= kDay && length.count() % kDay == 0) return days(length.count() / kDay);
  return duration(length);
}

std::string wrong(std::uint32_t rounds_left, std::uint32_t tries_left) {
  const std::uint32_t left = std::min(rounds_left, tries_left);
  if (left == 0) return say("That code is not right.");
  return say("That code is not right. {} left{}.", say_counted("{} try", "{} tries", left),
             tries_left <= rounds_left ? say(", then you have to wait") : "");
}
std::string expired(bool resend) {
  return resend ? say("That code has expired. Type resend for a new one.") : say("That code has expired.");
}
std::string worn_out(bool resend) {
  return resend ? say("The code we sent has been tried too often. Type resend for a new one.")
                : say("The code we sent has been tried too often.");
}
std::string newest_counts() { return say("If several texts came, type the code of the newest."); }
std::string replaced(bool resend) {
  return resend ? say("That is not the newest code: another login asked for one since. Type resend.")
                : say("That is not the newest code: another login asked for one since.");
}
std::string recovery_code_used() { return say("That recovery code was already used. Each works once."); }
std::string replayed(FactorKind kind, bool resend) {
  if (kind == FactorKind::sms || kind == FactorKind::call)
    return resend ? say("That code was already used. Type resend for a new one.") : say("That code was already used.");
  return kind == FactorKind::hotp ? say("That code was already used. Press the button for the next one.")
                                  : say("That code was already used. Wait for the next one.");
}
std::string empty_answer(const CodePrompt& prompt) { return say("Nothing was typed. {}", type_instead(prompt)); }
std::string not_a_code(const CodePrompt& prompt) { return say("That is not a code. {}", type_instead(prompt)); }
std::string not_an_enrolment_code(const Settings& settings) {
  return say("An enrolment code looks like 7k3m-92qx-d4tp. If you have none, ask {}.", helpdesk(settings));
}
std::string enrolment_code_help(const Settings& settings) {
  return say(
      "An enrolment code shows that it is really you who sets this up; it works once\n"
      "and looks like 7k3m-92qx-d4tp. If you have none, ask {}.",
      helpdesk(settings));
}
std::string no_code_behind_password() {
  return say("No code came with the password. Type it right behind the password, or behind a comma.");
}
std::string unreadable(const CodePrompt& prompt) { return say("That answer cannot be read. {}", type_instead(prompt)); }
std::string too_long(const CodePrompt& prompt) { return say("That answer is too long. {}", type_instead(prompt)); }

std::string not_wanted(SayBy how) {
  return how == SayBy::word ? say("Not what you wanted? Type notme.")
                            : say("Not what you wanted? Run: mfa-enroll report");
}

std::string failed_logins(std::uint32_t count, SayBy how) {
  std::string text = say("Since your last login, {} knew your password but not the code.",
                         say_counted("{} login", "{} logins", count));
  if (how == SayBy::elsewhere) return text;
  return say("{} Not you? {}, then change your password.", text,
             how == SayBy::word ? say("Type notme") : say("Run mfa-enroll report"));
}

std::string still_reported() {
  return say(
      "You reported that a login was not yours, and your password is still the same.\n"
      "Change it now.");
}

std::string trust_ended(TrustEnd why) {
  switch (why) {
    case TrustEnd::expired:
      return say("The time for which this device was remembered is over, so we ask again.");
    case TrustEnd::password_changed:
      return say("Your password changed, so we ask again.");
    case TrustEnd::failed_attempts:
      return say("Wrong passwords or codes came from this device, so we ask again.");
    case TrustEnd::other_country:
      return say("You are in another country than when this device was remembered, so we ask again.");
    case TrustEnd::other_network:
      return say("You are in another network than when this device was remembered, so we ask again.");
    case TrustEnd::place_unknown:
      return say("We cannot tell whether you are in the same country, so we ask again.");
    case TrustEnd::too_many_devices:
      return say("Too many devices were remembered at a time, so we ask again.");
    case TrustEnd::not_offered:
      return say("Devices are no longer remembered here, so we ask again.");
    case TrustEnd::forgotten:
      return say("This device was to be forgotten, so we ask again.");
    case TrustEnd::reported:
      return say("A login was reported as not yours, so we ask again.");
    case TrustEnd::disabled:
      return say("You had switched asking for codes off, so we ask again.");
    case TrustEnd::reset:
      return say("Your second factor was reset, so we ask again.");
  }
  return {};
}

std::string remember(std::chrono::seconds length, std::string_view help) {
  return say("{}Remember this device for {}? [y/N]: ", lines_of(help), window(length));
}
std::string remember_help() {
  return say(
      "If you say y, logins from this device ask for your password alone until then.\n"
      "Say n on a computer that others use.\n"
      "Take it back any time: mfa-enroll devices forget --all");
}

std::string locked(std::chrono::seconds wait, const Settings& settings) {
  return say("Too many wrong codes. Try again in {}, or ask {}.", duration(wait), helpdesk(settings));
}
std::string last_answer() { return say("This is the last answer that this login takes."); }
std::string rounds_used(const Settings& settings) {
  return say("This login has ended without a right code. Log in again to try again, or ask {}.", helpdesk(settings));
}
std::string too_many_devices() {
  return say(
      "Too many devices were remembered within a day: none is remembered any more.\n"
      "If that was not you, type notme at your next login.");
}
std::string one_factor(const Settings& settings) {
  return say(
      "A key alone is not enough here. Log in with password and code\n"
      "(ssh -o PubkeyAuthentication=no), or ask {}.",
      helpdesk(settings));
}
std::string denied(const Settings& settings) {
  return say("Logging in this way is not allowed here. Ask {}.", helpdesk(settings));
}
std::string prove_first() {
  return say(
      "Your account needs a second factor that counts here.\n"
      "First prove that it is you, with one that you have.");
}

std::string choose_factor(std::string_view user, std::string_view server, std::string_view problem,
                          const std::optional<std::string>& required_from, const std::vector<Choice>& offered) {
  std::string text = say("Multi-factor authentication for {} on {}\n", user, server);
  text += lines_of(problem);
  if (required_from) {
    text += say("From {} your account needs a second factor. Choose one to set it up now:\n", *required_from);
  } else {
    text += say("Your account needs a second factor. Choose one:\n");
  }
  text += lines_of(offered);
  if (required_from) return text + say("Press Enter to do it later.\nYour choice: ");
  return text + say("Your choice [{}]: ", word_of(offered.front()));
}
std::string from_when(std::string_view date, std::chrono::seconds ahead) {
  constexpr std::int64_t kDay = std::int64_t{24} * 60 * 60;
  const std::int64_t whole = (ahead.count() + kDay - 1) / kDay;
  return say("{} (in {})", date, ahead.count() < kDay ? duration(ahead) : days(whole));
}
std::string choose_first_factor(std::string_view problem, const std::vector<Choice>& offered) {
  return say("{}Which one would you like?\n{}Your choice [{}]: ", lines_of(problem), lines_of(offered),
             word_of(offered.front()));
}
std::string no_such_choice(const std::vector<Choice>& offered) {
  return say("That is none of them. Type {}, or help to hear more.", words_to_type(offered));
}
std::string nearly_app() { return say("Did you mean app? Type app, or help to hear more."); }
std::string no_code_yet(const std::vector<Choice>& offered) {
  return say("There is no code to type yet. Choose first what will show you one: type {}.", words_to_type(offered));
}
std::string choice_help(const std::vector<Choice>& offered, bool may_wait) {
  std::string text;
  for (const Choice choice : offered) {
    if (!text.empty()) text += "\n";
    if (choice == Choice::app)
      text +=
          say("An authenticator app on your phone shows a new code all the time, even offline.\n"
              "Any such app will do, and most are free. Install one, then type app to go on.");
    if (choice == Choice::text) text += say("With text, each login sends a code to your mobile phone.");
    if (choice == Choice::call)
      text += say("With call, each login rings a phone of yours, a landline too, and reads out a code.");
  }
  if (may_wait) text += say("\nOr press Enter: you are reminded at your next login.");
  return text;
}

std::string app_picture(std::string_view problem, std::string_view picture, int digits) {
  return say(
      "{}Scan this with your authenticator app, then type the {} digits it shows.\n{}Cannot scan? k shows the key, a "
      "draws "
      "it in plain characters, i inverts it.\n{}",
      lines_of(problem), number_word(digits), picture, kCodeLine);
}
std::string app_key(std::string_view problem, std::string_view key, std::string_view account, int digits) {
  std::string groups;
  groups.reserve(2 * key.size());
  for (std::size_t i = 0; i < key.size(); i += 4) groups += (i == 0 ? "" : " ") + std::string(key.substr(i, 4));
  std::string text = say(
      "{}Type this key into your authenticator app, then the {} digits it shows.\nKey: {}\nAccount: {}\nThe picture "
      "again? "
      "a draws it in plain characters, i in blocks.\n{}",
      lines_of(problem), number_word(digits), groups, account, kCodeLine);
  wipe(groups);
  return text;
}
std::string app_again(std::string_view problem) {
  return say("{}Type the digits your app shows now, or k for the key, i for the picture.\n{}", lines_of(problem),
             kCodeLine);
}
std::string app_code(std::string_view problem, int digits) {
  return say("{}Type the {} digits your app shows.\n{}", lines_of(problem), digits, kCodeLine);
}
std::string app_help() {
  return say(
      "In the app choose to add an account (often +), then point it at the picture.\n"
      "It shows digits that change all the time: type those here.\n"
      "Without a camera, type k: it shows the key to type into the app.\n"
      "Type back to choose something else.");
}
std::string app_wrong() { return say("That is not the code of this key. Is the phone's clock right?"); }
std::string device_name(std::string_view problem, std::string_view otherwise) {
  return say("{}Name of this device [{}]: ", lines_of(problem), otherwise);
}
std::string name_help() {
  return say(
      "The name tells your devices apart, here and in mfa-enroll status: iPhone, tablet.\n"
      "You can change it later. Enter takes the one in brackets.");
}
std::string codes_help() {
  return say(
      "Print them or write them down, and keep them away from your phone: each lets\n"
      "you in once without it. New ones can be made later with: mfa-enroll codes");
}
std::string codes_not_saved() { return say("Here they are once more: nobody can show them to you later."); }
std::string keep_codes(std::string_view help, const std::vector<std::string>& shown_codes) {
  std::string text;
  text.reserve(1024);  // all of it: memory that moved would leave codes behind
  text += lines_of(help);
  text += say("Keep these recovery codes; each works once when your phone is not at hand.\n");
  for (std::size_t i = 0; i < shown_codes.size(); ++i) {
    text += (i % 2 == 0 ? "  " : "   ") + shown_codes[i];
    if (i % 2 == 1 || i + 1 == shown_codes.size()) text += "\n";
  }
  return text + say("Press Enter when you have saved them: ");
}

std::string token_seed(std::string_view problem) {
  return say(
      "{}Type the seed of the token, as its maker gave it: 40 hexadecimal digits as a rule, or 32 letters and digits "
      "of "
      "base32.\nSeed: ",
      lines_of(problem));
}
std::string token_seed_help(const Settings& settings) {
  return say(
      "The seed is the key inside the token. Its maker gave it along: on the packing, or in a file for whoever bought "
      "it.\nIt cannot be read out of the token. If you have none, ask {}.",
      helpdesk(settings));
}
std::string token_code_help() {
  return say(
      "The token shows digits when its button is pressed: type them here. Then press it again and type the next.\n"
      "Two codes in a row show that token and seed belong together, and how often the button was pressed before.");
}
std::string token_code(std::string_view problem, int digits, bool first) {
  return say("{}Press the token's button{} and type the {} digits it shows.\n{}", lines_of(problem),
             first ? "" : say(" again"), number_word(digits), kCodeLine);
}
std::string not_token_digits(int digits) {
  return say("That is not a code. A code is {} digits.", number_word(digits));
}
std::string other_token_digits(int digits, std::size_t typed) {
  return say("That has {} digits. A token that shows as many is added with --digits {}; this one is to show {}.", typed,
             typed, digits);
}
std::string same_token_code() { return say("That is the same code again."); }
std::string not_in_a_row() { return say("Those are not two codes in a row of a token with this seed."); }

std::string enrol_elsewhere(const Settings& settings, std::string_view server) {
  return say("Set up a second factor first: log in to {} over SSH, or ask {}.", server, helpdesk(settings));
}
std::string not_set_up_yet() {
  return say(
      "No second factor was set up. You are reminded at your next login.\n"
      "To set one up before: mfa-enroll");
}
std::string not_set_up(const Settings& settings, bool app) {
  return say("No second factor was set up. Log in again to {}, or ask {}.",
             app ? say("set up an authenticator app (type app)") : say("try again"), helpdesk(settings));
}
std::string set_up_done() { return say("Your second factor is set up. From now on, logins ask for its codes."); }

std::string nothing_enrolled(const Settings& settings, std::string_view server) {
  return say("Your account needs a second factor to log in to {}, and has none that counts here. Ask {}.", server,
             helpdesk(settings));
}
std::string other_person(const Settings& settings) {
  return say("This account's name or number has changed since its second factor was set up. Ask {}.",
             helpdesk(settings));
}
std::string login_outdated() {
  return say("Something about your second factor has changed since this login began. Log in again.");
}
std::string unavailable(const Settings& settings) {
  return say("The second factor cannot be checked right now. Try again soon, or ask {}.", helpdesk(settings));
}
std::string reported(const Settings& settings) {
  return say("This login has ended and was reported. Change your password now, and ask {} if you need help.",
             helpdesk(settings));
}
std::string openings_ended() {
  return "What the helpdesk had allowed you until now, or you had switched off, is over as well.";
}
std::string recovery_left(std::size_t codes) {
  if (codes == 0) return say("That was your last recovery code. Make new ones with: mfa-enroll codes");
  return say("You have {} left.{}", codes_in_words(codes),
             codes < kFewRecoveryCodes ? say(" Make new ones with: mfa-enroll codes") : "");
}

std::string bypass_left(std::size_t uses) {
  if (uses == 0) return say("That was the last time your bypass code works.");
  return say_counted("Your bypass code works once more.", "Your bypass code works {} times more.", uses);
}

std::string advice(Advice advice, const Settings& settings, std::size_t recovery_codes,
                   std::chrono::seconds locked_for) {
  switch (advice) {
    case Advice::change_password:
      return say("Change your password now, then tell {}.", helpdesk(settings));
    case Advice::wait:
      return say("Wait {}, then log in again; or ask {}.", duration(locked_for), helpdesk(settings));
    case Advice::set_up:
      return say("Set one up, step by step: mfa-enroll");
    case Advice::ask_staff:
      return say("Nothing that counts can be set up here at present. Ask {}.", helpdesk(settings));
    case Advice::phone_cut_off:
      return say("Your phone cannot be texted or called at present, so it lets you in nowhere. Ask {}.",
                 helpdesk(settings));
    case Advice::make_codes:
      if (recovery_codes == 0)
        return say("You have no recovery codes for the day your phone is not at hand. Make some: mfa-enroll codes");
      return say("Only {} left. Make new ones: mfa-enroll codes", codes_in_words(recovery_codes));
    case Advice::app_beside_key:
      return say("A security key answers only over SSH. For all else, add an authenticator app: mfa-enroll totp");
    case Advice::app_beside_phone:
      return say(
          "An authenticator app works without a network, and nobody can read its codes on the way. Add one: "
          "mfa-enroll "
          "totp");
    case Advice::test:
      return say("Try whether your codes work before you need them: mfa-enroll test");
    case Advice::back_up:
      return say("A second device gets you in when the first is lost. Add an app there: mfa-enroll totp --name NAME");
    case Advice::nothing:
      break;
  }
  return say("Nothing to do. A new phone? Add it while the old one still works: mfa-enroll totp --name NAME");
}

std::string kind_in_words(FactorKind kind) {
  switch (kind) {
    case FactorKind::totp:
      return say("authenticator app");
    case FactorKind::hotp:
      return say("hardware token");
    case FactorKind::sms:
    case FactorKind::call:
      return say("phone");
    case FactorKind::key:
      return say("security key");
  }
  return say("factor");
}

std::string helpdesk(const Settings& settings) {
  return settings.helpdesk.empty() ? say("your helpdesk") : settings.helpdesk;
}

}  // namespace mfa::texts
