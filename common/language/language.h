// Texts in the language of whoever reads them. What is translated is looked up by its English text, in catalogues of
// gettext(3), one for each language; what a catalogue lacks is said in English.
//
// A thread speaks one language at a time, since the engine serves many people at once. No locale of the system is
// needed but C.UTF-8: people choose a language that their host was never set up for.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/language/marked.h"

namespace mfa {

inline constexpr std::string_view kEnglish = "en";

struct Language {
  std::string tag;   // of BCP 47: "nl"
  std::string name;  // in itself: "Nederlands"
};

// Looks which there are: FOLDER/C/LC_MESSAGES/TAG.mo. Before there is a second thread, since it changes the process's
// locale (for messages alone) and environment. Without it there is English.
void find_languages(const std::string& folder);
void find_languages();  // those that were installed
// English first.
[[nodiscard]] const std::vector<Language>& languages();
// The one that is meant: "nl" by "NL" or "nl-BE" as well; nothing: there is none.
[[nodiscard]] const Language* language_named(std::string_view tag);

// What this thread speaks while it lives; then again what it spoke before. An unknown tag is English.
class Speaking {
 public:
  explicit Speaking(std::string_view tag);
  ~Speaking();
  Speaking(const Speaking&) = delete;
  Speaking& operator=(const Speaking&) = delete;

 private:
  const Language* before_;
};
[[nodiscard]] const std::string& spoken();  // the tag
// From now on, in a program that speaks to one person.
void speak(std::string_view tag);

// One that was marked.
[[nodiscard]] std::string_view in_words(std::string_view english);

namespace language {
[[nodiscard]] std::string_view translated(fmt::string_view english);
[[nodiscard]] std::string_view translated(fmt::string_view one, fmt::string_view many, std::uint64_t count);
[[nodiscard]] std::string formatted(fmt::string_view text, fmt::string_view english, fmt::format_args args);
void append(std::string& to, fmt::string_view text, fmt::string_view english, fmt::format_args args);
}  // namespace language

// "{}" as in fmt::format. A translation may say them in another order: "{1}", "{0}".
template <class... Args>
[[nodiscard]] std::string say(fmt::format_string<Args...> english, Args&&... args) {
  return language::formatted(language::translated(english), english, fmt::make_format_args(args...));
}
// Behind what is there: where it has room, nothing of it stays behind in other memory.
template <class... Args>
void say_behind(std::string& text, fmt::format_string<Args...> english, Args&&... args) {
  language::append(text, language::translated(english), english, fmt::make_format_args(args...));
}
// The form that goes with `count`, which is the first of what is filled in: "{} day", "{} days".
template <class... Args>
[[nodiscard]] std::string say_counted(fmt::format_string<const std::uint64_t&, Args...> one,
                                      fmt::format_string<const std::uint64_t&, Args...> many, std::uint64_t count,
                                      Args&&... args) {
  return language::formatted(language::translated(one, many, count), count == 1 ? one : many,
                             fmt::make_format_args(count, args...));
}

}  // namespace mfa
