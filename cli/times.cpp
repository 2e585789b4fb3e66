#include "cli/times.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <chrono>
#include <ctime>

namespace mfa::cli {

namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

// The digits of `text` from `at`, as many as `count`, as a number.
std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t count) {
  unsigned value = 0;
  const char* const end = text.data() + at + count;
  const auto [stop, error] = std::from_chars(text.data() + at, end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::optional<std::tm> local(std::int64_t time) {
  const std::time_t seconds = time;
  std::tm parts{};
  if (localtime_r(&seconds, &parts) == nullptr) return std::nullopt;
  return parts;
}

std::string counted(std::int64_t length, std::int64_t unit, std::string_view name) {
  const std::int64_t count = (length + unit - 1) / unit;
  return fmt::format("in {} {}{}", count, name, count == 1 ? "" : "s");
}

}  // namespace

std::optional<std::int64_t> parse_time(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < kShape.size(); ++i)
    if (kShape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != kShape[i]) return std::nullopt;
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                            std::chrono::day(*day)};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const sys_seconds time = sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second);
  return time.time_since_epoch().count();
}

std::string local_date(std::int64_t time) {
  const auto parts = local(time);
  if (!parts) return "?";
  return fmt::format("{:04}-{:02}-{:02}", parts->tm_year + 1900, parts->tm_mon + 1, parts->tm_mday);
}

std::string local_time(std::int64_t time) {
  const auto parts = local(time);
  if (!parts) return "?";
  return fmt::format("{} {:02}:{:02}", local_date(time), parts->tm_hour, parts->tm_min);
}

std::string spoken_time(std::int64_t time) {
  constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                     "May",       "June",     "July",     "August",
                                                     "September", "October",  "November", "December"};
  const auto parts = local(time);
  if (!parts) return "?";
  std::string text = fmt::format("{} {} {}", parts->tm_mday, kMonths.at(static_cast<std::size_t>(parts->tm_mon)),
                                 parts->tm_year + 1900);
  if (parts->tm_hour != 0 || parts->tm_min != 0) text += fmt::format(", {:02}:{:02}", parts->tm_hour, parts->tm_min);
  return text;
}

std::string time_until(std::int64_t later, std::int64_t now) {
  const std::int64_t length = later - now;
  if (length <= 0) return "now";
  if (length < kMinute) return counted(length, 1, "second");
  if (length < kHour) return counted(length, kMinute, "minute");
  if (length < 2 * kDay) return counted(length, kHour, "hour");
  return counted(length, kDay, "day");
}

}  // namespace mfa::cli
