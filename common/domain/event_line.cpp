#include "common/domain/event_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace mfa {
namespace {

constexpr std::string_view kCut = "...";

struct Character {
  std::size_t bytes = 1;
  bool plain = false;
};

bool is_invisible(std::uint32_t point) {
  return (point >= 0x80 && point <= 0x9F) || (point >= 0x200B && point <= 0x200F) ||
         (point >= 0x2028 && point <= 0x202E) || (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF;
}

// The first character of `text`, which is not empty (RFC 3629 §4: no overlong forms, no surrogates).
Character first_character(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = at(0);
  if (lead < 0x80) return {.bytes = 1, .plain = lead >= 0x20 && lead != 0x7F};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  std::uint32_t point = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0) != 0x80) return {};
    point = (point << 6) | (at(i) & 0x3FU);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool good = point >= kLeast[length] && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
  return good ? Character{.bytes = length, .plain = !is_invisible(point)} : Character{};
}

// `extra`: characters that get a backslash before them.
std::string written(std::string_view text, std::size_t most, std::string_view extra) {
  std::string out;
  std::size_t cut_here = 0;  // the last place after which "..." still fits
  while (!text.empty()) {
    const auto character = first_character(text);
    const auto bytes = text.substr(0, character.bytes);
    if (!character.plain) {
      for (const char c : bytes) out += fmt::format("\\x{:02X}", static_cast<std::uint8_t>(c));
    } else {
      if (extra.find(bytes[0]) != std::string_view::npos) out += '\\';
      out += bytes;
    }
    if (out.size() > most) {
      out.resize(cut_here);
      return out += kCut;
    }
    if (out.size() + kCut.size() <= most) cut_here = out.size();
    text.remove_prefix(bytes.size());
  }
  return out;
}

bool is_plain_word(std::string_view value) {
  return !value.empty() &&
         std::ranges::all_of(value, [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\' && c != '='; });
}

}  // namespace

std::string escaped(std::string_view text, std::size_t most) { return written(text, most, ""); }

std::string quoted_value(std::string_view value) {
  if (is_plain_word(value) && value.size() <= kLongestValue) return std::string(value);
  return fmt::format("\"{}\"", written(value, kLongestValue, "\"\\"));
}

std::string event_line(const Event& event, const std::optional<TrailMark>& mark) {
  std::string line = fmt::format("event={}", name_of(event.kind));
  const auto add = [&](std::string_view key, std::string_view value) {
    if (!value.empty()) line += fmt::format(" {}={}", key, quoted_value(value));
  };
  add("user", event.user);
  add("actor", event.actor);
  add("service", event.service);
  add("from", event.from);
  add("server", event.server);
  add("factor", event.factor);
  add("reason", event.reason);
  if (mark) {
    line += fmt::format(" seq={}", mark->seq);
    add("run", mark->run);
    add("head", mark->head);
    add("proof", mark->proof);
  }
  return line;
}

}  // namespace mfa
