#include "common/domain/phone_code.h"

#include <ranges>

namespace mfa {

Secret phone_code(std::span<const std::uint8_t, kPhoneCodeBytes> random) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : random) number = (number << 8U) | byte;
  Secret code = Secret::of_size(kPhoneCodeDigits);
  for (std::uint8_t& digit : std::views::reverse(code.writable())) {
    digit = static_cast<std::uint8_t>('0' + number % 10);
    number /= 10;
  }
  return code;
}

CodeState state_of(const PhoneCode& code, UnixTime now) {
  if (now < code.made || now >= code.until) return CodeState::expired;
  if (code.used) return CodeState::used;
  return code.tries >= kPhoneCodeTries ? CodeState::worn_out : CodeState::live;
}

}  // namespace mfa
