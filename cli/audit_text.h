// The trail as administrators read it, and what a check of it found, in words.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/json.h"
#include "cli/table.h"

namespace mfa::cli {

[[nodiscard]] LongTable audit_table(const Style& style);
[[nodiscard]] Row audit_row(const Json& event);

// "events 7 to 9": of numbers of rows.
[[nodiscard]] std::string events_in_words(std::int64_t first, std::int64_t last);
// What the engine found, without what to do about it. `verdict`: its reply.
[[nodiscard]] std::string verdict_text(const Json& verdict, const Style& style);
[[nodiscard]] bool is_whole(const Json& verdict);

}  // namespace mfa::cli
