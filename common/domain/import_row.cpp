#include "common/domain/import_row.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "common/domain/base32.h"
#include "common/domain/seed.h"
#include "common/domain/utf8.h"

namespace mfa {
namespace {

constexpr std::size_t kLongestName = 256;  // bytes
// Either side of when a code was used: pam_oath writes local time, which has an hour twice a year, and its window may
// be wide.
constexpr std::chrono::seconds kWidestSearch{3600};
constexpr std::int64_t kWidestWindow = 30;  // steps

using Fault = std::unexpected<ImportFault>;

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// Digits alone, and no sign.
std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.front() == '-' || error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::expected<Subject, ImportFault> subject_of(std::string_view name, std::string_view uid) {
  const auto id = number(uid);
  if (name.empty() || name.size() > kLongestName || !valid_utf8(name) || has_control_characters(name) ||
      name.contains(':') || name.contains('/') || !id || !std::in_range<std::uint32_t>(*id))
    return Fault(ImportFault::no_user);
  const Uid found{static_cast<std::uint32_t>(*id)};
  if (found == kOverflowUid || found == kNoUid) return Fault(ImportFault::no_user);
  return Subject{.name = {std::string(name)}, .uid = found};
}

std::expected<Secret, ImportFault> key_of(std::string_view text) {
  Secret key;
  if (text.starts_with("0x")) {
    auto bytes = hexadecimal_seed(text.substr(2));
    if (!bytes) return Fault(ImportFault::no_key);
    key = *std::move(bytes);
  } else {
    auto bytes = base32_decode(text);
    if (!bytes) return Fault(ImportFault::no_key);
    key = *std::move(bytes);
  }
  if (key.size() < kShortestImportedKey) return Fault(ImportFault::short_key);
  if (key.size() > kLongestSeed) return Fault(ImportFault::long_key);
  return key;
}

std::expected<int, ImportFault> digits_of(std::string_view text) {
  const auto digits = number(text);
  if (!digits || *digits < 6 || *digits > 8) return Fault(ImportFault::digits);
  return static_cast<int>(*digits);
}

std::expected<std::vector<Secret>, ImportFault> scratch_in(std::string_view text) {
  std::vector<Secret> codes;
  if (text.empty()) return codes;
  for (const std::string_view code : split(text, ',')) {
    if (code.size() != kScratchDigits || !all_digits(code)) return Fault(ImportFault::scratch_codes);
    Secret one(code);
    if (std::ranges::find(codes, one) != codes.end()) continue;  // good once, however often it stands there
    if (codes.size() == kMostScratchCodes) return Fault(ImportFault::scratch_codes);
    codes.push_back(std::move(one));
  }
  return codes;
}

bool shows(const TotpFactor& app, std::int64_t step, std::string_view code) {
  return step >= 0 && Secret(hotp_code(app.key, static_cast<std::uint64_t>(step), app.parameters.digits,
                                       app.parameters.algorithm)) == Secret(code);
}

// The step nearest to that time whose code it is; the time's own if it is none of them.
TimeStep step_of(const TotpFactor& app, std::string_view code, UnixTime at) {
  const TimeStep then = time_step(at, app.parameters.period);
  const std::int64_t widest = (kWidestSearch / app.parameters.period) + kWidestWindow;
  for (std::int64_t away = 0; away <= widest; ++away) {
    if (shows(app, then.value + away, code)) return {then.value + away};
    if (shows(app, then.value - away, code)) return {then.value - away};
  }
  return then;
}

std::expected<TotpFactor, ImportFault> app_of(const std::vector<std::string_view>& field, UnixTime now) {
  auto key = key_of(field[3]);
  if (!key) return Fault(key.error());
  const auto digits = digits_of(field[4]);
  if (!digits) return Fault(digits.error());
  const auto period = number(field[5]);
  TotpFactor app{.key = *std::move(key), .parameters = {}, .last_step = TimeStep{-1}};
  app.parameters.digits = *digits;
  if (!period || !std::in_range<int>(*period)) return Fault(ImportFault::period);
  app.parameters.period = std::chrono::seconds(*period);
  if (!valid(app.parameters)) return Fault(ImportFault::period);

  const TimeStep latest{time_step(now, app.parameters.period).value + kLongestSkew};
  if (!field[6].empty()) {
    const auto step = number(field[6]);
    if (!step || *step > latest.value) return Fault(ImportFault::used_later);
    app.last_step = {*step};
  }
  if (!field[7].empty()) {
    const auto at = field[8].empty() ? std::optional(now.seconds) : number(field[8]);
    if (!at || *at > now.seconds + (kLongestSkew * *period)) return Fault(ImportFault::used_later);
    app.last_step = std::max(app.last_step, step_of(app, field[7], UnixTime{*at}));
  }
  return app;
}

std::expected<HotpFactor, ImportFault> token_of(const std::vector<std::string_view>& field) {
  auto key = key_of(field[3]);
  if (!key) return Fault(key.error());
  const auto digits = digits_of(field[4]);
  if (!digits) return Fault(digits.error());
  const auto counter = number(field[5]);
  if (!counter || !valid(HotpCounter{*counter})) return Fault(ImportFault::counter);
  HotpFactor token{.key = *std::move(key), .digits = *digits, .state = {.next = {*counter}, .resync = std::nullopt}};
  if (!field[6].empty() && Secret(hotp_code(token.key, static_cast<std::uint64_t>(*counter), *digits,
                                            HashAlgorithm::sha1)) == Secret(field[6]))
    token.state = after(token.state, HotpAccepted{.counter = {*counter}});
  return token;
}

constexpr std::size_t kFieldsOfApp = 10;
constexpr std::size_t kFieldsOfToken = 8;
constexpr std::size_t kFieldsOfPhone = 4;

std::size_t fields_of(std::string_view kind) {
  if (kind == "totp") return kFieldsOfApp;
  if (kind == "hotp") return kFieldsOfToken;
  return kind == "sms" || kind == "call" ? kFieldsOfPhone : 0;
}

ReadRow row_of(const std::vector<std::string_view>& field, UnixTime now) {
  auto subject = subject_of(field[1], field[2]);
  if (!subject) return Fault(subject.error());
  ImportRow row{.subject = *std::move(subject), .what = WrittenPhone{}, .scratch = {}};
  if (field.size() == kFieldsOfPhone) {
    row.what =
        WrittenPhone{.number = std::string(field[3]), .use = field[0] == "sms" ? PhoneUse::text : PhoneUse::call};
    return row;
  }
  auto scratch = scratch_in(field.back());
  if (!scratch) return Fault(scratch.error());
  row.scratch = *std::move(scratch);
  if (field.size() == kFieldsOfApp) {
    auto app = app_of(field, now);
    if (!app) return Fault(app.error());
    row.what = *std::move(app);
  } else {
    auto token = token_of(field);
    if (!token) return Fault(token.error());
    row.what = *std::move(token);
  }
  return row;
}

// Without their line feeds; nothing: they are no rows, or too many.
std::optional<std::vector<std::string_view>> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos || lines.size() == kMostImportRows) return std::nullopt;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

std::string_view sentence(ImportFault fault) {
  switch (fault) {
    case ImportFault::no_user:
      return "That is nobody's name.";
    case ImportFault::no_key:
      return "Its key cannot be read.";
    case ImportFault::short_key:
      return "Its key is too short to be safe: under 10 bytes.";
    case ImportFault::long_key:
      return "Its key is too long: over 64 bytes.";
    case ImportFault::digits:
      return "Its codes have another number of digits than 6 to 8.";
    case ImportFault::period:
      return "Its codes last for another time than 10 to 300 seconds.";
    case ImportFault::counter:
      return "Its counter is no counter of a token.";
    case ImportFault::used_later:
      return "It says that a code was used at a time that has not come.";
    case ImportFault::scratch_codes:
      return "It has other emergency codes than up to ten of eight digits.";
  }
  return "It cannot be read.";
}

std::optional<std::vector<ReadRow>> read_import_rows(std::string_view text, UnixTime now) {
  const auto lines = lines_of(text);
  if (!lines) return std::nullopt;
  std::vector<ReadRow> rows;
  rows.reserve(lines->size());
  for (const std::string_view line : *lines) {
    const std::vector<std::string_view> field = split(line, '\t');
    if (fields_of(field[0]) != field.size()) return std::nullopt;
    rows.push_back(row_of(field, now));
  }
  return rows;
}

std::optional<std::vector<std::optional<Subject>>> read_people_rows(std::string_view text) {
  const auto lines = lines_of(text);
  if (!lines) return std::nullopt;
  std::vector<std::optional<Subject>> people;
  people.reserve(lines->size());
  for (const std::string_view line : *lines) {
    const std::vector<std::string_view> field = split(line, '\t');
    if (field.size() != 2) return std::nullopt;
    auto subject = subject_of(field[0], field[1]);
    people.push_back(subject ? std::optional(*std::move(subject)) : std::nullopt);
  }
  return people;
}

}  // namespace mfa
