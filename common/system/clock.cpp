#include "common/system/clock.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <ctime>
#include <optional>
#include <string_view>

#include "common/language/language.h"

namespace mfa {
namespace {

constexpr std::array kMonths{marked("January"),   marked("February"), marked("March"),    marked("April"),
                             marked("May"),       marked("June"),     marked("July"),     marked("August"),
                             marked("September"), marked("October"),  marked("November"), marked("December")};
constexpr std::array kShortMonths{marked("Jan"), marked("Feb"), marked("Mar"), marked("Apr"),
                                  marked("May"), marked("Jun"), marked("Jul"), marked("Aug"),
                                  marked("Sep"), marked("Oct"), marked("Nov"), marked("Dec")};

using Names = std::array<std::string_view, 12>;
std::string_view month_of(const Names& names, const std::tm& day) {
  return in_words(names.at(static_cast<std::size_t>(day.tm_mon)));
}

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
  if (!day) return say("a day out of reach");
  return fmt::format("{} {} {}", day->tm_mday, month_of(kMonths, *day), day->tm_year + 1900);
}

std::string SystemClock::time_in_words(UnixTime time) {
  const auto then = local(time);
  const auto today = local(now());
  if (!then || !today) return say("a day out of reach");
  const bool this_year = then->tm_year == today->tm_year;
  return fmt::format("{} {} {}{:02}:{:02}", then->tm_mday, month_of(kShortMonths, *then),
                     this_year ? "" : fmt::format("{} ", then->tm_year + 1900), then->tm_hour, then->tm_min);
}

}  // namespace mfa
