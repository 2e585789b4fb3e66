#include "common/domain/enrolment.h"

#include <algorithm>
#include <array>

namespace mfa {
namespace {

constexpr std::array<std::string_view, 18> kOneLine{
    "gdm*",          "sddm*",          "lightdm*", "lxdm",     "xdm",      "slim",
    "kde*",          "polkit-1",       "i3lock",   "swaylock", "xlock",    "xscreensaver",
    "*-screensaver", "kscreenlocker*", "hyprlock", "vlock",    "physlock", "cosmic-greeter"};

// A clock set back makes no window longer: it begins no later than now.
bool window_open(const EnrolFacts& facts) {
  const UnixTime begun = std::min(facts.now, std::max(facts.since.value_or(facts.first_seen), facts.first_seen));
  return facts.now < begun + facts.window;
}

}  // namespace

EnrolWay enrol_way(const EnrolFacts& facts) {
  if (facts.by == EnrolBy::refuse) return EnrolWay::none;
  const bool required = !facts.since || facts.now >= *facts.since;
  if (required && facts.one_line) return EnrolWay::elsewhere;
  if (!facts.first_factor_proven) return EnrolWay::none;
  if (!required) {
    const bool simple = facts.by == EnrolBy::in_login && !facts.has_factor && !facts.by_code_only && !facts.one_line;
    return simple ? EnrolWay::offer : EnrolWay::none;
  }
  if (facts.has_factor) return EnrolWay::now;
  const bool password_will_do = facts.by == EnrolBy::in_login && !facts.by_code_only && window_open(facts);
  return password_will_do ? EnrolWay::now : EnrolWay::with_code;
}

bool shows_one_line(std::string_view service) {
  return std::ranges::any_of(kOneLine, [&](std::string_view pattern) { return glob_matches(pattern, service); });
}

}  // namespace mfa
