#include "common/system/clock.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <ctime>
#include <string_view>

namespace mfa {

UnixTime SystemClock::now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::floor<std::chrono::seconds>(since_epoch).count()};
}

std::string SystemClock::date_in_words(UnixTime time) {
  constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                     "May",       "June",     "July",     "August",
                                                     "September", "October",  "November", "December"};
  const std::time_t seconds = time.seconds;
  std::tm day{};
  if (localtime_r(&seconds, &day) == nullptr) return "a day out of reach";
  return fmt::format("{} {} {}", day.tm_mday, kMonths.at(static_cast<std::size_t>(day.tm_mon)), day.tm_year + 1900);
}

}  // namespace mfa
