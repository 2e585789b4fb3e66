#include "common/domain/phone_code.h"

#include <array>

namespace mfa {

Secret phone_code(std::span<const std::uint8_t, kPhoneCodeBytes> random) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : random) number = (number << 8U) | byte;
  std::array<char, kPhoneCodeDigits> digits{};
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    *digit = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  Secret code(std::string_view(digits.data(), digits.size()));
  for (char& digit : digits) *static_cast<volatile char*>(&digit) = 0;
  return code;
}

CodeState state_of(const PhoneCode& code, UnixTime now) {
  if (now < code.made || now >= code.until) return CodeState::expired;
  if (code.used) return CodeState::used;
  return code.tries >= kPhoneCodeTries ? CodeState::worn_out : CodeState::live;
}

}  // namespace mfa
