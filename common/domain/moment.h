// Moments as texts that programs read: RFC 3339, in UTC, to the second.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/domain/types.h"

namespace mfa {

// "2026-11-22T21:45:00Z". Outside the years 0 to 9999 the nearest moment inside.
[[nodiscard]] std::string rfc3339(UnixTime time);
// Of a text in exactly that form, which names a moment that there is.
[[nodiscard]] std::optional<UnixTime> parse_rfc3339(std::string_view text);

}  // namespace mfa
