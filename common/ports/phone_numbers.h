// Reading telephone numbers as people type them.
#pragma once

#include <expected>
#include <string_view>

#include "common/domain/phone_number.h"

namespace mfa {

class PhoneNumbers {
 public:
  virtual ~PhoneNumbers() = default;
  // `typed`: what a person typed, anything at all; `country`: the code of the one whose customs it is written in,
  // unless it says itself which ("+64 …", "00 64 …"). Refusals are those of what was typed, and `unavailable`; whether
  // the number may be used is for objection() (domain/phone_number.h). Answers in five seconds.
  [[nodiscard]] virtual std::expected<NumberFacts, NumberRefusal> read(std::string_view typed,
                                                                       std::string_view country) = 0;
};

}  // namespace mfa
