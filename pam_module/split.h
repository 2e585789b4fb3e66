// Where in the one answer of a program that asks once the password ends and a code begins. Pure, and libc alone.
//
// Behind the last comma, if what follows is a code; else the last digits, as many as a code of the default factor has,
// or else of the next one; else a recovery code as it is printed. Whether a code is due at all the engine says: a
// password may end in digits.
#pragma once

#include <cstdint>
#include <string_view>

namespace mfa {

struct CodesDue {
  bool due = false;
  std::uint8_t digits[8] =
      {};  // how many a code may have; a bypass code's first, then the default factor's; then zeros
};

// Views into the answer. A code that is not there is empty, and all of the answer is the password.
struct Parts {
  std::string_view password;
  std::string_view code;
};
[[nodiscard]] Parts split(std::string_view answer, const CodesDue& codes);

}  // namespace mfa
