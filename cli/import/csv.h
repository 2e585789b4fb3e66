// A table of users and phones as spreadsheets write it (RFC 4180): user, phone, and maybe sms or call; with commas,
// semicolons or tabs, whichever its first line has. Pure.
//
// A first line that names its columns may have them in any order, and others beside them.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/import/entry.h"

namespace mfa::cli {

class CsvPhones {
 public:
  // Nothing: the heading, or an empty line. The views are into this object, until the next call. An error says what is
  // wrong and repeats nothing.
  [[nodiscard]] std::expected<std::optional<Entry>, std::string> read(std::string_view line);

 private:
  [[nodiscard]] bool split(std::string_view line);
  [[nodiscard]] bool take_heading();

  bool first_ = true;
  char separator_ = ',';
  std::size_t user_ = 0;
  std::size_t phone_ = 1;
  std::optional<std::size_t> kind_ = 2;
  std::vector<std::string> fields_;
};

}  // namespace mfa::cli
