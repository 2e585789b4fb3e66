// Times as replies carry them (RFC 3339, UTC) and as people read them (local, to the minute).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mfa::cli {

// Seconds since the epoch of "2026-11-22T09:14:00Z", whole seconds and UTC alone; nothing for anything else.
[[nodiscard]] std::optional<std::int64_t> parse_time(std::string_view text);

// What a person types for a moment: "2026-12-01" (its first minute), "2026-12-01 08:00" or "…:30", in local time; or
// with "Z" or "+13:00" behind it, as RFC 3339 writes it. From 1970 on; nothing for anything else, and for a time that
// the clocks here leave out.
[[nodiscard]] std::optional<std::int64_t> parse_moment(std::string_view text);
// Likewise of something that lasts until then: a day is in it, to its last second.
[[nodiscard]] std::optional<std::int64_t> parse_last_moment(std::string_view text);

[[nodiscard]] std::string local_date(std::int64_t time);  // "2026-11-22"
[[nodiscard]] std::string local_time(std::int64_t time);  // "2026-11-22 09:14"
// "1 December 2026", with ", 08:30" unless it is when a day begins.
[[nodiscard]] std::string spoken_time(std::int64_t time);
// "in 9 days", "in 3 minutes": how far `later` is from `now`, rounded up; "now" if it is past.
[[nodiscard]] std::string time_until(std::int64_t later, std::int64_t now);

}  // namespace mfa::cli
