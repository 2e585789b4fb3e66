// What somebody without a second factor sets up: asked alike in a login and in the guided set-up.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "common/flows/app_set_up.h"
#include "common/ports/dialogue.h"

namespace mfa {

enum class Choice : std::uint8_t {
  app,
  later,  // it is put off
  none,   // no answer was one of the choices
};

// `prompt`: the whole of it, made from what is to be said of the answer before. `may_wait`: Enter puts it off;
// otherwise Enter takes the app.
[[nodiscard]] std::expected<Choice, SetUpEnd> choose_factor(
    Dialogue& dialogue, bool may_wait, const std::function<std::string(std::string_view problem)>& prompt);

}  // namespace mfa
