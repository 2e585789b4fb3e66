// What somebody without a second factor sets up: asked alike in a login and in the guided set-up.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/domain/factor.h"
#include "common/domain/settings.h"
#include "common/flows/app_set_up.h"
#include "common/flows/engine.h"
#include "common/ports/dialogue.h"

namespace mfa {

enum class Choice : std::uint8_t {
  app,
  text,
  call,
  later,  // it is put off
  none,   // no answer was one of the choices
};

// `offered`: of app, text and call those that can be set up; never empty. `prompt`: the whole of it, made from what is
// to be said of the answer before. `may_wait`: Enter puts it off; otherwise Enter takes the first of them.
[[nodiscard]] std::expected<Choice, SetUpEnd> choose_factor(
    Dialogue& dialogue, const std::vector<Choice>& offered, bool may_wait,
    const std::function<std::string(std::string_view problem)>& prompt);

// What can be set up here and would count for a rule that takes these kinds (empty: any), in the order in which it is
// offered. May be empty.
[[nodiscard]] std::vector<Choice> choices_for(const Settings& settings, const std::set<FactorKind>& kinds);
// The same without the phones to which nothing can be sent just now, as far as an app can be set up in their place.
[[nodiscard]] std::vector<Choice> choices_now(Engine& engine, const Account& account,
                                              const std::set<FactorKind>& kinds);
[[nodiscard]] bool offers(const Settings& settings, const std::set<FactorKind>& kinds, Choice choice);
[[nodiscard]] std::string_view word_of(Choice choice);  // "app", "text", "call"

}  // namespace mfa
