#include "common/domain/recovery.h"

namespace mfa {
namespace {

constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";  // Crockford's base32

// The character that is meant by the one typed, or nothing.
std::optional<char> normal_character(char c) {
  if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (c == 'o') return '0';
  if (c == 'i' || c == 'l') return '1';
  if (kAlphabet.contains(c)) return c;
  return std::nullopt;
}

}  // namespace

std::string recovery_code(std::span<const std::uint8_t, kRecoveryCodeBytes> random) {
  std::uint64_t bits = 0;
  for (const std::uint8_t byte : random) bits = bits << 8U | byte;
  std::string code(kRecoveryCodeCharacters, '0');
  for (char& c : code) {
    c = kAlphabet[bits & 0x1FU];
    bits >>= 5U;
  }
  return code;
}

std::string shown_recovery_code(std::string_view code) {
  std::string shown;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (i > 0 && i % 4 == 0) shown += '-';
    shown += code[i];
  }
  return shown;
}

std::optional<std::string> normal_recovery_code(std::string_view answer) {
  std::string code;
  for (const char c : answer) {
    if (c == ' ' || c == '-') continue;
    const auto normal = normal_character(c);
    if (!normal || code.size() == kRecoveryCodeCharacters) return std::nullopt;
    code += *normal;
  }
  if (code.size() != kRecoveryCodeCharacters) return std::nullopt;
  return code;
}

}  // namespace mfa
