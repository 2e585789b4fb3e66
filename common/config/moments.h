// Spans of time and dates, from how they are written to seconds.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "common/config/document.h"
#include "common/domain/types.h"

namespace mfa {

// "30s", "10m", "1h", "30d": one number of at most nine digits and one unit.
[[nodiscard]] std::optional<std::chrono::seconds> parse_span(std::string_view text);

// A date is its first second. Without an offset the server's local time counts (tzset(3)): of an hour that comes twice
// the first, and one that is skipped is an error. Years 2000 to 9999, whole seconds. The error says what to write.
[[nodiscard]] std::expected<UnixTime, std::string> moment_of(const DateTime& written);

}  // namespace mfa
