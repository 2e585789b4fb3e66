// A table as spreadsheets write it (RFC 4180), a line at a time: with commas, semicolons or tabs, whichever its first
// line has. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mfa::cli {

class CsvTable {
 public:
  // False: its quotes do not fit, or it has more columns than any table of people. An empty line has no fields.
  [[nodiscard]] bool read(std::string_view line);
  // Of the line that was read last; the first that was not empty may be a heading.
  [[nodiscard]] const std::vector<std::string>& fields() const { return fields_; }
  [[nodiscard]] bool is_first() const { return lines_ == 1; }
  // Where in these fields that word stands, in whatever case.
  [[nodiscard]] std::optional<std::size_t> place_of(std::string_view name) const;

 private:
  std::size_t lines_ = 0;  // that were not empty
  char separator_ = ',';
  std::vector<std::string> fields_;
};

// As a spreadsheet may begin a file with the mark of UTF-8: without it.
[[nodiscard]] std::string_view without_mark(std::string_view line);
[[nodiscard]] std::string lower_case(std::string_view text);  // of ASCII

}  // namespace mfa::cli
