#include "cli/render.h"

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
#include "common/language/language.h"

namespace mfa::cli {

namespace {

constexpr std::size_t kGroup = 4;
constexpr std::size_t kCodesInLine = 2;

// An app's or token's detail (algorithm, digits, counter) or a key's fingerprint helps nobody who reads a table; a
// phone's last digits do.
std::string kind_text(const Json& factor) {
  const std::string kind = text_of(factor, "kind");
  if (kind == "totp") return say("authenticator app");
  if (kind == "hotp") return say("hardware token");
  if (kind == "key") return say("security key");
  const std::string detail = text_of(factor, "detail");
  const std::string word = kind == "sms" ? say("text") : kind == "call" ? say("call") : printable_line(kind);
  return detail.empty() ? word : word + ", " + ending_text(detail);
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
    return say("Logins do not ask you for a second factor: you switched that off.\n");
  if (since && *since > now)
    return say("A second factor is required here from {}, {}.{}\n", spoken_time(*since), time_until(*since, now),
               mfa != "optional" ? ""
               : disabled        ? say(" Until then logins do not ask you: you switched that off.")
                                 : say(" Until then logins ask for it once you have one."));
  if (mfa == "require" && since) return say("A second factor is required here since {}.\n", spoken_time(*since));
  if (mfa == "require") return say("A second factor is required here.\n");
  if (mfa == "skip") return say("Logins do not ask for a second factor here.\n");
  if (mfa == "optional") return say("Logins ask for a second factor once you have one.\n");
  return "";
}

}  // namespace

std::string factors_text(const std::vector<Json>& factors, const Style& style) {
  std::vector<Row> rows{{"  ", say("FACTOR"), say("NAME"), say("KIND"), say("ADDED"), say("LAST USED")}};
  for (const Json& factor : factors) {
    rows.push_back({flag_of(factor, "default") ? "* " : "  ", printable_line(text_of(factor, "id")),
                    printable_line(text_of(factor, "name")), kind_text(factor), date_of(factor, "added", "?", false),
                    date_of(factor, "last_used", say("never"), true)});
  }
  std::string text = table(rows, style);
  if (factors.size() > 1) text += say("* the default: the one that a login names first\n");
  return text;
}

std::string status_heading(const Json& status, std::int64_t now, const Style& style) {
  std::string text =
      painted(style, Paint::bold, say("Multi-factor authentication for {}", printable_line(text_of(status, "user")))) +
      "\n";
  text += requirement_text(status, now);
  if (const auto reported = parse_time(text_of(status, "reported")))
    text +=
        painted(style, Paint::warning, say("You reported on {} that something was not you.", local_time(*reported))) +
        "\n";
  const std::vector<std::string> notices = texts_of(status, "notices");
  for (const std::string& notice : notices)
    text += painted(style, Paint::warning, say("Notice: {}", printable_line(notice))) + "\n";
  if (!notices.empty()) text += say("Was that not you? mfa-enroll report\n");
  if (const auto locked = parse_time(text_of(status, "locked_until")); locked && *locked > now)
    text += painted(style, Paint::warning,
                    say("Locked after wrong codes until {} ({}). It ends by itself.", local_time(*locked),
                        time_until(*locked, now))) +
            "\n";
  return text;
}

std::string status_text(const Json& status, std::int64_t now, const Style& style) {
  const std::vector<Json> factors = objects_of(status, "factors");
  const auto codes_left = number_of(status, "recovery_codes_left");
  std::string text = status_heading(status, now, style) + "\n";
  if (factors.empty()) {
    text += say("You have no second factor.\n");
  } else {
    text += factors_text(factors, style);
    if (codes_left) text += "\n" + recovery_codes_text(*codes_left);
  }
  if (const auto devices = objects_of(status, "devices"); !devices.empty())
    text += "\n" + trusted_devices_text(devices, style);
  const std::string next = printable_line(text_of(status, "next"));
  if (!next.empty()) text += "\n" + next + "\n";
  return fitted(text, style.columns);
}

std::string recovery_codes_text(std::int64_t left) { return say("Recovery codes left: {}\n", left); }

std::string trusted_devices_text(const std::vector<Json>& devices, const Style& style) {
  return say("Trusted devices, which are not asked for a code:\n") + device_lines(devices, style);
}

std::string logins_from_now_on(std::string_view codes, std::string_view factor, bool first) {
  if (first) return say("Logins ask for {} from now on.\n", in_words(codes));
  return say("Logins take {}, too. To be asked for them first: mfa-enroll default {}\n", in_words(codes),
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

std::string ending_text(std::string_view detail) {
  constexpr std::string_view kEnding = "ending ";
  if (!detail.starts_with(kEnding)) return printable_line(detail);
  return say("ending {}", printable_line(detail.substr(kEnding.size())));
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
      {"bypass_code", marked("the bypass code")},
      {"exemption", marked("the exemption")},
      {"journeys", marked("the journeys that were noted")},
      {"enrolment_code", marked("the enrolment code made before")},
      {"disabled", marked("that no code was asked for")},
  }};
  std::string over;
  for (const std::string& name : texts_of(reply, "ended")) {
    const auto* found = std::ranges::find(kWords, name, &std::pair<std::string_view, std::string_view>::first);
    over += (over.empty() ? "" : ", ") +
            (found == kWords.end() ? printable_line(name) : std::string(in_words(found->second)));
  }
  return over.empty() ? over : say("Over as well: {}.\n", over);
}

}  // namespace mfa::cli
