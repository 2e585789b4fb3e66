#include "common/domain/factor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/domain/utf8.h"

namespace mfa {
namespace {

struct KindOf {
  FactorKind operator()(const TotpFactor&) const { return FactorKind::totp; }
  FactorKind operator()(const HotpFactor&) const { return FactorKind::hotp; }
  FactorKind operator()(const KeyFactor&) const { return FactorKind::key; }
  FactorKind operator()(const PhoneFactor& phone) const {
    return phone.use == PhoneUse::text ? FactorKind::sms : FactorKind::call;
  }
};

struct DigitsOf {
  std::optional<int> operator()(const TotpFactor& totp) const { return totp.parameters.digits; }
  std::optional<int> operator()(const HotpFactor& hotp) const { return hotp.digits; }
  std::optional<int> operator()(const PhoneFactor&) const { return std::nullopt; }
  std::optional<int> operator()(const KeyFactor&) const { return std::nullopt; }
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// A name may stand wherever an id does, so no name may look like one: nor like the ids of kinds that product.md plans,
// or a name of today would be in their way.
bool looks_like_an_id(std::string_view name) {
  constexpr std::array<std::string_view, 6> kKinds{"totp", "hotp", "sms", "call", "key", "push"};
  const auto dash = name.find('-');
  if (dash == std::string_view::npos) return false;
  std::string kind(name.substr(0, dash));
  std::ranges::transform(kind, kind.begin(), lower);
  return std::ranges::find(kKinds, kind) != kKinds.end() &&
         std::ranges::all_of(name.substr(dash + 1), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_blank(char32_t c) {
  return c == ' ' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

// Joiners and selectors, as emoji and some scripts have them: no name can consist of them.
bool is_invisible(char32_t c) {
  return c == 0xAD || (c >= 0x200B && c <= 0x200D) || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0000 && c <= 0xE0FFF);
}

}  // namespace

std::string_view name_of(FactorKind kind) {
  switch (kind) {
    case FactorKind::totp:
      return "totp";
    case FactorKind::hotp:
      return "hotp";
    case FactorKind::sms:
      return "sms";
    case FactorKind::call:
      return "call";
    case FactorKind::key:
      return "key";
  }
  return {};
}

std::optional<FactorKind> factor_kind(std::string_view name) {
  for (const FactorKind kind : kFactorKinds) {
    if (name == name_of(kind)) return kind;
  }
  return std::nullopt;
}

FactorKind Factor::kind() const { return std::visit(KindOf{}, detail); }

std::set<FactorKind> Factor::kinds() const {
  if (kind() == FactorKind::sms) return {FactorKind::sms, FactorKind::call};
  return {kind()};
}

bool Factor::acts_as(FactorKind as) const { return as == kind() || kinds().contains(as); }

std::string Factor::id() const { return fmt::format("{}-{}", name_of(kind()), number); }

std::optional<int> Factor::digits() const { return std::visit(DigitsOf{}, detail); }

bool valid_factor_name(std::string_view name) {
  if (!valid_utf8(name) || has_control_characters(name) || looks_like_an_id(name)) return false;
  std::size_t characters = 0;
  bool visible = false;
  bool blank = false;
  for (std::string_view rest = name; !rest.empty(); ++characters) {
    const char32_t c = take_code_point(rest).value_or(' ');
    blank = is_blank(c);
    if (characters == 0 && blank) return false;
    visible = visible || (!blank && !is_invisible(c));
  }
  return visible && !blank && characters <= kLongestFactorName;
}

}  // namespace mfa
