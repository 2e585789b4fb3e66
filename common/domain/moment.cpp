#include "common/domain/moment.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>

namespace mfa {
namespace {

constexpr std::string_view kShape = "0000-00-00T00:00:00Z";

}  // namespace

std::string rfc3339(UnixTime time) {
  using std::chrono::sys_days;
  constexpr std::int64_t kYear0 = -62'167'219'200;     // 0000-01-01T00:00:00Z
  constexpr std::int64_t kYear9999 = 253'402'300'799;  // 9999-12-31T23:59:59Z
  const std::int64_t bounded = std::clamp(time.seconds, kYear0, kYear9999);
  const std::chrono::sys_seconds moment{std::chrono::seconds(bounded)};
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(moment - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

std::optional<UnixTime> parse_rfc3339(std::string_view text) {
  if (text.size() != kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < kShape.size(); ++i)
    if (kShape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != kShape[i]) return std::nullopt;
  const auto number = [text](std::size_t at, std::size_t digits) {
    int value = 0;
    std::from_chars(text.data() + at, text.data() + at + digits, value);
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year(number(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  if (!date.ok()) return std::nullopt;
  const auto moment = std::chrono::sys_days(date) + std::chrono::hours(number(11, 2)) +
                      std::chrono::minutes(number(14, 2)) + std::chrono::seconds(number(17, 2));
  const UnixTime time{std::chrono::duration_cast<std::chrono::seconds>(moment.time_since_epoch()).count()};
  return rfc3339(time) == text ? std::optional(time) : std::nullopt;
}

}  // namespace mfa
