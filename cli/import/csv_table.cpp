#include "cli/import/csv_table.h"

#include <algorithm>

#include "cli/import/words.h"

namespace mfa::cli {

namespace {

constexpr std::size_t kMostColumns = 100;

char separator_of(std::string_view line) {
  for (const char c : {',', ';', '\t'})
    if (line.contains(c)) return c;
  return ',';
}

}  // namespace

std::string_view without_mark(std::string_view line) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (line.starts_with(kMark)) line.remove_prefix(kMark.size());
  return line;
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::optional<std::size_t> CsvTable::place_of(std::string_view name) const {
  const auto found = std::ranges::find(fields_, name, [](const std::string& field) { return lower_case(field); });
  if (found == fields_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - fields_.begin());
}

bool CsvTable::read(std::string_view line) {
  fields_.clear();
  if (lines_ == 0) line = without_mark(line);
  if (trimmed(line).empty()) return true;
  if (++lines_ == 1) separator_ = separator_of(line);
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

}  // namespace mfa::cli
