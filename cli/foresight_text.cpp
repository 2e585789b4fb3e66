#include "cli/foresight_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "cli/plain_text.h"
#include "cli/table.h"
#include "cli/times.h"

namespace mfa::cli {

namespace {

using Word = std::pair<std::string_view, std::string_view>;

constexpr std::size_t kMostListed = 25;
constexpr std::string_view kNoRule = "(no rule)";

constexpr std::array kReasons{
    Word{"rule_skips", "the rule asks for no second factor"},
    Word{"rule_denies", "the rule denies it"},
    Word{"rule_requires", "the rule requires a second factor"},
    Word{"enrolled", "a second factor is enrolled"},
    Word{"nothing_enrolled", "no second factor is enrolled, and none is required yet"},
    Word{"required_and_none", "a second factor is required, and none that counts is enrolled"},
    Word{"enrolment_code", "a second factor is required, and setting one up takes an enrolment code"},
    Word{"country_unknown", "a rule asks for the country, which cannot be told"},
    Word{"group_unknown", "a rule asks for a group, which cannot be looked up"},
    Word{"no_such_account", "there is no such account"},
    Word{"trusted", "the device is trusted"},
    Word{"burst", "a code was right from there a moment ago"},
    Word{"security_key", "a registered security key is used beside the password"},
    Word{"identity_mismatch", "name and uid are not the pair that was enrolled"},
    Word{"alias", "another name of the same uid is the one that was enrolled"},
    Word{"locked", "too many wrong codes; that ends by itself"},
};

constexpr std::array kFactors{
    Word{"totp", "authenticator app"}, Word{"hotp", "hardware token"}, Word{"key", "security key"},
    Word{"sms", "text message"},       Word{"call", "phone call"},
};

template <std::size_t N>
std::string in_words(const std::array<Word, N>& words, std::string_view name) {
  const auto* const found = std::ranges::find(words, name, &Word::first);
  return found == words.end() ? printable_line(name) : std::string(found->second);
}

std::string listed(const std::vector<std::string>& kinds) {
  std::string text;
  for (const std::string& kind : kinds) text += (text.empty() ? "" : ", ") + in_words(kFactors, kind);
  return text;
}

// Of "30d" as the configuration writes it: "30 days".
std::string window_text(const std::string& window) {
  constexpr std::array kUnits{Word{"d", "day"}, Word{"h", "hour"}, Word{"m", "minute"}, Word{"s", "second"}};
  unsigned count = 0;
  const char* const end = window.data() + window.size();
  const auto [stop, error] = std::from_chars(window.data(), end, count);
  const auto* const unit = std::ranges::find(kUnits, std::string_view(stop, end), &Word::first);
  if (error != std::errc{} || unit == kUnits.end()) return printable_line(window);
  return fmt::format("{} {}{}", count, unit->second, count == 1 ? "" : "s");
}

std::string moment_text(std::optional<std::int64_t> at) { return at ? "at " + local_time(*at) : "now"; }

std::string heading(const AskedLogin& login) {
  const std::string service = login.service.empty() ? "sshd" : printable_line(login.service);
  std::string from = "from " + printable_line(login.from);
  if (login.from.empty() || login.from == "unknown") from = "from an unknown place";
  if (login.from == "console") from = "on the console";
  const std::string with =
      login.key.empty() ? "a password" : "the key " + printable_line(login.key) + " and a password";
  return fmt::format("{}, through {} {} with {}, {}", printable_line(login.user), service, from, with,
                     moment_text(login.at));
}

std::string decision_text(const Json& reply) {
  const std::string decision = text_of(reply, "decision");
  const std::string reason = reason_text(text_of(reply, "reason"));
  if (decision == "skip") return fmt::format("No code is asked for: {}.", reason);
  if (decision == "require") return fmt::format("A code is asked for: {}.", reason);
  if (decision == "enrol") return fmt::format("A second factor is set up in the login: {}.", reason);
  if (decision == "deny") return fmt::format("The login is denied: {}.", reason);
  return fmt::format("{}: {}.", printable_line(decision), reason);
}

std::string factors_text(const Json& reply) {
  const std::string kinds = listed(texts_of(reply, "factors"));
  const std::string decision = text_of(reply, "decision");
  if (decision == "require")
    return kinds.empty() ? "Only a recovery code counts.\n"
                         : fmt::format("What counts: {}; a recovery code always does.\n", kinds);
  if (decision == "enrol" && !kinds.empty()) return fmt::format("Enrolling asks first for: {}.\n", kinds);
  return "";
}

// Whoever would not get in: not one who sets up a factor in the login, unless that takes a code, nor one who is locked
// for a while.
bool stays_out(const Json& entry) {
  const std::string decision = text_of(entry, "decision");
  const std::string reason = text_of(entry, "reason");
  return (decision == "enrol" && reason == "enrolment_code") || (decision == "deny" && reason != "locked");
}

std::string list_of_locked_out(const std::vector<Json>& who, const Style& style) {
  std::vector<Row> rows{{"  ", "LOCKED OUT", "WHY"}};
  std::size_t more = 0;
  for (const Json& entry : who) {
    if (!stays_out(entry)) continue;
    if (rows.size() > kMostListed) {
      ++more;
    } else {
      rows.push_back({"  ", printable_line(text_of(entry, "user")), reason_text(text_of(entry, "reason"))});
    }
  }
  if (rows.size() == 1) return "";
  std::string text = "\n" + table(rows, style);
  if (more > 0) text += fmt::format("{} and {} more; --json lists all\n", style.utf8 ? "…" : "...", more);
  return text;
}

}  // namespace

std::string reason_text(std::string_view reason) { return in_words(kReasons, reason); }

std::string explanation_text(const AskedLogin& login, const Json& reply, const Style& style) {
  std::string text = painted(style, Paint::bold, heading(login)) + "\n\n" + decision_text(reply) + "\n";
  const std::string rule = text_of(reply, "rule");
  if (rule == kNoRule)
    text += "No rule matches, which means: a code is asked of those who are enrolled.\n";
  else if (!rule.empty())
    text += fmt::format("The rule: {}\n", printable_line(rule));
  text += factors_text(reply);
  if (const std::string window = text_of(reply, "trust"); !window.empty())
    text += fmt::format("After a right code a device can be remembered for {}.\n", window_text(window));
  else if (text_of(reply, "decision") == "require")
    text += "No device is remembered under this rule.\n";
  const std::vector<std::string> observed = texts_of(reply, "observed");
  if (!observed.empty()) text += "\nRules that only observe:\n";
  for (const std::string& rule_and_outcome : observed) text += fmt::format("  {}\n", printable_line(rule_and_outcome));
  return text;
}

Json forecast_json(const Forecast& forecast) {
  return Json{{"users", forecast.users},     {"asked", forecast.asked},     {"enrol", forecast.enrol},
              {"trusted", forecast.trusted}, {"skipped", forecast.skipped}, {"locked_out", forecast.locked_out},
              {"who", forecast.who}};
}

std::string forecast_text(const Forecast& forecast, std::optional<std::int64_t> at, const Style& style) {
  const std::array<std::pair<std::int64_t, std::string_view>, 5> counts{
      {{forecast.asked, "would be asked for a code"},
       {forecast.enrol, "would have to set up a second factor in the login"},
       {forecast.trusted, "would be asked, but not on a device that they have trusted"},
       {forecast.skipped, "would not be asked"},
       {forecast.locked_out, "would be locked out"}}};
  std::string text = painted(style, Paint::bold,
                             fmt::format("Logging in over SSH with a password from an unknown place, {}, of {} user{}",
                                         moment_text(at), forecast.users, forecast.users == 1 ? "" : "s")) +
                     "\n";
  const std::size_t width = fmt::formatted_size("{}", forecast.users);
  for (const auto& [count, what] : counts) {
    const std::string line = fmt::format("  {:>{}}  {}", count, width, what);
    text += (what.ends_with("out") && count > 0 ? painted(style, Paint::bad, line) : line) + "\n";
  }
  return text + list_of_locked_out(forecast.who, style);
}

}  // namespace mfa::cli
