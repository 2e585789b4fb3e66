#include "cli/plain_text.h"

#include <fmt/core.h>

#include <array>
#include <cstdint>
#include <iterator>

namespace mfa::cli {

namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;  // 0: not valid UTF-8 (RFC 3629)
};

// The character that `text` begins with. `text` is not empty.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  std::size_t length = 0;
  std::uint32_t code = 0;
  std::uint32_t least = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2, code = lead & 0x1FU, least = 0x80;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3, code = lead & 0x0FU, least = 0x800;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4, code = lead & 0x07U, least = 0x10000;
  }
  if (length == 0 || text.size() < length) return {lead, 0};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {lead, 0};
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < least || code > 0x10FFFF || surrogate) return {lead, 0};
  return {code, length};
}

struct Range {
  std::uint32_t first, last;
};

template <std::size_t N>
bool in(const std::array<Range, N>& ranges, std::uint32_t code) {
  for (const Range& range : ranges)
    if (code >= range.first && code <= range.last) return true;
  return false;
}

// C0, DEL, C1; Arabic letter mark; directional marks, embeddings, overrides and isolates; line and paragraph
// separators; soft hyphen's invisible kin and the byte order mark; tags.
constexpr std::array<Range, 9> kUnsafe{{{0x00, 0x1F},
                                        {0x7F, 0x9F},
                                        {0x061C, 0x061C},
                                        {0x200E, 0x200F},
                                        {0x2028, 0x202E},
                                        {0x2060, 0x206F},
                                        {0xFEFF, 0xFEFF},
                                        {0xFFF9, 0xFFFB},
                                        {0xE0000, 0xE007F}}};
// Combining marks and joiners that names in daily use hold; the rest of Unicode's is only misaligned, never unsafe.
constexpr std::array<Range, 7> kNoColumn{{{0x0300, 0x036F},
                                          {0x0483, 0x0489},
                                          {0x0591, 0x05BD},
                                          {0x064B, 0x065F},
                                          {0x200B, 0x200D},
                                          {0x20D0, 0x20FF},
                                          {0xFE00, 0xFE0F}}};
constexpr std::array<Range, 10> kTwoColumns{{{0x1100, 0x115F},
                                             {0x2E80, 0x303E},
                                             {0x3041, 0xA4CF},
                                             {0xAC00, 0xD7A3},
                                             {0xF900, 0xFAFF},
                                             {0xFE30, 0xFE6F},
                                             {0xFF00, 0xFF60},
                                             {0xFFE0, 0xFFE6},
                                             {0x1F300, 0x1FAFF},
                                             {0x20000, 0x3FFFD}}};

std::string printable(std::string_view text, bool keep_lines) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.bytes == 0) {
      fmt::format_to(std::back_inserter(shown), "\\x{:02x}", character.code);
      text.remove_prefix(1);
      continue;
    }
    if (keep_lines && character.code == '\n') {
      shown += '\n';
    } else if (!in(kUnsafe, character.code)) {
      shown += text.substr(0, character.bytes);
    } else if (character.code < 0x100) {
      fmt::format_to(std::back_inserter(shown), "\\x{:02x}", character.code);
    } else {
      fmt::format_to(std::back_inserter(shown), "\\u{{{:x}}}", character.code);
    }
    text.remove_prefix(character.bytes);
  }
  return shown;
}

}  // namespace

std::string printable_line(std::string_view text) { return printable(text, false); }

std::string printable_text(std::string_view text) { return printable(text, true); }

std::string printable_json(std::string_view json) {
  std::string shown;
  shown.reserve(json.size());
  while (!json.empty()) {
    const Character character = first_character(json);
    const std::size_t bytes = character.bytes == 0 ? 1 : character.bytes;
    if (character.bytes == 0) {
      shown += "\\ufffd";
    } else if (character.code >= 0x7F && in(kUnsafe, character.code)) {
      if (character.code > 0xFFFF) {  // as a surrogate pair (RFC 8259 section 7)
        const std::uint32_t rest = character.code - 0x10000;
        fmt::format_to(std::back_inserter(shown), "\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10U),
                       0xDC00 + (rest & 0x3FFU));
      } else {
        fmt::format_to(std::back_inserter(shown), "\\u{:04x}", character.code);
      }
    } else {
      shown += json.substr(0, bytes);
    }
    json.remove_prefix(bytes);
  }
  return shown;
}

bool valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.bytes == 0) return false;
    text.remove_prefix(character.bytes);
  }
  return true;
}

namespace {

// Bytes of a colour (ECMA-48 section 8.3.117) that begins here, or 0.
std::size_t colour_at(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const std::size_t end = text.find('m');
  return end == std::string_view::npos ? 0 : end + 1;
}

// Where a line that is too wide is broken: at the last blank that leaves it narrow enough, else at the first one.
// npos: it stays whole.
std::size_t break_of(std::string_view line, std::size_t indent, std::size_t width) {
  constexpr std::string_view kCommand = ": mfa-enroll ";
  std::size_t used = indent;
  std::size_t blank = std::string_view::npos;
  std::size_t command = line.find(kCommand, indent);
  if (command != std::string_view::npos) ++command;  // the blank
  for (std::size_t at = indent; at < line.size();) {
    if (const std::size_t colour = colour_at(line.substr(at)); colour != 0) {
      at += colour;
      continue;
    }
    if (line[at] == ' ' && (used <= width || blank == std::string_view::npos)) blank = at;
    const Character character = first_character(line.substr(at));
    const std::size_t bytes = character.bytes == 0 ? 1 : character.bytes;
    used += columns(line.substr(at, bytes));
    if (used > width && command < at) return command;
    if (used > width && blank != std::string_view::npos) return blank;
    at += bytes;
  }
  return std::string_view::npos;
}

}  // namespace

std::string fitted(std::string_view text, std::size_t width, std::size_t hang) {
  if (width == 0) return std::string(text);
  std::string all;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line(text.substr(0, end));
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    std::size_t taken = indent;
    for (std::size_t at = break_of(line, taken, width); at != std::string::npos; at = break_of(line, taken, width)) {
      const std::size_t next = line.find_first_not_of(' ', at);
      if (next == std::string::npos) break;  // nothing but blanks
      all += line.substr(0, line.find_last_not_of(' ', at) + 1) + "\n";
      taken = std::min(indent + hang, width / 2);
      line = std::string(taken, ' ') + line.substr(next);
    }
    all += line;
    if (end < text.size()) all += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

std::size_t columns(std::string_view text) {
  std::size_t total = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    text.remove_prefix(character.bytes == 0 ? 1 : character.bytes);
    if (in(kNoColumn, character.code)) continue;
    total += in(kTwoColumns, character.code) ? 2U : 1U;
  }
  return total;
}

}  // namespace mfa::cli
