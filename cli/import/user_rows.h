// People, a line each: a name, where what follows a '#' is passed over; or a table whose first line names its columns,
// one of them "user". Pure.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "cli/import/csv_table.h"

namespace mfa::cli {

class UserRows {
 public:
  // Nothing: a heading, a comment or an empty line. An error says what is wrong and repeats nothing.
  [[nodiscard]] std::expected<std::optional<std::string>, std::string> read(std::string_view line);

 private:
  bool begun_ = false;                 // a line came that counts
  std::optional<std::size_t> column_;  // of the users; nothing: there is no table
  CsvTable table_;
};

}  // namespace mfa::cli
