// The trail of oneself as people read it: when, what, from where. Pure; every text is made printable here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/json.h"
#include "cli/style.h"

namespace mfa::cli {

// Whether there is an event of that name: "login.failed", or "login" for all that begin so.
[[nodiscard]] bool is_event(std::string_view name);
// Whether there are words for that reason of mfad(8).
[[nodiscard]] bool is_reason(std::string_view word);
// "logged in" for login.passed; of one that is not known here its own name.
[[nodiscard]] std::string event_in_words(std::string_view event);

// A table of events, as replies list them; the newest last.
[[nodiscard]] std::string events_text(const std::vector<Json>& events, const Style& style);

// `events` as the reply has them, the newest last. `older`: there are more before them.
[[nodiscard]] std::string history_text(const std::vector<Json>& events, bool older, const Style& style);

}  // namespace mfa::cli
