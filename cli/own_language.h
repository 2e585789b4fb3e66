// In which language mfa-enroll speaks before it has heard from the engine which one the person chose.
#pragma once

#include <string>

namespace mfa::cli {

// Of the environment; empty: not set.
struct LocaleWords {
  // NOLINTBEGIN(readability-redundant-member-init)
  std::string language = {};   // LANGUAGE
  std::string all = {};        // LC_ALL
  std::string messages = {};   // LC_MESSAGES
  std::string otherwise = {};  // LANG
  // NOLINTEND(readability-redundant-member-init)
};
[[nodiscard]] LocaleWords locale_words();

// What they ask for as gettext(3) reads them: the first language of LANGUAGE that there is, unless the locale is C;
// else that of the locale. English if there is none.
[[nodiscard]] std::string own_language(const LocaleWords& words);

}  // namespace mfa::cli
