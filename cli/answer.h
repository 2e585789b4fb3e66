// What a person typed at a prompt: a password or a code. Of bounded size, never on the heap, wiped when it goes.
#pragma once

#include <string.h>  // explicit_bzero(3)

#include <array>
#include <cstddef>
#include <string_view>

namespace mfa::cli {

inline constexpr std::size_t kLongestAnswer = 512;  // bytes (product.md, Limits)

class Answer {
 public:
  Answer() = default;
  explicit Answer(std::string_view text) {
    for (const char c : text)
      if (!add(c)) break;
  }
  Answer(const Answer&) = default;
  Answer& operator=(const Answer&) = default;
  ~Answer() { wipe(); }

  // False when it is full; the byte is not taken then.
  [[nodiscard]] bool add(char byte) {
    if (size_ == bytes_.size()) return false;
    bytes_[size_++] = byte;
    return true;
  }
  void wipe() {
    explicit_bzero(bytes_.data(), bytes_.size());
    size_ = 0;
  }
  [[nodiscard]] std::string_view text() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, kLongestAnswer> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace mfa::cli
