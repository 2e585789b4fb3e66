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
    std::pair{Delivery::refused, std::string_view("refused")}, std::pair{Delivery::failed, std::string_view("failed")}};

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

bool tells(std::string_view digits, std::string_view number, std::string_view code) {
  constexpr std::size_t kTelling = 5;
  if (!code.empty() && digits.contains(code)) return true;
  for (std::size_t at = 0; at + kTelling <= digits.size(); ++at)
    if (number.contains(digits.substr(at, kTelling))) return true;
  return false;
}

// From `at`, a digit, to behind the last digit of the group.
std::size_t end_of_digits(std::string_view text, std::size_t at, std::string& digits) {
  std::size_t end = at;
  for (std::size_t i = at; i < text.size() && (is_digit(text[i]) || stands_between_digits(text[i])); ++i) {
    if (!is_digit(text[i])) continue;
    digits += text[i];
    end = i + 1;
  }
  return end;
}

std::string on_one_line(std::string_view text) {
  constexpr std::size_t kMost = 200;
  std::string line;
  for (std::size_t count = 0; !text.empty() && count < kMost; ++count) {
    std::string_view rest = text;
    const bool whole = take_code_point(rest).has_value();
    const std::string_view character = text.substr(0, whole ? text.size() - rest.size() : 1);
    const bool shown = whole && !has_control_characters(character);
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
std::optional<PhoneUse> phone_use(std::string_view name) { return value_in(kUses, name); }
std::optional<MessageMode> message_mode(std::string_view name) { return value_in(kModes, name); }
std::optional<Delivery> delivery(std::string_view name) { return value_in(kDeliveries, name); }

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
  if (delivery != Delivery::failed && !slow) return {};
  if (health.failures < UINT32_MAX) ++health.failures;
  health.passed_over_until = now + pass_after(health.failures);
  return health;
}

std::string discreet(std::string_view said_by_others, const PhoneNumber& number, std::string_view code) {
  const std::string text = on_one_line(said_by_others);  // first: what it takes away could stand between digits
  std::string said;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at])) {
      said += text[at++];
      continue;
    }
    std::string digits;
    const std::size_t end = end_of_digits(text, at, digits);
    said += tells(digits, number.e164, code) ? std::string_view("***") : std::string_view(text).substr(at, end - at);
    at = end;
  }
  return said;
}

}  // namespace mfa
