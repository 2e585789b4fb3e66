// Reading telephone numbers as people type them.
#pragma once

#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
  // Many at once, kMostNumbers at most: in their order, in little more time than one.
  [[nodiscard]] virtual std::vector<std::expected<NumberFacts, NumberRefusal>> read_all(
      std::span<const std::string> typed, std::string_view country) {
    std::vector<std::expected<NumberFacts, NumberRefusal>> all;
    all.reserve(typed.size());
    for (const std::string& number : typed) all.push_back(read(number, country));
    return all;
  }
};
inline constexpr std::size_t kMostNumbers = 256;

}  // namespace mfa
