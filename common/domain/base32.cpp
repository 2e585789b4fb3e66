#include "common/domain/base32.h"

#include <cstddef>
#include <optional>

namespace mfa {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

std::optional<std::uint32_t> value_of(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a');
  if (c >= '2' && c <= '7') return static_cast<std::uint32_t>(c - '2' + 26);
  return std::nullopt;
}

bool is_separator(char c) { return c == ' ' || c == '-'; }

// How many characters stand for bits; padding counts for nothing and may only be followed by more of it.
std::expected<std::size_t, Base32Error> count_characters(std::string_view text) {
  std::size_t count = 0;
  bool padded = false;
  for (const char c : text) {
    if (is_separator(c)) continue;
    if (c == '=') {
      padded = true;
      continue;
    }
    if (padded || !value_of(c)) return std::unexpected(Base32Error::bad_character);
    ++count;
  }
  return count;
}

}  // namespace

std::string base32_encode(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve((bytes.size() * 8 + 4) / 5);  // at once: growing would leave copies behind
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    buffer = (buffer << 8U | byte) & 0xFFFU;  // at most 4 bits waited
    bits += 8;
    for (; bits >= 5; bits -= 5) text += kAlphabet[(buffer >> (bits - 5)) & 0x1FU];
  }
  if (bits > 0) text += kAlphabet[(buffer << (5 - bits)) & 0x1FU];
  return text;
}

std::expected<Secret, Base32Error> base32_decode(std::string_view text) {
  const auto characters = count_characters(text);
  if (!characters) return std::unexpected(characters.error());
  if (const std::size_t rest = *characters % 8; rest == 1 || rest == 3 || rest == 6)
    return std::unexpected(Base32Error::bad_length);

  Secret secret = Secret::of_size(*characters / 8 * 5 + *characters % 8 * 5 / 8);
  auto out = secret.writable().begin();
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const auto value = value_of(c);
    if (!value) continue;
    buffer = (buffer << 5U | *value) & 0xFFFU;  // at most 7 bits waited
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      *out++ = static_cast<std::uint8_t>(buffer >> bits);
    }
  }
  if ((buffer & ((1U << bits) - 1)) != 0) return std::unexpected(Base32Error::bad_length);
  return secret;
}

std::string in_groups_of_four(std::string_view text) {
  std::string grouped;
  grouped.reserve(text.size() + text.size() / 4);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && i % 4 == 0) grouped += ' ';
    grouped += text[i];
  }
  return grouped;
}

}  // namespace mfa
