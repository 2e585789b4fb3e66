// A table of users and phones: user, phone, and maybe sms or call. Pure.
//
// A first line that names its columns may have them in any order, and others beside them.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "cli/import/csv_table.h"
#include "cli/import/entry.h"

namespace mfa::cli {

class CsvPhones {
 public:
  // Nothing: the heading, or an empty line. The views are into this object, until the next call. An error says what is
  // wrong and repeats nothing.
  [[nodiscard]] std::expected<std::optional<Entry>, std::string> read(std::string_view line);

 private:
  [[nodiscard]] bool take_heading();

  CsvTable table_;
  std::size_t user_ = 0;
  std::size_t phone_ = 1;
  std::optional<std::size_t> kind_ = 2;
};

}  // namespace mfa::cli
