#include "cli/stats_text.h"

#include <fmt/core.h>

#include <array>
#include <string_view>
#include <utility>

namespace mfa::cli {

namespace {

std::int64_t count_in(const Json& object, const char* name) { return number_of(object, name).value_or(0); }

Json member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || !found->is_object() ? Json::object() : *found;
}

std::string share(std::int64_t part, std::int64_t of) { return of == 0 ? "" : fmt::format(" ({} %)", part * 100 / of); }

constexpr std::array<std::pair<const char*, std::string_view>, 5> kKinds{{{"totp", "authenticator app"},
                                                                          {"hotp", "hardware token"},
                                                                          {"sms", "phone, by text"},
                                                                          {"call", "phone, by call"},
                                                                          {"key", "security key"}}};

std::string heading(std::string_view name, std::string_view help) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
}

std::string metric(std::string_view name, std::string_view help, std::int64_t value) {
  return heading(name, help) + fmt::format("{} {}\n", name, value);
}

}  // namespace

std::string stats_text(const Json& stats) {
  const std::int64_t users = count_in(stats, "users");
  const std::int64_t enrolled = count_in(stats, "enrolled");
  std::string text =
      fmt::format("{} people are known here, {} with a second factor{}.\n", users, enrolled, share(enrolled, users));
  const Json kinds = member(stats, "by_factor");
  for (const auto& [kind, words] : kKinds)
    if (const std::int64_t people = count_in(kinds, kind); people > 0)
      text += fmt::format("  {:<18} {:>8}\n", words, people);
  const Json logins = member(stats, "logins_24h");
  text += "In the last 24 hours:\n";
  for (const auto& [name, words] : std::array<std::pair<const char*, std::string_view>, 4>{
           {{"asked", "asked for a code"}, {"passed", "passed"}, {"failed", "failed"}, {"trusted", "trusted device"}}})
    text += fmt::format("  {:<18} {:>8}\n", words, count_in(logins, name));
  if (logins.contains("whole")) text += "  There were more; these are the latest.\n";
  return text + fmt::format("Locked out now: {}\n", count_in(stats, "locked"));
}

std::string stats_metrics(const Json& stats) {
  std::string text = metric("mfa_users", "People of whom something is kept.", count_in(stats, "users"));
  text += metric("mfa_users_enrolled", "People with a second factor.", count_in(stats, "enrolled"));
  text += heading("mfa_users_with_factor", "People with a factor of that kind.");
  const Json kinds = member(stats, "by_factor");
  for (const auto& [kind, words] : kKinds)
    text += fmt::format("mfa_users_with_factor{{kind=\"{}\"}} {}\n", kind, count_in(kinds, kind));
  text += metric("mfa_users_locked", "People who are locked out now.", count_in(stats, "locked"));
  const Json logins = member(stats, "logins_24h");
  text +=
      metric("mfa_codes_asked_24h", "How often a code was asked for in the last 24 hours.", count_in(logins, "asked"));
  text += heading("mfa_logins_24h", "Logins of the last 24 hours, by what came of them.");
  for (const char* outcome : {"passed", "failed", "trusted"})
    text += fmt::format("mfa_logins_24h{{outcome=\"{}\"}} {}\n", outcome, count_in(logins, outcome));
  return text + metric("mfa_logins_24h_whole", "0: there were more of them than are counted.",
                       logins.contains("whole") && !flag_of(logins, "whole") ? 0 : 1);
}

}  // namespace mfa::cli
