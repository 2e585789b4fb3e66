// What values are sealed as: the labels of their places (sealed.h). Changing one makes existing values unreadable.
#pragma once

#include <string>
#include <string_view>

namespace mfa {

inline constexpr std::string_view kFactorKeyLabel = "factor key";
inline constexpr std::string_view kNumberLabel = "phone number";
inline constexpr std::string_view kPendingKeyLabel = "pending factor key";
inline constexpr std::string_view kKeyCheckLabel = "key check";

[[nodiscard]] inline std::string phone_code_label(std::string_view purpose) {
  return "phone code for " + std::string(purpose);
}

}  // namespace mfa
