#include "cli/table.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "cli/plain_text.h"

namespace mfa::cli {

namespace {

constexpr std::size_t kLeastInFirstLine = 3;  // the mark, what it is, and one more

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t used = columns(text);
  return text + std::string(used < width ? width - used : 0, ' ');
}

}  // namespace

LongTable::LongTable(Row heading, const Style& style)
    : heading_(std::move(heading)), style_(style), widths_(heading_.size(), 0) {}

std::size_t LongTable::columns_in_first_line() const {
  std::size_t used = 0;
  for (std::size_t i = 0; i < widths_.size(); ++i) {
    used += (i < 2 ? 0 : 2) + widths_[i];
    if (style_.columns != 0 && used > style_.columns && i >= kLeastInFirstLine) return i;
  }
  return widths_.size();
}

std::string LongTable::cells(const Row& row, std::size_t from, std::size_t to) const {
  std::string line;
  for (std::size_t i = from; i < to; ++i) line += (i < 2 || i == from ? "" : "  ") + padded(row[i], widths_[i]);
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string LongTable::lines_of(const Row& row) const {
  const std::size_t first = columns_in_first_line();
  std::string text = fitted(cells(row, 0, first), style_.columns) + "\n";
  const std::string rest = cells(row, first, row.size());
  if (rest.empty()) return text;
  return text + fitted(std::string(widths_[0] + widths_[1] + 2, ' ') + rest, style_.columns) + "\n";
}

std::string LongTable::part(const std::vector<Row>& rows) {
  const auto grow = [this](const Row& row) {
    for (std::size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], columns(row[i]));
  };
  grow(heading_);
  for (const Row& row : rows) grow(row);
  std::string text;
  if (!std::exchange(headed_, true)) {
    std::string heading = lines_of(heading_);
    heading.pop_back();
    text += painted(style_, Paint::bold, heading) + "\n";
  }
  for (const Row& row : rows) text += lines_of(row);
  return text;
}

std::string table(const std::vector<Row>& rows, const Style& style) {
  return LongTable(rows.front(), style).part({rows.begin() + 1, rows.end()});
}

}  // namespace mfa::cli
