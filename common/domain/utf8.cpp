#include "common/domain/utf8.h"

#include <algorithm>
#include <cstdint>

namespace mfa {
namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

bool is_control(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x061C || point == 0x200E || point == 0x200F ||
         (point >= 0x2028 && point <= 0x202E) || (point >= 0x2060 && point <= 0x2069) || point == 0xFEFF;
}

}  // namespace

std::optional<char32_t> take_code_point(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  std::size_t length = 1;
  char32_t point = first;
  char32_t smallest = 0;
  if (first >= 0xF0U && first <= 0xF4U) {
    length = 4, point = first & 0x07U, smallest = 0x10000;
  } else if (first >= 0xE0U && first < 0xF0U) {
    length = 3, point = first & 0x0FU, smallest = 0x800;
  } else if (first >= 0xC2U && first < 0xE0U) {
    length = 2, point = first & 0x1FU, smallest = 0x80;
  } else if (first >= 0x80U) {
    return std::nullopt;
  }
  if (text.size() < length) return std::nullopt;
  for (const char c : text.substr(1, length - 1)) {
    if (!continues(c)) return std::nullopt;
    point = (point << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
  }
  if (point < smallest || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return std::nullopt;
  text.remove_prefix(length);
  return point;
}

bool valid_utf8(std::string_view text) {
  while (!text.empty()) {
    if (!take_code_point(text)) return false;
  }
  return true;
}

bool has_control_characters(std::string_view text) {
  while (!text.empty()) {
    const auto point = take_code_point(text);
    if (!point || is_control(*point)) return true;
  }
  return false;
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !continues(c); }));
}

}  // namespace mfa
