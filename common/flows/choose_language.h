// The language of prompts, texts and calls, which people choose for themselves. It is no secret and opens nothing, so
// that nothing has to be proven; nor is it in the trail, which any number of choices would fill.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "common/flows/requests.h"
#include "common/language/language.h"

namespace mfa {

struct LanguageReply {
  std::string language;  // from now on: a tag
  bool chosen = false;   // by the person; otherwise it is that of the configuration
  bool changed = false;  // by this very request
  std::vector<Language> offered;
};
// `tag`: empty: only tells.
[[nodiscard]] std::expected<LanguageReply, RequestError> choose_language(Engine& engine, const Asker& asker,
                                                                         const std::string& tag);

// Of somebody the store knows or does not.
[[nodiscard]] const std::string& language_of(const Settings& settings, const std::optional<Person>& person);
// Of who asks; if the store cannot be read, that of the configuration.
[[nodiscard]] std::string language_of(Engine& engine, Caller caller);

}  // namespace mfa
