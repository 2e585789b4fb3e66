#include "cli/table.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "cli/plain_text.h"

namespace mfa::cli {

namespace {

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t used = columns(text);
  return text + std::string(used < width ? width - used : 0, ' ');
}

}  // namespace

LongTable::LongTable(Row heading, const Style& style)
    : heading_(std::move(heading)), style_(style), widths_(heading_.size(), 0) {}

std::string LongTable::part(const std::vector<Row>& rows) {
  const auto grow = [this](const Row& row) {
    for (std::size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], columns(row[i]));
  };
  const auto line_of = [this](const Row& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += (i < 2 ? "" : "  ") + padded(row[i], widths_[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  };
  grow(heading_);
  for (const Row& row : rows) grow(row);
  std::string text;
  if (!std::exchange(headed_, true)) text += painted(style_, Paint::bold, line_of(heading_)) + "\n";
  for (const Row& row : rows) text += line_of(row) + "\n";
  return text;
}

std::string table(const std::vector<Row>& rows, const Style& style) {
  return LongTable(rows.front(), style).part({rows.begin() + 1, rows.end()});
}

}  // namespace mfa::cli
