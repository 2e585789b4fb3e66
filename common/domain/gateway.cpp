#include "common/domain/gateway.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "common/domain/utf8.h"

namespace mfa {
namespace {

using namespace std::chrono_literals;

constexpr std::array kUses{std::pair{PhoneUse::text, std::string_view("sms")},
                           std::pair{PhoneUse::call, std::string_view("call")}};
constexpr std::array kModes{std::pair{MessageMode::code, std::string_view("code")},
                            std::pair{MessageMode::press, std::string_view("press")}};
constexpr std::array kDeliveries{
    std::pair{Delivery::sent, std::string_view("sent")}, std::pair{Delivery::approved, std::string_view("approved")},
    std::pair{Delivery::refused, std::string_view("refused")}, std::pair{Delivery::failed, std::string_view("failed")},
    std::pair{Delivery::unclear, std::string_view("unclear")}};

constexpr std::array kRefusals{std::pair{Refusal::unknown, std::string_view()},
                               std::pair{Refusal::busy, std::string_view("busy")},
                               std::pair{Refusal::unanswered, std::string_view("unanswered")},
                               std::pair{Refusal::declined, std::string_view("declined")},
                               std::pair{Refusal::no_number, std::string_view("number")},
                               std::pair{Refusal::not_pressed, std::string_view("not_pressed")}};

template <class Value, std::size_t N>
std::string_view name_in(const std::array<std::pair<Value, std::string_view>, N>& names, Value value) {
  return std::ranges::find(names, value, &std::pair<Value, std::string_view>::first)->second;
}

template <class Value, std::size_t N>
std::optional<Value> value_in(const std::array<std::pair<Value, std::string_view>, N>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name, &std::pair<Value, std::string_view>::second);
  return found == names.end() ? std::nullopt : std::optional(found->first);
}

std::chrono::milliseconds pass_after(std::uint32_t failures) {
  std::chrono::milliseconds pass = kFirstPass;
  for (std::uint32_t i = 1; i < failures && pass < kLongestPass; ++i) pass *= 2;
  return std::min(pass, kLongestPass);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What people and programs put between the digits of a number, or of a code that is read out.
bool stands_between_digits(char c) { return std::string_view(" -.,()/").contains(c); }

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool tells(std::string_view digits, std::string_view number, std::string_view code) {
  constexpr std::size_t kTelling = 5;
  if (!code.empty() && digits.contains(code)) return true;
  for (std::size_t at = 0; at + kTelling <= digits.size(); ++at)
    if (number.contains(digits.substr(at, kTelling))) return true;
  return false;
}

// Whether all of these come one after the other, whatever stands between them.
bool has_in_order(std::string_view text, std::string_view digits) {
  for (const char c : text) {
    if (!digits.empty() && c == digits.front()) digits.remove_prefix(1);
  }
  return digits.empty();
}

// A group of digits, from `at` to behind its last one.
struct Digits {
  std::size_t at = 0;
  std::size_t end = 0;
  std::string digits = {};  // NOLINT(readability-redundant-member-init)
  bool shown = false;
};

Digits digits_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongHex = 8;  // what a code is when each of its digits is two, or four
  Digits found{.at = at, .end = at};
  std::size_t hex = at;
  while (hex < text.size() && is_hex(text[hex])) ++hex;
  for (std::size_t i = at; i < text.size() && (is_digit(text[i]) || stands_between_digits(text[i])); ++i) {
    if (!is_digit(text[i])) continue;
    found.digits += text[i];
    found.end = i + 1;
  }
  if (hex - at >= kLongHex && hex > found.end) {
    found.end = hex;
    found.digits = std::string(text.substr(at, hex - at));
  }
  return found;
}

std::vector<Digits> all_digits(std::string_view text) {
  std::vector<Digits> all;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_digit(text[at])) continue;
    all.push_back(digits_at(text, at));
    at = all.back().end - 1;
  }
  return all;
}

// Letters of ASCII and of the two blocks behind it: other scripts have digits of their own.
bool is_latin(std::string_view character) {
  std::string_view rest = character;
  const char32_t c = take_code_point(rest).value_or(0);
  constexpr char32_t kLastLatin = 0x24F;
  return c < 0x80 || (c >= 0xC0 && c <= kLastLatin);
}

