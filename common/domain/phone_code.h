// The code that is sent to a telephone: six digits, good for one purpose on one phone, for minutes and five tries.
//
// Sent again it is the same code, so that a text that comes late still works; and its tries are the same, so that
// asking again gives nobody more of them. Pure; what is kept of it is sealed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "common/domain/phone_number.h"
#include "common/domain/types.h"

namespace mfa {

inline constexpr int kPhoneCodeDigits = 6;              // product.md, Limits
inline constexpr std::uint32_t kPhoneCodeTries = 5;     // wrong answers, after which a code is dead
inline constexpr std::size_t kPhoneCodeBytes = 8;       // of randomness to make one from
inline constexpr std::uint32_t kUnfinishedPhone = 0;    // stands for the factor's number while a phone is registered
inline constexpr std::size_t kMostPeopleOfANumber = 3;  // that one telephone serves

// Digits that are as likely as any others; what is uneven in it is less than 2^-44.
[[nodiscard]] Secret phone_code(std::span<const std::uint8_t, kPhoneCodeBytes> random);

struct PhoneCode {
  std::string purpose;  // what it is good for and nothing else, never empty: "login sshd lab-gw"
  PhoneNumber number;
  Secret code;  // empty: a call that # answers
  UnixTime made;
  UnixTime until;
  std::uint32_t tries = 0;  // wrong answers since it was made
  bool sent = false;        // a gateway took it on
  bool used = false;        // it let somebody in
};

enum class CodeState : std::uint8_t {
  live,
  used,
  expired,
  worn_out,  // tried too often: not even compared
};
// A code that was made in the future is expired: no clock that is set back makes one live longer.
[[nodiscard]] CodeState state_of(const PhoneCode& code, UnixTime now);

}  // namespace mfa
