// An errno in words: thread-safe and never translated, so that logs read alike everywhere.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

namespace mfa {

[[nodiscard]] inline std::string_view error_text(int error) {
  const char* text = ::strerrordesc_np(error);
  return text == nullptr ? std::string_view("unknown error") : std::string_view(text);
}

}  // namespace mfa
