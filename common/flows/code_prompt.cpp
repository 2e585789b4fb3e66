#include "common/flows/code_prompt.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "common/flows/phone_texts.h"
#include "common/flows/send_code.h"
#include "common/flows/texts.h"
#include "common/language/language.h"

namespace mfa::texts {
namespace {

constexpr std::size_t kMostNamed = 3;  // factors of one kind

// "iPhone", "iPhone or Pixel", "iPhone, Pixel or tablet".
std::string either(const std::vector<std::string>& names) {
  std::string text = names.front();
  for (std::size_t i = 1; i < names.size(); ++i) text += (i + 1 < names.size() ? ", " : say(" or ")) + names[i];
  return text;
}

bool is_phone(FactorKind kind) { return kind == FactorKind::sms || kind == FactorKind::call; }

// "your authenticator app (iPhone or Pixel)".
std::string device_of(const Way& way) {
  if (is_phone(way.kind)) {
    std::vector<std::string> endings;
    endings.reserve(way.names.size());
    for (const std::string& name : way.names) endings.push_back(ending(name));
    return say("your phone ({})", either(endings));
  }
  const bool token = way.kind == FactorKind::hotp;
  if (way.names.size() > kMostNamed) return token ? say("one of your tokens") : say("one of your authenticator apps");
  if (way.names.size() == 1 && way.names.front() == (token ? kDefaultTokenName : kDefaultFactorName))
    return token ? say("your token") : say("your authenticator app");
  return token ? say("your token ({})", either(way.names)) : say("your authenticator app ({})", either(way.names));
}

bool serves(const PhoneAtPrompt& phone, FactorKind kind) { return kind == FactorKind::sms ? phone.texts : phone.calls; }

PhoneUse use_of(FactorKind kind) { return kind == FactorKind::sms ? PhoneUse::text : PhoneUse::call; }
FactorKind kind_of(PhoneUse use) { return use == PhoneUse::text ? FactorKind::sms : FactorKind::call; }

bool rests(const CodePrompt& prompt, FactorKind kind) { return is_phone(kind) && rests(prompt, use_of(kind)); }

// Whether a code of this kind is on its way, or a call that # answers.
bool is_sent(const CodePrompt& prompt, FactorKind kind) {
  return prompt.sent && is_phone(kind) && prompt.sent->use == use_of(kind);
}

std::string asked_of_phone(const CodePrompt& prompt) {
  const FactorKind kind = prompt.ways.front().kind;
  const std::string_view word = words_of(kind).value_or(WayWords{}).word;
  if (is_sent(prompt, kind)) {
    if (prompt.sent->pressed) return say("# was pressed. Press Enter here.");
    if (prompt.sent->by_hash) return say("When you have pressed # on the phone, press Enter here.");
    return kind == FactorKind::sms ? say("Enter the code from the text.") : say("Enter the code from the call.");
  }
  const auto phone = std::ranges::find_if(prompt.phones, [&](const auto& one) { return serves(one, kind); });
  const std::string which = phone == prompt.phones.end() ? "" : " " + ending(masked(phone->number));
  if (prompt.ways.front().failed)
    return prompt.recovery ? say("Enter one of your recovery codes, or type {} to try again.", word)
                           : say("Type {} to try again.", word);
  if (kind == FactorKind::call && prompt.press)
    return say("Type {}, then press # on your phone{} when it rings.", word, which);
  return say("Type {} to get a code on your phone{}.", word, which);
}

// "text (phone ending 1234)"; of several phones "text 1234, text 5678". A call to the phone that was just named is
// "call".
std::string words_for_phones(const CodePrompt& prompt, FactorKind kind) {
  const std::vector<std::string> words = phone_words(prompt, use_of(kind));
  if (words.size() != 1) return fmt::format("{}", fmt::join(words, ", "));
  const bool named = kind == FactorKind::call && prompt.phones.size() == 1 && prompt.phones.front().texts;
  if (named) return words.front();
  const auto phone = std::ranges::find_if(prompt.phones, [&](const auto& one) { return serves(one, kind); });
  return say("{} (phone {})", words.front(), ending(masked(phone->number)));
}

std::string asked_for(const CodePrompt& prompt) {
  if (!prompt.ways.empty() && is_phone(prompt.ways.front().kind)) return asked_of_phone(prompt);
  if (!prompt.ways.empty()) return say("Enter the code from {}.", device_of(prompt.ways.front()));
  const bool something_else = !prompt.keys.empty() || prompt.unreachable || prompt.used_up || prompt.bypass;
  std::string code = prompt.recovery || !something_else ? say("Enter one of your recovery codes.")
                     : prompt.bypass                    ? say("Enter the bypass code that you were given.")
                                                        : say("You have no recovery codes. Ask {}.", prompt.helpdesk);
  if (prompt.unreachable) code = say("Your phone cannot be texted or called at present.\n") + code;
  return prompt.keys.empty() ? code : key_counts_over_ssh(prompt.keys) + "\n" + code;
}

std::string other_ways(const CodePrompt& prompt) {
  std::string text = say("Other ways: ");
  if (prompt.sent && can_resend(prompt)) text += say("resend, ");
  for (const Way& way : prompt.ways) {
    if (rests(prompt, way.kind)) continue;
    const bool first = &way == &prompt.ways.front();
    // Of several phones the others are told, too.
    if (is_phone(way.kind) && (!first || way.names.size() > 1)) {
      text += words_for_phones(prompt, way.kind) + ", ";
    } else if (!first) {
      text += fmt::format("{}, ", words_of(way.kind).value_or(WayWords{}).word);
    }
  }
  const bool recovery_asked_for = prompt.ways.empty() || prompt.ways.front().failed;
  if (prompt.recovery && !recovery_asked_for) text += say("recovery code, ");
  if (prompt.bypass && (prompt.recovery || !prompt.ways.empty())) text += say("bypass code, ");
  return text + say("help");
}

std::string help(const CodePrompt& prompt, bool login) {
  std::string text = say("You can type:\n");
  for (const Way& way : prompt.ways) {
    const WayWords words = words_of(way.kind).value_or(WayWords{});
    if (rests(prompt, way.kind)) continue;
    text += !is_phone(way.kind) ? say("- the code from {}: {}\n", device_of(way), in_words(words.code))
            : way.kind == FactorKind::sms
                ? say("- {}: we send you a text with a code\n", words_for_phones(prompt, way.kind))
            : prompt.press
                ? say("- {}: we call you; press # on that phone, then Enter\n", words_for_phones(prompt, way.kind))
                : say("- {}: we call you, and a voice reads out a code\n", words_for_phones(prompt, way.kind));
  }
  if (prompt.sent && can_resend(prompt))
    text += prompt.sent->by_hash ? say("- resend: the call once more\n") : say("- resend: the same code once more\n");
  if (prompt.recovery) text += say("- one of your recovery codes, such as 7k3m-92qx-d4tp; each works once\n");
  if (prompt.bypass) text += say("- the bypass code that the helpdesk gave you: eight digits\n");
  if (login) text += say("- notme, if it is not you who logs in: it ends this login and tells the staff\n");
  return text + say("Still stuck? Ask {}.", prompt.helpdesk);
}

std::string recovery_help(const CodePrompt& prompt) {
  if (!prompt.recovery) return say("You have no recovery codes left. Ask {}.", prompt.helpdesk);
  return say("Type one of the recovery codes you saved, such as 7k3m-92qx-d4tp. Each works once.");
}

// The kind that this word asks for, whether or not the person has one.
std::optional<FactorKind> kind_of(std::string_view word) {
  for (const FactorKind kind : kFactorKinds) {
    const auto words = words_of(kind);
    if (words && words->word == word) return kind;
  }
  return std::nullopt;
}

}  // namespace

std::string ending_at_prompt(const CodePrompt& prompt, const PhoneNumber& number) {
  const std::string whole = masked(number);
  std::vector<PhoneNumber> alike;
  for (const PhoneAtPrompt& phone : prompt.phones)
    if (masked(phone.number) == whole && std::ranges::find(alike, phone.number) == alike.end())
      alike.push_back(phone.number);
  std::string digits = whole.substr(whole.find(' ') + 1);
  if (alike.size() > 1) digits += fmt::format("-{}", std::ranges::find(alike, number) - alike.begin() + 1);
  return digits;
}

std::vector<std::string> phone_words(const CodePrompt& prompt, PhoneUse use) {
  const FactorKind kind = kind_of(use);
  const std::string word(words_of(kind).value_or(WayWords{}).word);
  std::vector<PhoneNumber> numbers;
  for (const PhoneAtPrompt& phone : prompt.phones)
    if (serves(phone, kind) && std::ranges::find(numbers, phone.number) == numbers.end())
      numbers.push_back(phone.number);
  if (numbers.size() == 1) return {word};
  std::vector<std::string> words;
  words.reserve(numbers.size());
  for (const PhoneNumber& number : numbers)
    words.push_back(fmt::format("{} {}", word, ending_at_prompt(prompt, number)));
  return words;
}

bool rests(const CodePrompt& prompt, PhoneUse use) {
  return use == PhoneUse::text ? prompt.texts_rest : prompt.calls_rest;
}

bool can_resend(const CodePrompt& prompt) {
  return !prompt.phones.empty() && !rests(prompt, prompt.sent ? prompt.sent->use : PhoneUse::text);
}

bool has_other_ways(const CodePrompt& prompt, PhoneUse use) {
  return prompt.recovery || prompt.bypass ||
         std::ranges::any_of(prompt.ways, [&](const Way& way) { return way.kind != kind_of(use) && !way.failed; });
}

void leave_out(CodePrompt& prompt, PhoneUse use) {
  (use == PhoneUse::text ? prompt.texts_rest : prompt.calls_rest) = true;
  const std::size_t left_out = std::erase_if(
      prompt.ways, [&](const Way& way) { return way.kind == kind_of(use) && !is_sent(prompt, way.kind); });
  prompt.used_up = prompt.used_up || left_out > 0;
}

void turn_away_from(CodePrompt& prompt, PhoneUse use) {
  const auto way = std::ranges::find(prompt.ways, kind_of(use), &Way::kind);
  if (way != prompt.ways.end()) {
    way->failed = true;
    std::rotate(way, way + 1, prompt.ways.end());
  }
  const auto rank = [&](const Way& one) {
    if (is_sent(prompt, one.kind)) return 0;
    if (one.failed) return 3;
    return is_phone(one.kind) ? 2 : 1;  // what needs no gateway comes first
  };
  std::vector<Way> in_order;
  for (const int wanted : {0, 1, 2, 3})
    std::ranges::copy_if(prompt.ways, std::back_inserter(in_order),
                         [&](const Way& one) { return rank(one) == wanted; });
  prompt.ways = std::move(in_order);
}

std::optional<WayWords> words_of(FactorKind kind) {
  switch (kind) {
    case FactorKind::totp:
      return WayWords{.word = "app",
                      .device = kDefaultFactorName,
                      .code = marked("open it on your phone; its digits change all the time")};
    case FactorKind::hotp:
      return WayWords{.word = "token",
                      .device = kDefaultTokenName,
                      .code = marked("press its button; if the code is refused, press again and type the next one")};
    case FactorKind::sms:
      return WayWords{.word = "text", .device = "phone", .code = marked("we send it when you type text")};
    case FactorKind::call:
      return WayWords{.word = "call", .device = "phone", .code = marked("we read it out when you type call")};
    case FactorKind::key:
      break;
  }
  return std::nullopt;
}

CodePrompt empty_prompt(const Settings& settings, std::string_view user, std::string_view server) {
  return {.user = user,
          .server = server,
          .problem = "",
          .notices = {},
          .ways = {},
          .phones = {},
          .sent = std::nullopt,
          .keys = {},
          .recovery = false,
          .texts_rest = false,
          .calls_rest = false,
          .used_up = false,
          .unreachable = false,
          .press = settings.phone.calls == MessageMode::press,
          .bypass = false,
          .enrolment_code = false,
          .helpdesk = helpdesk(settings)};
}

namespace {

void add_way(CodePrompt& prompt, FactorKind kind, const std::string& name) {
  auto way = std::ranges::find(prompt.ways, kind, &Way::kind);
  if (way == prompt.ways.end()) way = prompt.ways.insert(way, Way{.kind = kind, .names = {}});
  way->names.push_back(name);
}

}  // namespace

void add_factor(CodePrompt& prompt, const Factor& factor, const Settings& settings, const std::set<FactorKind>& kinds) {
  const auto allowed = [&](FactorKind kind) { return factor.acts_as(kind) && (kinds.empty() || kinds.contains(kind)); };
  if (const auto* phone = std::get_if<PhoneFactor>(&factor.detail)) {
    const PhoneAtPrompt here{.factor = factor.number,
                             .name = factor.name,
                             .number = phone->number,
                             .language = phone->language,
                             .texts = allowed(FactorKind::sms) && can_send(settings, PhoneUse::text, phone->number),
                             .calls = allowed(FactorKind::call) && can_send(settings, PhoneUse::call, phone->number)};
    if (here.texts) add_way(prompt, FactorKind::sms, masked(phone->number));
    if (here.calls) add_way(prompt, FactorKind::call, masked(phone->number));
    if (here.texts || here.calls)
      prompt.phones.push_back(here);
    else if (allowed(FactorKind::sms) || allowed(FactorKind::call))
      prompt.unreachable = true;
  } else if (!allowed(factor.kind())) {
    return;
  } else if (words_of(factor.kind())) {
    add_way(prompt, factor.kind(), factor.name);
  } else {
    prompt.keys.push_back(factor.name);
  }
}

std::string code_prompt(const CodePrompt& prompt) {
  std::string text = say("Multi-factor authentication for {} on {}\n", prompt.user, prompt.server);
  for (const std::string& notice : prompt.notices) text += folded(notice) + "\n";
  if (!prompt.problem.empty()) text += folded(prompt.problem) + "\n";
  if (prompt.enrolment_code) {
    text += say("To set up a second factor, type the enrolment code that you were given.\n");
    return text + say("Enrolment code: ");
  }
  return text + folded(asked_for(prompt)) + "\n" + folded(other_ways(prompt)) + "\n" + std::string(kCodeLine);
}

std::string identify(const CodePrompt& prompt) {
  const bool app = std::ranges::any_of(prompt.ways, [](const Way& way) { return !is_phone(way.kind); });
  std::string ways;
  for (const FactorKind kind : {FactorKind::sms, FactorKind::call})
    if (!rests(prompt, kind) && std::ranges::find(prompt.ways, kind, &Way::kind) != prompt.ways.end())
      ways += (ways.empty() ? "" : ", ") + words_for_phones(prompt, kind);
  if (prompt.sent && can_resend(prompt)) ways += say(", resend");
  std::string text = prompt.problem.empty() ? "" : prompt.problem + "\n";
  if (prompt.sent) {
    text += say("Ask {} to read out the code that came.\n", prompt.user);
  } else if (app) {
    text += say("Ask {} to read out the code that their app or token shows now. It is used up by this.\n", prompt.user);
  }
  if (!ways.empty())
    text += app || prompt.sent ? say("Or to send {} a code to be read out, type: {}\n", prompt.user, ways)
                               : say("To send {} a code to be read out, type: {}\n", prompt.user, ways);
  return folded(text) + std::string(kCodeLine);
}

bool take_word(CodePrompt& prompt, const Answer& answer, bool login) {
  if (answer.shape != AnswerShape::word) return false;
  const std::string_view word = answer.normal.text();
  if (word == "help") {
    prompt.problem = help(prompt, login);
    return true;
  }
  if (word == "recovery") {
    prompt.problem = recovery_help(prompt);
    return true;
  }
  const auto kind = kind_of(word);
  if (!kind) return false;
  const WayWords words = words_of(*kind).value_or(WayWords{});
  const auto way = std::ranges::find(prompt.ways, *kind, &Way::kind);
  if (way == prompt.ways.end()) {
    prompt.problem = words.device == kDefaultFactorName  ? say("No authenticator app of yours can be used here.")
                     : words.device == kDefaultTokenName ? say("No token of yours can be used here.")
                     : *kind == FactorKind::sms          ? say("Nothing can be texted to you here.")
                     : *kind == FactorKind::call         ? say("You cannot be called here.")
                                                         : say("No key of yours can be used here.");
  } else {
    std::rotate(prompt.ways.begin(), way, way + 1);
    prompt.problem = say("The code from {}: {}.", device_of(prompt.ways.front()), in_words(words.code));
  }
  return true;
}

std::string key_counts_over_ssh(const std::vector<std::string>& keys) {
  const std::string names = fmt::format("{}", fmt::join(keys, ", "));
  return keys.size() == 1 ? say("Your security key ({}) counts only over SSH, together with your password.", names)
                          : say("Your security keys ({}) count only over SSH, together with your password.", names);
}

}  // namespace mfa::texts
