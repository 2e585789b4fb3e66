// The prompt for a code: which ways the person has, and the words that can be typed there.
//
// It begins with a heading (SSH clients put "(user@host) " before the first line) and ends in the line "Verification
// code: ", which editors and file-transfer clients recognise. What it names, and what is compared, are the same.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/domain/answer.h"
#include "common/domain/factor.h"
#include "common/domain/phone_number.h"
#include "common/domain/settings.h"

namespace mfa::texts {

// What people call a kind of factor whose codes answer the prompt, and how they ask for it.
struct WayWords {
  std::string_view word;    // typed to choose it, lower case
  std::string_view device;  // "authenticator app"; with an s, several
  std::string_view code;    // where its code is found
};
[[nodiscard]] std::optional<WayWords> words_of(FactorKind kind);  // nothing: it answers no prompt

// The factors of one such kind.
struct Way {
  FactorKind kind{};
  std::vector<std::string> names;
  bool failed = false;  // it was tried in this dialogue, in vain: the others come first
};

// A telephone that can be reached from here.
struct PhoneAtPrompt {
  std::uint32_t factor = 0;
  std::string name = {};  // NOLINT(readability-redundant-member-init)
  PhoneNumber number;
  std::string language;
  bool texts = false;
  bool calls = false;
};
// To which phone a message went in this dialogue, or went before and is still good.
struct SentTo {
  std::uint32_t factor = 0;
  PhoneUse use = PhoneUse::text;
  bool by_hash = false;  // a call that # answers
  bool pressed = false;  // it was
};

struct CodePrompt {
  std::string_view user;
  std::string_view server;
  std::string problem;                // why the last answer was not right, or what was asked for; may be empty
  std::vector<std::string> notices;   // what happened since the last login
  std::vector<Way> ways;              // the first one is asked for; codes of any are taken
  std::vector<PhoneAtPrompt> phones;  // the default one first
  std::optional<SentTo> sent;
  std::vector<std::string> keys;  // names of FIDO2 SSH keys, which answer no prompt
  bool recovery = false;          // recovery codes are left
  bool texts_rest = false;        // none can be sent just now, nor sent again
  bool calls_rest = false;        // likewise
  bool used_up = false;           // a phone is there whose way was left out for that
  bool unreachable = false;       // a phone there is that no gateway reaches, or whose country is no longer listed
  bool press = false;             // calls are answered with #, and bring no code
  bool bypass = false;            // a bypass code holds
  bool enrolment_code = false;    // that is what is asked for
  std::string helpdesk;           // whom to ask
};
[[nodiscard]] CodePrompt empty_prompt(const Settings& settings, std::string_view user, std::string_view server);
// The digits that a phone is chosen by, as the prompt shows them: "1234"; "1234-2" is the second number that ends so.
[[nodiscard]] std::string ending_at_prompt(const CodePrompt& prompt, const PhoneNumber& number);
// What is typed to have this done to each phone that it can be done to: "text", or "text 1234" and "text 5678-2".
[[nodiscard]] std::vector<std::string> phone_words(const CodePrompt& prompt, PhoneUse use);
[[nodiscard]] bool rests(const CodePrompt& prompt, PhoneUse use);
// Whether what was sent here, or what the prompt asks for, can be had again by the word.
[[nodiscard]] bool can_resend(const CodePrompt& prompt);
// Whether anything but this may answer.
[[nodiscard]] bool has_other_ways(const CodePrompt& prompt, PhoneUse use);
// No more of these can be sent just now: no word is offered for it. A code that went before is asked for all the same.
void leave_out(CodePrompt& prompt, PhoneUse use);
// This was tried in vain: what is open is asked for first, and before all a code that is on its way.
void turn_away_from(CodePrompt& prompt, PhoneUse use);
// Names a factor that may answer as one of these kinds (empty: any); the default one first: its kind is asked for. A
// telephone that no gateway reaches is left out.
void add_factor(CodePrompt& prompt, const Factor& factor, const Settings& settings, const std::set<FactorKind>& kinds);
[[nodiscard]] std::string code_prompt(const CodePrompt& prompt);

// For a clerk who speaks with the person: what is to be read out to them, and how a code is sent. A whole prompt.
[[nodiscard]] std::string identify(const CodePrompt& prompt);

// Whether the answer was one of the words that only explain or choose, and no guess: "help", "recovery", those of
// words_of. What they change shows in the prompt. `login`: "notme" is a word here, too.
[[nodiscard]] bool take_word(CodePrompt& prompt, const Answer& answer, bool login);

[[nodiscard]] std::string key_counts_over_ssh(const std::vector<std::string>& keys);

inline constexpr std::string_view kDefaultFactorName = "authenticator app";
inline constexpr std::string_view kDefaultPhoneName = "phone";
inline constexpr std::string_view kDefaultTokenName = "token";
inline constexpr std::string_view kCodeLine = "Verification code: ";

}  // namespace mfa::texts