std::string on_one_line(std::string_view text) {
  constexpr std::size_t kMost = 200;
  std::string line;
  for (std::size_t count = 0; !text.empty() && count < kMost; ++count) {
    std::string_view rest = text;
    const bool whole = take_code_point(rest).has_value();
    const std::string_view character = text.substr(0, whole ? text.size() - rest.size() : 1);
    const bool shown = whole && is_latin(character) && !has_control_characters(character);
    if (shown) {
      line += character;
    } else if (!line.empty() && !line.ends_with(' ')) {
      line += ' ';
    }
    text.remove_prefix(character.size());
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

}  // namespace

bool carries(const GatewaySettings& gateway, PhoneUse use, MessageMode mode) {
  if (use == PhoneUse::text) return gateway.texts && mode == MessageMode::code;
  return gateway.calls && (mode == MessageMode::code || gateway.press);
}

bool carried(std::span<const GatewaySettings> gateways, PhoneUse use, MessageMode mode) {
  return std::ranges::any_of(gateways, [&](const GatewaySettings& gateway) { return carries(gateway, use, mode); });
}

std::string_view name_of(PhoneUse use) { return name_in(kUses, use); }
std::string_view name_of(MessageMode mode) { return name_in(kModes, mode); }
std::string_view name_of(Delivery delivery) { return name_in(kDeliveries, delivery); }
std::string_view name_of(Refusal refusal) { return name_in(kRefusals, refusal); }
std::optional<PhoneUse> phone_use(std::string_view name) { return value_in(kUses, name); }
std::optional<MessageMode> message_mode(std::string_view name) { return value_in(kModes, name); }
std::optional<Delivery> delivery(std::string_view name) { return value_in(kDeliveries, name); }
std::optional<Refusal> refusal(std::string_view name) { return value_in(kRefusals, name); }

MessageLimits limits_of(PhoneUse use) {
  if (use == PhoneUse::text) return {.each = 20s, .all = 45s};
  return {.each = 60s, .all = 90s};
}

std::vector<std::size_t> order_to_try(std::span<const GatewayHealth> gateways, SteadyTime now) {
  std::vector<std::size_t> order;
  for (const bool passed_over : {false, true}) {
    for (std::size_t i = 0; i < gateways.size(); ++i)
      if ((gateways[i].passed_over_until > now) == passed_over) order.push_back(i);
  }
  return order;
}

GatewayHealth being_tried(GatewayHealth health, std::chrono::milliseconds limit, SteadyTime now) {
  if (health.failures > 0) health.passed_over_until = std::max(health.passed_over_until, now + limit);
  return health;
}

GatewayHealth tried(GatewayHealth health, PhoneUse use, Delivery delivery, std::chrono::milliseconds took,
                    SteadyTime now) {
  // How long a call takes is up to the person who answers it.
  const bool slow = use == PhoneUse::text && took > limits_of(use).each / 2;
  if (!was_in_vain(delivery) && !slow) return {};
  if (health.failures < UINT32_MAX) ++health.failures;
  health.passed_over_until = now + pass_after(health.failures);
  return health;
}

std::string discreet(std::string_view said_by_others, const PhoneNumber& number, std::string_view code) {
  constexpr std::size_t kMostDigits = 5;                 // of a group: what the numbers of errors need
  constexpr std::size_t kCountry = 4;                    // "+" and digits that tell nobody apart
  const std::string text = on_one_line(said_by_others);  // first: what it takes away could stand between digits
  std::vector<Digits> groups = all_digits(text);
  std::string together;
  for (Digits& group : groups) {
    group.shown = group.digits.size() <= kMostDigits && !tells(group.digits, number.e164, code);
    if (group.shown) together += group.digits;
  }
  // Spread over the text, or each of them in an escape (\u0031), they tell as much as in a row.
  const bool none =
      (!code.empty() && has_in_order(together, code)) ||
      has_in_order(together, std::string_view(number.e164).substr(std::min(kCountry, number.e164.size())));
  std::string said;
  std::size_t at = 0;
  for (const Digits& group : groups) {
    said += std::string_view(text).substr(at, group.at - at);
    said += group.shown && !none ? std::string_view(text).substr(group.at, group.end - group.at) : "***";
    at = group.end;
  }
  return said + text.substr(at);
}

}  // namespace mfa
