#include "common/domain/seed.h"

#include "common/domain/base32.h"

namespace mfa {
namespace {

constexpr std::size_t kMostCharacters = 512;  // of an answer; what is longer is no seed in whatever spelling

bool is_separator(char c) { return c == ' ' || c == '-' || c == ':' || c == '\t'; }

std::optional<std::uint8_t> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

// Without what stands between the characters.
Secret close_up(std::string_view typed) {
  Secret characters = Secret::of_size(typed.size());
  std::size_t kept = 0;
  for (const char c : typed) {
    if (!is_separator(c)) characters.writable()[kept++] = static_cast<std::uint8_t>(c);
  }
  return Secret(characters.text().substr(0, kept));
}

}  // namespace

std::optional<Secret> hexadecimal_seed(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Secret bytes = Secret::of_size(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto value = hex_value(text[i]);
    if (!value) return std::nullopt;
    std::uint8_t& byte = bytes.writable()[i / 2];
    byte = static_cast<std::uint8_t>(byte << 4U | *value);
  }
  return bytes;
}

std::expected<Secret, SeedError> read_seed(std::string_view typed) {
  if (typed.size() > kMostCharacters) return std::unexpected(SeedError::too_long);
  const Secret characters = close_up(typed);
  const std::string_view text = characters.text();
  std::optional<Secret> seed;
  if (text.starts_with("0x") || text.starts_with("0X")) {  // no base32 has a 0
    seed = hexadecimal_seed(text.substr(2));
  } else {
    seed = hexadecimal_seed(text);
    if (!seed) {
      if (auto decoded = base32_decode(text)) seed = *std::move(decoded);
    }
  }
  if (!seed) return std::unexpected(SeedError::neither);
  if (seed->size() < kShortestSeed) return std::unexpected(SeedError::too_short);
  if (seed->size() > kLongestSeed) return std::unexpected(SeedError::too_long);
  return *std::move(seed);
}

}  // namespace mfa
