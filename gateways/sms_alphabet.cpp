#include "gateways/sms_alphabet.h"

#include <optional>

#include "common/domain/utf8.h"

namespace mfa {
namespace {

constexpr std::u32string_view kBeyondAscii = U"£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà€";
constexpr std::u32string_view kAsciiWithout = U"`";  // of printable ASCII, all else is there

}  // namespace

bool fits_default_alphabet(std::string_view text) {
  while (!text.empty()) {
    const std::optional<char32_t> c = take_code_point(text);
    if (!c) return false;
    const bool ascii = (*c >= U' ' && *c <= U'~' && !kAsciiWithout.contains(*c)) || *c == U'\n' || *c == U'\r';
    if (!ascii && !kBeyondAscii.contains(*c)) return false;
  }
  return true;
}

std::string in_ucs2(std::string_view text) {
  std::string out;
  const auto add = [&](char32_t unit) {
    out += static_cast<char>((unit >> 8U) & 0xFFU);
    out += static_cast<char>(unit & 0xFFU);
  };
  while (const std::optional<char32_t> c = text.empty() ? std::nullopt : take_code_point(text)) {
    if (*c < 0x10000) {
      add(*c);
    } else {
      add(0xD800U + ((*c - 0x10000) >> 10U));
      add(0xDC00U + ((*c - 0x10000) & 0x3FFU));
    }
  }
  return out;
}

}  // namespace mfa
