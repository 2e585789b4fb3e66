// Tables for people: columns as wide as their widest cell, the first row a heading. Where the window is narrower, the
// last columns stand in a second line of their row, below the third one.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/style.h"

namespace mfa::cli {

using Row = std::vector<std::string>;  // printable cells; the first is a mark or an indent of two columns

// `rows` is not empty, and all are of the same length.
[[nodiscard]] std::string table(const std::vector<Row>& rows, const Style& style);

// A table that is written part by part: columns grow as they must, and never shrink again.
class LongTable {
 public:
  LongTable(Row heading, const Style& style);
  [[nodiscard]] std::string part(const std::vector<Row>& rows);  // the first one with the heading

 private:
  [[nodiscard]] std::size_t columns_in_first_line() const;
  [[nodiscard]] std::string cells(const Row& row, std::size_t from, std::size_t to) const;
  [[nodiscard]] std::string lines_of(const Row& row) const;

  Row heading_;
  Style style_;
  std::vector<std::size_t> widths_;
  bool headed_ = false;
};

}  // namespace mfa::cli
