#include "cli/import/csv.h"

#include <algorithm>
#include <utility>

#include "cli/import/words.h"

namespace mfa::cli {

namespace {

constexpr std::size_t kMostColumns = 100;
constexpr std::string_view kMark = "\xEF\xBB\xBF";  // of UTF-8, as some spreadsheets begin

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

char separator_of(std::string_view line) {
  for (const char c : {',', ';', '\t'})
    if (line.contains(c)) return c;
  return ',';
}

std::optional<std::size_t> column(const std::vector<std::string>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name, [](const std::string& field) { return lower(field); });
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

// False: its quotes do not fit, or it has more columns than any table of people.
bool CsvPhones::split(std::string_view line) {
  fields_.clear();
  std::string field;
  bool quoted = false;
  bool was_quoted = false;
  const auto take = [&] {
    fields_.push_back(was_quoted ? field : std::string(trimmed(field)));
    field.clear();
    was_quoted = false;
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      field += '"';
      ++i;
    } else if (c == '"' && (quoted || trimmed(field).empty())) {
      quoted = !quoted;
      if (quoted) field.clear();
      was_quoted = true;
    } else if (!quoted && c == separator_) {
      if (fields_.size() == kMostColumns) return false;
      take();
    } else if (!was_quoted || quoted) {
      field += c;
    } else if (!kBlanks.contains(c)) {
      return false;
    }
  }
  take();
  return !quoted;
}

// True: it was one.
bool CsvPhones::take_heading() {
  const auto user = column(fields_, "user");
  const auto phone = column(fields_, "phone");
  if (!user || !phone) return false;
  user_ = *user;
  phone_ = *phone;
  kind_ = column(fields_, "kind");
  return true;
}

std::expected<std::optional<Entry>, std::string> CsvPhones::read(std::string_view line) {
  if (first_ && line.starts_with(kMark)) line.remove_prefix(kMark.size());
  if (trimmed(line).empty()) return std::nullopt;
  if (first_) separator_ = separator_of(line);
  const bool could_be_heading = std::exchange(first_, false);
  if (!split(line)) return std::unexpected("Its quotes make no sense.");
  if (could_be_heading && take_heading()) return std::nullopt;
  if (fields_.size() <= std::max(user_, phone_)) return std::unexpected("It has no user or no phone.");
  Entry entry;
  entry.kind = EntryKind::sms;
  entry.user = fields_[user_];
  entry.number = fields_[phone_];
  if (entry.number.empty()) return std::unexpected("It has no phone.");
  const std::string kind = kind_ && *kind_ < fields_.size() ? lower(fields_[*kind_]) : "";
  if (kind == "call") {
    entry.kind = EntryKind::call;
  } else if (!kind.empty() && kind != "sms") {
    return std::unexpected("Its kind is neither sms nor call.");
  }
  return entry;
}

}  // namespace mfa::cli
