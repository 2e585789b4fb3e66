#include "common/system/clock.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <ctime>
#include <optional>
#include <string_view>

namespace mfa {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};

std::string_view month_of(const std::tm& day) { return kMonths.at(static_cast<std::size_t>(day.tm_mon)); }

// By the server's own calendar.
std::optional<std::tm> local(UnixTime time) {
  const std::time_t seconds = time.seconds;
  std::tm parts{};
  if (localtime_r(&seconds, &parts) == nullptr) return std::nullopt;
  return parts;
}

}  // namespace

UnixTime SystemClock::now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::floor<std::chrono::seconds>(since_epoch).count()};
}

std::string SystemClock::date_in_words(UnixTime time) {
  const auto day = local(time);
  if (!day) return "a day out of reach";
  return fmt::format("{} {} {}", day->tm_mday, month_of(*day), day->tm_year + 1900);
}

std::string SystemClock::time_in_words(UnixTime time) {
  const auto then = local(time);
  const auto today = local(now());
  if (!then || !today) return "a day out of reach";
  const bool this_year = then->tm_year == today->tm_year;
  return fmt::format("{} {} {}{:02}:{:02}", then->tm_mday, month_of(*then).substr(0, 3),
                     this_year ? "" : fmt::format("{} ", then->tm_year + 1900), then->tm_hour, then->tm_min);
}

}  // namespace mfa
