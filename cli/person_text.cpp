#include "cli/person_text.h"

#include <fmt/core.h>

#include <vector>

#include "cli/device_text.h"
#include "cli/history_text.h"
#include "cli/plain_text.h"
#include "cli/render.h"
#include "cli/times.h"

namespace mfa::cli {

namespace {

std::string last_login(const Json& shown) {
  const auto at = parse_time(text_of(shown, "last_login"));
  return at ? fmt::format("Last login: {}", local_time(*at)) : "No login of late";
}

std::string requirement(const Json& shown, std::int64_t now) {
  const std::string mfa = text_of(shown, "mfa");
  const auto since = parse_time(text_of(shown, "required_since"));
  if (since && *since > now) return fmt::format("Must have a second factor from {}.\n", spoken_time(*since));
  if (mfa == "require") return "Must have a second factor.\n";
  if (mfa == "skip") return "Is not asked for a second factor.\n";
  if (flag_of(shown, "disabled")) return "May have a second factor, and switched being asked off.\n";
  return "May have a second factor.\n";
}

// What a clerk must not overlook.
std::string warnings(const Json& shown, std::int64_t now, const Style& style) {
  std::string text;
  const auto warn = [&](const std::string& line) { text += painted(style, Paint::warning, line) + "\n"; };
  if (const auto reported = parse_time(text_of(shown, "reported")))
    warn(fmt::format("Reported on {} that a login was somebody else's; the password is to be changed.",
                     local_time(*reported)));
  if (const auto locked = parse_time(text_of(shown, "locked_until")); locked && *locked > now)
    warn(fmt::format("Locked after wrong codes until {} ({}).", local_time(*locked), time_until(*locked, now)));
  if (const auto until = parse_time(text_of(shown, "enrolment_code_until")); until && *until > now)
    warn(fmt::format("Has an enrolment code, good until {}.", local_time(*until)));
  if (const auto until = parse_time(text_of(shown, "bypass_until")); until && *until > now)
    warn(fmt::format("Has a bypass code for {} login(s), good until {}.", number_of(shown, "bypass_uses").value_or(1),
                     local_time(*until)));
  if (const auto until = parse_time(text_of(shown, "exempt_until")); until && *until > now)
    warn(fmt::format("Is asked for nothing until {}.", local_time(*until)));
  for (const Json& journey : objects_of(shown, "travel"))
    if (const auto until = parse_time(text_of(journey, "until")))
      warn(fmt::format("Is let in from {} until {}.", printable_line(text_of(journey, "country")), local_time(*until)));
  return text;
}

}  // namespace

std::string person_lines(const Json& shown, const std::string& account) {
  std::string text = fmt::format("  {}\n  {}\n", account, last_login(shown));
  const std::vector<Json> factors = objects_of(shown, "factors");
  if (factors.empty()) text += "  No second factor\n";
  for (const Json& factor : factors)
    text += fmt::format("  {}\n", factor_text(text_of(factor, "id"), text_of(factor, "name")));
  return text;
}

std::string person_text(const Json& shown, const std::string& account, std::int64_t now, const Style& style) {
  std::string text = painted(style, Paint::bold, account) + "\n" + last_login(shown) + ".\n";
  text += requirement(shown, now) + warnings(shown, now, style) + "\n";
  const std::vector<Json> factors = objects_of(shown, "factors");
  text += factors.empty() ? "No second factor.\n" : factors_text(factors, style);
  if (const auto left = number_of(shown, "recovery_codes_left"); left && !factors.empty())
    text += fmt::format("\nRecovery codes left: {}\n", *left);
  if (const auto devices = objects_of(shown, "devices"); !devices.empty())
    text += "\nTrusted devices, which are not asked for a code:\n" + device_lines(devices, style);
  const std::vector<Json> events = objects_of(shown, "events");
  text += events.empty() ? "\nNothing has been recorded of them here.\n"
                         : "\nWhat happened lately:\n" + events_text(events, style);
  return fitted(text, style.columns);
}

}  // namespace mfa::cli
