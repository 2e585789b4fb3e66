#include "cli/own_language.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "common/language/language.h"

namespace mfa::cli {

namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// "nl_BE" of "nl_BE.UTF-8@euro".
std::string_view without_codeset(std::string_view locale) { return locale.substr(0, locale.find_first_of(".@")); }

}  // namespace

LocaleWords locale_words() {
  return {.language = variable("LANGUAGE"),
          .all = variable("LC_ALL"),
          .messages = variable("LC_MESSAGES"),
          .otherwise = variable("LANG")};
}

std::string own_language(const LocaleWords& words) {
  const std::string_view locale = without_codeset(!words.all.empty()        ? words.all
                                                  : !words.messages.empty() ? words.messages
                                                                            : words.otherwise);
  if (locale.empty() || locale == "C" || locale == "POSIX") return std::string(kEnglish);
  std::string_view wishes = words.language;
  while (!wishes.empty()) {
    const std::size_t end = std::min(wishes.find(':'), wishes.size());
    if (const Language* const language = language_named(without_codeset(wishes.substr(0, end)))) return language->tag;
    wishes.remove_prefix(std::min(end + 1, wishes.size()));
  }
  const Language* const language = language_named(locale);
  return language == nullptr ? std::string(kEnglish) : language->tag;
}

}  // namespace mfa::cli
