// mfa-enroll helpdesk bypass, identify, travel and exempt.
#include <array>
#include <charconv>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "cli/command_line.h"
#include "cli/plain_text.h"
#include "cli/times.h"
#include "cli/verbs/helpdesk.h"
#include "common/language/language.h"

namespace mfa::cli {

namespace {

std::optional<std::int64_t> number_in(std::string_view text) {
  std::uint32_t value = 0;  // more than any bound of the engine, and never too much for what comes
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "90m", "24h", "7d" in seconds.
std::optional<std::int64_t> length_in(std::string_view text) {
  constexpr std::array<std::pair<char, std::int64_t>, 3> kUnits{{{'m', 60}, {'h', 3'600}, {'d', 86'400}}};
  if (text.empty()) return std::nullopt;
  const auto count = number_in(text.substr(0, text.size() - 1));
  for (const auto& [letter, seconds] : kUnits)
    if (count && text.back() == letter) return *count * seconds;
  return std::nullopt;
}

Failure no_terms(std::string_view option, std::string_view value, std::string_view example) {
  return {.status = ExitStatus::usage,
          .error = say("'{}' is nothing that {} takes.", printable_line(value), option),
          .hint = say("Write {} {}.", option, in_words(example))};
}

std::string until_text(const Json& reply) {
  const auto until = parse_time(text_of(reply, "until"));
  return until ? local_time(*until) : "?";
}

// What is told of somebody until when, or that it is over.
template <class Holds, class Over>
Outcome<void> note(const Console& console, const Json& request, Holds holds, Over over) {
  const auto reply = console.ask(request);
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  if (text_of(*reply, "until").empty()) return console.print(over(*reply));
  return console.print(holds(*reply, until_text(*reply)));
}

}  // namespace

Outcome<void> helpdesk_bypass(const Console& console, const HelpdeskOptions& options) {
  Json request = helpdesk_request("helpdesk bypass", options);
  if (!options.length.empty()) {
    const auto seconds = length_in(options.length);
    if (!seconds) return std::unexpected(no_terms("--for", options.length, marked("24h, or 7d")));
    request["seconds"] = std::to_string(*seconds);
  }
  if (!options.uses.empty()) {
    const auto uses = number_in(options.uses);
    if (!uses) return std::unexpected(no_terms("--uses", options.uses, "1"));
    request["uses"] = std::to_string(*uses);
  }
  if (auto sure = confirm_person(console, request, [] { return say("make a bypass code for"); }); !sure) return sure;
  const auto reply = console.ask(request);
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  const std::string code = printable_line(text_of(*reply, "code"));
  const auto uses = number_of(*reply, "uses").value_or(1);
  return console.print(
      say("Bypass code to hand over; it is shown only now:\n  {} {}\n{} can type it for {} where a code is asked, "
          "until {}.\n",
          code.substr(0, code.size() / 2), code.substr(code.size() / 2), printable_line(options.user),
          say_counted("one login", "{} logins", static_cast<std::uint64_t>(uses)), until_text(*reply)));
}

Outcome<void> helpdesk_identify(const Console& console, const HelpdeskOptions& options) {
  const auto reply = console.ask(helpdesk_request("helpdesk identify", options));
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  return console.print(say("That is a code of {} ({}). Until {} you need no --checked for them.\n",
                           printable_line(options.user), printable_line(text_of(*reply, "factor")),
                           until_text(*reply)));
}

Outcome<void> helpdesk_travel(const Console& console, const HelpdeskOptions& options) {
  const auto until = parse_last_moment(options.until);
  if (!until) return std::unexpected(no_moment("--until", options.until));
  Json request = helpdesk_request("helpdesk travel", options);
  request["country"] = options.country;
  request["until"] = std::to_string(*until);
  const auto doing = [] { return say("change from where logins are let through, of"); };
  if (auto sure = confirm_person(console, request, doing); !sure) return sure;
  const std::string user = printable_line(options.user);
  const auto country = [&](const Json& reply) {
    const std::string code = printable_line(text_of(reply, "country"));
    const std::string typed = printable_line(options.country);
    return typed == code ? code : fmt::format("{} ({})", typed, code);
  };
  return note(
      console, request,
      [&](const Json& reply, const std::string& when) {
        return say("Logins of {} from {} are let through until {}.\n", user, country(reply), when);
      },
      [&](const Json& reply) {
        return say("Logins of {} from {} are treated like anybody's again.\n", user, country(reply));
      });
}

Outcome<void> helpdesk_exempt(const Console& console, const HelpdeskOptions& options) {
  const auto until = parse_last_moment(options.until);
  if (!until) return std::unexpected(no_moment("--until", options.until));
  Json request = helpdesk_request("helpdesk exempt", options);
  request["until"] = std::to_string(*until);
  const auto doing = [] { return say("change for how long no second factor is asked of"); };
  if (auto sure = confirm_person(console, request, doing); !sure) return sure;
  const std::string user = printable_line(options.user);
  return note(
      console, request,
      [&](const Json&, const std::string& when) {
        return say("{} is asked for no second factor until {}.\n", user, when);
      },
      [&](const Json&) { return say("{} is asked for a second factor again, as the rules say.\n", user); });
}

}  // namespace mfa::cli
