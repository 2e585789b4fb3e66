#include "cli/times.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <chrono>
#include <ctime>

#include "common/language/language.h"

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

std::uint64_t rounded_up(std::int64_t length, std::int64_t unit) {
  return static_cast<std::uint64_t>((length + unit - 1) / unit);
}

// "2026-12-01T08:00:30"
constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
constexpr std::size_t kDate = 10;
constexpr std::size_t kToMinute = 16;

// 'd' stands for a digit, all else for itself.
bool has_shape(std::string_view text, std::string_view shape) {
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i]) return false;
  return true;
}

// Seconds since the epoch of "2026-12-01T08:00:30", taken for UTC.
std::optional<std::int64_t> as_utc(std::string_view text) {
  if (!has_shape(text, kShape)) return std::nullopt;
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

// The moment at which clocks here show it; of two the one that mktime(3) takes.
std::optional<std::int64_t> as_local(std::string_view text) {
  const auto shown = as_utc(text);
  if (!shown) return std::nullopt;
  const std::time_t seconds = *shown;
  std::tm parts{};
  if (gmtime_r(&seconds, &parts) == nullptr) return std::nullopt;
  parts.tm_isdst = -1;
  const std::time_t moment = mktime(&parts);
  // Of a time that is left out here mktime(3) makes another one.
  if (local_time(moment) != fmt::format("{} {}", text.substr(0, kDate), text.substr(kDate + 1, 5))) return std::nullopt;
  return moment;
}

// Seconds east of Greenwich of "+13:00" or "Z".
std::optional<std::int64_t> offset_of(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (!has_shape(text, "+dd:dd") && !has_shape(text, "-dd:dd")) return std::nullopt;
  const auto hours = digits(text, 1, 2);
  const auto minutes = digits(text, 4, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::int64_t seconds = *hours * kHour + *minutes * kMinute;
  return text.front() == '-' ? -seconds : seconds;
}

}  // namespace

std::optional<std::int64_t> parse_time(std::string_view text) {
  if (!text.ends_with('Z')) return std::nullopt;
  return as_utc(text.substr(0, text.size() - 1));
}

std::optional<std::int64_t> parse_moment(std::string_view text) {
  std::string whole(text.substr(0, text.find_first_of("Zz+", kDate)));
  // A '-' behind the time of day is an offset, too.
  if (const std::size_t minus = whole.find('-', kDate); minus != std::string::npos) whole.resize(minus);
  const std::string_view offset = text.substr(whole.size());
  if (whole.size() > kDate && (whole[kDate] == ' ' || whole[kDate] == 't')) whole[kDate] = 'T';
  const bool day = whole.size() == kDate;
  if (day && !offset.empty()) return std::nullopt;
  if (day) whole += "T00:00";
  if (whole.size() == kToMinute) whole += ":00";
  std::optional<std::int64_t> moment;
  if (offset.empty()) {
    moment = as_local(whole);
    // Where clocks are put forward at midnight, the day begins an hour later.
    if (!moment && day) moment = as_local(whole.replace(kDate + 1, 2, "01"));
  } else if (const auto east = offset_of(offset)) {
    moment = as_utc(whole);
    if (moment) *moment -= *east;
  }
  if (!moment || *moment < 0) return std::nullopt;
  return moment;
}

std::optional<std::int64_t> parse_last_moment(std::string_view text) {
  if (text.size() != kDate) return parse_moment(text);
  return parse_moment(std::string(text) + "T23:59:59");
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
  constexpr std::array<std::string_view, 12> kMonths{marked("January"), marked("February"), marked("March"),
                                                     marked("April"),   marked("May"),      marked("June"),
                                                     marked("July"),    marked("August"),   marked("September"),
                                                     marked("October"), marked("November"), marked("December")};
  const auto parts = local(time);
  if (!parts) return "?";
  std::string text = fmt::format("{} {} {}", parts->tm_mday,
                                 in_words(kMonths.at(static_cast<std::size_t>(parts->tm_mon))), parts->tm_year + 1900);
  if (parts->tm_hour != 0 || parts->tm_min != 0) text += fmt::format(", {:02}:{:02}", parts->tm_hour, parts->tm_min);
  return text;
}

std::string time_until(std::int64_t later, std::int64_t now) {
  const std::int64_t length = later - now;
  if (length <= 0) return say("now");
  if (length < kMinute) return say_counted("in {} second", "in {} seconds", rounded_up(length, 1));
  if (length < kHour) return say_counted("in {} minute", "in {} minutes", rounded_up(length, kMinute));
  if (length < 2 * kDay) return say_counted("in {} hour", "in {} hours", rounded_up(length, kHour));
  return say_counted("in {} day", "in {} days", rounded_up(length, kDay));
}

}  // namespace mfa::cli
