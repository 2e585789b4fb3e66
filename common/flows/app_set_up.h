// Setting up an authenticator app in a dialogue: the key as a picture, with ways out for whoever cannot scan it, until
// the app shows a code of it; then its name, and recovery codes. `help` at any of these prompts says more about it.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "common/domain/factor.h"
#include "common/domain/otpauth.h"
#include "common/flows/engine.h"

namespace mfa {

enum class SetUpEnd : std::uint8_t {
  broken_off,    // the person or the connection has gone
  conversation,  // the program cannot hold the dialogue
  no_code,       // no right code came
  back,          // to what was asked before
};

// Every dialogue shows a key of its own: one that was shown before may have been seen by somebody else. What somebody
// scanned before they were broken off is not lost: its codes are taken as well.
struct KeysToProve {
  Secret shown;
  std::optional<Secret> before;
};

// A new key, which is kept for a quarter of an hour, and the one that was kept of this account and place with the same
// password; or a word for syslog. An empty place is none: nothing is kept then.
[[nodiscard]] std::expected<KeysToProve, std::string> keys_to_prove(Engine& engine, const Account& account,
                                                                    const std::string& place);

enum class DrawnBy : std::uint8_t {
  prompt,  // the picture is part of it
  client,  // which gets the key offered, and knows its window
};

// The app with the key of the code that came, which is spent by that. `before`: may be proven as well, and is not
// shown.
[[nodiscard]] std::expected<TotpFactor, SetUpEnd> prove_app(Engine& engine, Dialogue& dialogue, const OtpauthUri& uri,
                                                            DrawnBy drawn_by,
                                                            const std::optional<Secret>& before = std::nullopt);

// A name that the person's factors do not have yet; `usual` for an empty answer, or after three that will not do.
[[nodiscard]] std::expected<std::string, SetUpEnd> ask_name(Dialogue& dialogue, const std::vector<Factor>& factors,
                                                            std::string_view usual);

// Shows recovery codes until they are said to be saved.
[[nodiscard]] std::expected<void, SetUpEnd> hand_over(Dialogue& dialogue, const std::vector<std::string>& shown_codes);

[[nodiscard]] SetUpEnd end_of(DialogueError error);

}  // namespace mfa
