#include "cli/import/oath_users.h"

#include <time.h>

#include <algorithm>
#include <array>

#include "cli/import/words.h"

namespace mfa::cli {

namespace {

struct Type {
  std::string_view name;
  EntryKind kind;
  std::string_view digits, period;
};
constexpr std::array kTypes = std::to_array<Type>({
    {"HOTP", EntryKind::hotp, "6", ""},
    {"HOTP/E", EntryKind::hotp, "6", ""},
    {"HOTP/E/6", EntryKind::hotp, "6", ""},
    {"HOTP/E/7", EntryKind::hotp, "7", ""},
    {"HOTP/E/8", EntryKind::hotp, "8", ""},
    {"HOTP/T30", EntryKind::totp, "6", "30"},
    {"HOTP/T30/6", EntryKind::totp, "6", "30"},
    {"HOTP/T30/7", EntryKind::totp, "7", "30"},
    {"HOTP/T30/8", EntryKind::totp, "8", "30"},
    {"HOTP/T60", EntryKind::totp, "6", "60"},
    {"HOTP/T60/6", EntryKind::totp, "6", "60"},
    {"HOTP/T60/7", EntryKind::totp, "7", "60"},
    {"HOTP/T60/8", EntryKind::totp, "8", "60"},
});

// "2026-11-22T09:14:05L": by this computer's clocks.
std::optional<std::int64_t> local_moment(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:ddL";
  if (text.size() != kShape.size()) return std::nullopt;
  std::array<int, 6> part{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (digit != (kShape[i] == 'd') || (!digit && text[i] != kShape[i])) return std::nullopt;
    if (digit) part.at(at) = part.at(at) * 10 + (text[i] - '0');
    if (!digit) ++at;
  }
  struct tm moment{};
  moment.tm_year = part[0] - 1900;
  moment.tm_mon = part[1] - 1;
  moment.tm_mday = part[2];
  moment.tm_hour = part[3];
  moment.tm_min = part[4];
  moment.tm_sec = part[5];
  moment.tm_isdst = -1;
  const time_t seconds = mktime(&moment);
  if (seconds < 0) return std::nullopt;
  return seconds;
}

}  // namespace

std::expected<std::optional<Entry>, std::string> parse_oath_line(std::string_view line) {
  const std::string_view name = take_word(line);
  if (name.empty() || name.front() == '#') return std::nullopt;
  const auto* const type = std::ranges::find(kTypes, name, &Type::name);
  if (type == kTypes.end()) return std::unexpected("Its type is none of HOTP, HOTP/T30 and HOTP/T60.");
  Entry entry;
  entry.kind = type->kind;
  entry.hexadecimal = true;
  entry.digits = type->digits;
  entry.period = type->period;
  entry.user = take_word(line);
  const std::string_view pin = take_word(line);
  entry.key = take_word(line);
  if (entry.key.empty()) return std::unexpected("It has no user, no PIN or no key.");
  // "+": another module has seen to the password.
  if (pin != "-" && pin != "+")
    return std::unexpected("It has a PIN, and there are none here: the password takes its place. Write - for it.");
  const std::string_view counter = take_word(line);
  entry.used_code = take_word(line);
  if (entry.kind == EntryKind::hotp) entry.counter = counter.empty() ? "0" : counter;
  if (const std::string_view at = take_word(line); !at.empty()) {
    entry.used_at = local_moment(at);
    if (!entry.used_at) return std::unexpected("The time of its last code is none.");
  }
  if (!take_word(line).empty()) return std::unexpected("It has more words than pam_oath reads.");
  return entry;
}

}  // namespace mfa::cli
