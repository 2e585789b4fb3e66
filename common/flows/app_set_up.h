// Setting up an authenticator app in a dialogue: the key as a picture, with ways out for whoever cannot scan it, until
// the app shows a code of it; then its name, and recovery codes. `help` at any of these prompts says more about it.
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
  back,          // to what was asked before
};

// The key that this account began with at this place a quarter of an hour ago at most, or a new one, which is kept for
// so long; or a word for syslog. Whoever comes from another place, or with another password, never sees a key that
// somebody else may have scanned. An empty place is none: nothing is kept then.
[[nodiscard]] std::expected<Secret, std::string> key_to_prove(Engine& engine, const Account& account,
                                                              const std::string& place);

enum class DrawnBy : std::uint8_t {
  prompt,  // the picture is part of it
  client,  // which gets the key offered, and knows its window
};

// Which code of the key it was proven with: the step of the right one, which is spent by that.
[[nodiscard]] std::expected<TimeStep, SetUpEnd> prove_app(Engine& engine, Dialogue& dialogue, const OtpauthUri& uri,
                                                          DrawnBy drawn_by);

// A name that the person's factors do not have yet; `usual` for an empty answer, or after three that will not do.
[[nodiscard]] std::expected<std::string, SetUpEnd> ask_name(Dialogue& dialogue, const std::vector<Factor>& factors,
                                                            std::string_view usual);

// Shows recovery codes until they are said to be saved.
[[nodiscard]] std::expected<void, SetUpEnd> hand_over(Dialogue& dialogue, const std::vector<std::string>& shown_codes);

[[nodiscard]] SetUpEnd end_of(DialogueError error);

}  // namespace mfa
