#include "cli/table.h"

#include <algorithm>
#include <cstddef>

#include "cli/plain_text.h"

namespace mfa::cli {

namespace {

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t used = columns(text);
  return text + std::string(used < width ? width - used : 0, ' ');
}

}  // namespace

std::string table(const std::vector<Row>& rows, const Style& style) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += (i < 2 ? "" : "  ") + padded(row[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += (&row == &rows.front() ? painted(style, Paint::bold, line) : line) + "\n";
  }
  return text;
}

}  // namespace mfa::cli
