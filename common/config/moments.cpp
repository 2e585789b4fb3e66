#include "common/config/moments.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <ctime>

namespace mfa {
namespace {

// The moment at which the local clock shows `written`, its summer time being in force or not, if there is one.
std::optional<UnixTime> local_moment(const DateTime& written, bool summer_time) {
  std::tm fields{};
  fields.tm_year = written.year - 1900;
  fields.tm_mon = written.month - 1;
  fields.tm_mday = written.day;
  fields.tm_hour = written.hour;
  fields.tm_min = written.minute;
  fields.tm_sec = written.second;
  fields.tm_isdst = summer_time ? 1 : 0;
  const std::tm asked = fields;
  const std::time_t time = std::mktime(&fields);
  // mktime(3) moves a time that does not exist to one that does, and says so by changing the fields; so it does with
  // an error, whose -1 is also a moment of 1969.
  const bool kept = fields.tm_isdst == asked.tm_isdst && fields.tm_mday == asked.tm_mday &&
                    fields.tm_hour == asked.tm_hour && fields.tm_min == asked.tm_min && fields.tm_sec == asked.tm_sec;
  if (time == -1 || !kept) return std::nullopt;
  return UnixTime{time};
}

UnixTime moment_at_offset(const DateTime& written, int offset_minutes) {
  using namespace std::chrono;
  const sys_days day = year_month_day(year(written.year), month(static_cast<unsigned>(written.month)),
                                      std::chrono::day(static_cast<unsigned>(written.day)));
  const sys_seconds moment = sys_seconds(day) + hours(written.hour) + minutes(written.minute) +
                             seconds(written.second) - minutes(offset_minutes);
  return UnixTime{moment.time_since_epoch().count()};
}

}  // namespace

std::optional<std::chrono::seconds> parse_span(std::string_view text) {
  constexpr std::size_t kMostDigits = 9;  // with days as the unit, far from the end of 64 bits
  if (text.size() < 2 || text.size() > kMostDigits + 1) return std::nullopt;
  const std::string_view digits = text.substr(0, text.size() - 1);
  if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  switch (text.back()) {
    case 's':
      return std::chrono::seconds(number);
    case 'm':
      return std::chrono::seconds(number * 60);
    case 'h':
      return std::chrono::seconds(number * 60 * 60);
    case 'd':
      return std::chrono::seconds(number * 24 * 60 * 60);
    default:
      return std::nullopt;
  }
}

std::expected<UnixTime, std::string> moment_of(const DateTime& written) {
  if (written.year < 2000) return std::unexpected("must be a date from the year 2000 on");
  if (written.nanosecond != 0) return std::unexpected("must be a time in whole seconds");
  if (written.offset_minutes) return moment_at_offset(written, *written.offset_minutes);
  const std::optional<UnixTime> summer = local_moment(written, true);
  const std::optional<UnixTime> winter = local_moment(written, false);
  if (summer && winter) return std::min(*summer, *winter);
  if (summer) return *summer;
  if (winter) return *winter;
  return std::unexpected(
      "is a time that this server's clocks skip; write it with an offset, such as 2026-12-01T02:30:00Z");
}

}  // namespace mfa
