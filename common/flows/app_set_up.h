// Setting up an authenticator app inside a login: the key as a picture, with ways out for whoever cannot scan it, until
// the app shows a code of it.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "common/domain/otpauth.h"
#include "common/domain/totp.h"
#include "common/flows/engine.h"

namespace mfa {

enum class SetUpEnd : std::uint8_t {
  broken_off,    // the person or the connection has gone
  conversation,  // the program cannot hold the dialogue
  no_code,       // no right code came
};

// Which codes of `key` it was proven with: the step of the right one, which is spent by that.
[[nodiscard]] std::expected<TimeStep, SetUpEnd> prove_app(Engine& engine, Dialogue& dialogue, const OtpauthUri& uri);

// A name that the person's factors do not have yet; `usual` for an empty answer, or after three that will not do.
[[nodiscard]] std::expected<std::string, SetUpEnd> ask_name(Dialogue& dialogue, const std::vector<Factor>& factors,
                                                            std::string_view usual);

// Shows recovery codes until they are said to be saved.
[[nodiscard]] std::expected<void, SetUpEnd> hand_over(Dialogue& dialogue, const std::vector<std::string>& shown_codes);

[[nodiscard]] SetUpEnd end_of(DialogueError error);

}  // namespace mfa
