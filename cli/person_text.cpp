#include "cli/person_text.h"

#include <fmt/core.h>

#include <vector>

#include "cli/history_text.h"
#include "cli/plain_text.h"
#include "cli/render.h"
#include "cli/times.h"
#include "common/language/language.h"

namespace mfa::cli {

namespace {

std::string last_login(const Json& shown) {
  const auto at = parse_time(text_of(shown, "last_login"));
  return at ? say("Last login: {}", local_time(*at)) : say("No login of late");
}

std::string requirement(const Json& shown, std::int64_t now) {
  const std::string mfa = text_of(shown, "mfa");
  const auto since = parse_time(text_of(shown, "required_since"));
  if (since && *since > now) return say("Must have a second factor from {}.\n", spoken_time(*since));
  if (mfa == "require") return say("Must have a second factor.\n");
  if (mfa == "skip") return say("Is not asked for a second factor.\n");
  if (flag_of(shown, "disabled")) return say("May have a second factor, and switched being asked off.\n");
  return say("May have a second factor.\n");
}

// What a clerk must not overlook.
std::string warnings(const Json& shown, std::int64_t now, const Style& style) {
  std::string text;
  const auto warn = [&](const std::string& line) { text += painted(style, Paint::warning, line) + "\n"; };
  if (const auto reported = parse_time(text_of(shown, "reported")))
    warn(say("Reported on {} that a login was somebody else's; the password is to be changed.", local_time(*reported)));
  if (const auto locked = parse_time(text_of(shown, "locked_until")); locked && *locked > now)
    warn(say("Locked after wrong codes until {} ({}).", local_time(*locked), time_until(*locked, now)));
  if (const auto until = parse_time(text_of(shown, "enrolment_code_until")); until && *until > now)
    warn(say("Has an enrolment code, good until {}.", local_time(*until)));
  if (const auto until = parse_time(text_of(shown, "bypass_until")); until && *until > now)
    warn(say_counted("Has a bypass code for {} login, good until {}.",
                     "Has a bypass code for {} logins, good until {}.",
                     static_cast<std::uint64_t>(number_of(shown, "bypass_uses").value_or(1)), local_time(*until)));
  if (const auto until = parse_time(text_of(shown, "exempt_until")); until && *until > now)
    warn(say("Is asked for nothing until {}.", local_time(*until)));
  for (const Json& journey : objects_of(shown, "travel"))
    if (const auto until = parse_time(text_of(journey, "until")))
      warn(say("Is let in from {} until {}.", printable_line(text_of(journey, "country")), local_time(*until)));
  return text;
}

}  // namespace

std::string person_lines(const Json& shown, const std::string& account) {
  std::string text = fmt::format("  {}\n  {}\n", account, last_login(shown));
  const std::vector<Json> factors = objects_of(shown, "factors");
  if (factors.empty()) text += fmt::format("  {}\n", say("No second factor"));
  for (const Json& factor : factors)
    text += fmt::format("  {}\n", factor_text(text_of(factor, "id"), text_of(factor, "name")));
  return text;
}

std::string person_text(const Json& shown, const std::string& account, std::int64_t now, const Style& style) {
  std::string text = painted(style, Paint::bold, account) + "\n" + last_login(shown) + ".\n";
  text += requirement(shown, now) + warnings(shown, now, style) + "\n";
  const std::vector<Json> factors = objects_of(shown, "factors");
  text += factors.empty() ? say("No second factor") + ".\n" : factors_text(factors, style);
  if (const auto left = number_of(shown, "recovery_codes_left"); left && !factors.empty())
    text += "\n" + recovery_codes_text(*left);
  if (const auto devices = objects_of(shown, "devices"); !devices.empty())
    text += "\n" + trusted_devices_text(devices, style);
  const std::vector<Json> events = objects_of(shown, "events");
  text += events.empty() ? say("\nNothing has been recorded of them here.\n")
                         : say("\nWhat happened lately:\n") + events_text(events, style);
  return fitted(text, style.columns);
}

}  // namespace mfa::cli
