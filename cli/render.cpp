#include "cli/render.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/device_text.h"
#include "cli/plain_text.h"
#include "cli/table.h"
#include "cli/times.h"

namespace mfa::cli {

namespace {

constexpr std::size_t kGroup = 4;
constexpr std::size_t kCodesInLine = 2;

// An app's or token's detail (algorithm, digits, counter) or a key's fingerprint helps nobody who reads a table; a
// phone's last digits do.
std::string kind_text(const Json& factor) {
  const std::string kind = text_of(factor, "kind");
  if (kind == "totp") return "authenticator app";
  if (kind == "hotp") return "hardware token";
  if (kind == "key") return "security key";
  const std::string detail = text_of(factor, "detail");
  const std::string word = kind == "sms" ? "text" : kind;  // as logins call it
  return printable_line(detail.empty() ? word : word + ", " + detail);
}

std::string date_of(const Json& object, const char* key, std::string_view otherwise, bool with_time) {
  const auto time = parse_time(text_of(object, key));
  if (!time) return std::string(otherwise);
  return with_time ? local_time(*time) : local_date(*time);
}

std::string requirement_text(const Json& status, std::int64_t now) {
  const std::string mfa = text_of(status, "mfa");
  const auto since = parse_time(text_of(status, "required_since"));
  const bool disabled = flag_of(status, "disabled");
  if (disabled && mfa == "optional" && (!since || *since <= now))
    return "Logins do not ask you for a second factor: you switched that off.\n";
  if (since && *since > now)
    return fmt::format("A second factor is required here from {}, {}.{}\n", spoken_time(*since),
                       time_until(*since, now),
                       mfa != "optional" ? ""
                       : disabled        ? " Until then logins do not ask you: you switched that off."
                                         : " Until then logins ask for it once you have one.");
  if (mfa == "require" && since)
    return fmt::format("A second factor is required here since {}.\n", spoken_time(*since));
  if (mfa == "require") return "A second factor is required here.\n";
  if (mfa == "skip") return "Logins do not ask for a second factor here.\n";
  if (mfa == "optional") return "Logins ask for a second factor once you have one.\n";
  return "";
}

}  // namespace

std::string factors_text(const std::vector<Json>& factors, const Style& style) {
  std::vector<Row> rows{{"  ", "FACTOR", "NAME", "KIND", "ADDED", "LAST USED"}};
  for (const Json& factor : factors) {
    rows.push_back({flag_of(factor, "default") ? "* " : "  ", printable_line(text_of(factor, "id")),
                    printable_line(text_of(factor, "name")), kind_text(factor), date_of(factor, "added", "?", false),
                    date_of(factor, "last_used", "never", true)});
  }
  std::string text = table(rows, style);
  if (factors.size() > 1) text += "* the default: the one that a login names first\n";
  return text;
}

std::string status_heading(const Json& status, std::int64_t now, const Style& style) {
  std::string text =
      painted(style, Paint::bold, "Multi-factor authentication for " + printable_line(text_of(status, "user"))) + "\n";
  text += requirement_text(status, now);
  if (const auto reported = parse_time(text_of(status, "reported")))
    text += painted(style, Paint::warning,
                    fmt::format("You reported on {} that something was not you.", local_time(*reported))) +
            "\n";
  const std::vector<std::string> notices = texts_of(status, "notices");
  for (const std::string& notice : notices)
    text += painted(style, Paint::warning, "Notice: " + printable_line(notice)) + "\n";
  if (!notices.empty()) text += "Was that not you? mfa-enroll report\n";
  if (const auto locked = parse_time(text_of(status, "locked_until")); locked && *locked > now)
    text += painted(style, Paint::warning,
                    fmt::format("Locked after wrong codes until {} ({}). It ends by itself.", local_time(*locked),
                                time_until(*locked, now))) +
            "\n";
  return text;
}

std::string status_text(const Json& status, std::int64_t now, const Style& style) {
  const std::vector<Json> factors = objects_of(status, "factors");
  const auto codes_left = number_of(status, "recovery_codes_left");
  std::string text = status_heading(status, now, style) + "\n";
  if (factors.empty()) {
    text += "You have no second factor.\n";
  } else {
    text += factors_text(factors, style);
    if (codes_left) text += fmt::format("\nRecovery codes left: {}\n", *codes_left);
  }
  if (const auto devices = objects_of(status, "devices"); !devices.empty())
    text += "\nTrusted devices, which are not asked for a code:\n" + device_lines(devices, style);
  const std::string next = printable_line(text_of(status, "next"));
  if (!next.empty()) text += "\n" + next + "\n";
  return fitted(text, style.columns);
}

std::string logins_from_now_on(std::string_view codes, std::string_view factor, bool first) {
  if (first) return fmt::format("Logins ask for {} from now on.\n", codes);
  return fmt::format("Logins take {}, too. To be asked for them first: mfa-enroll default {}\n", codes,
                     printable_line(factor));
}

std::string codes_text(std::span<const std::string> codes) {
  std::string text;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    text += (i % kCodesInLine == 0 ? "  " : "   ") + printable_line(codes[i]);
    if (i % kCodesInLine == kCodesInLine - 1 || i + 1 == codes.size()) text += "\n";
  }
  return text;
}

std::string factor_text(std::string_view id, std::string_view name) {
  if (name.empty()) return printable_line(id);
  return printable_line(name) + " (" + printable_line(id) + ")";
}

std::string key_in_groups(std::string_view secret) {
  std::string text;
  const std::string shown = printable_line(secret);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (i != 0 && i % kGroup == 0) text += ' ';
    text += shown[i];
  }
  return text;
}

std::string ended_text(const Json& reply) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kWords{{
      {"bypass_code", "the bypass code"},
      {"exemption", "the exemption"},
      {"journeys", "the journeys that were noted"},
      {"enrolment_code", "the enrolment code made before"},
      {"disabled", "that no code was asked for"},
  }};
  std::string text;
  for (const std::string& name : texts_of(reply, "ended")) {
    const auto* found = std::ranges::find(kWords, name, &std::pair<std::string_view, std::string_view>::first);
    text += (text.empty() ? "Over as well: " : ", ") +
            (found == kWords.end() ? printable_line(name) : std::string(found->second));
  }
  return text.empty() ? text : text + ".\n";
}

}  // namespace mfa::cli
