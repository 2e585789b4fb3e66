// What a person typed at a prompt for a code: sorted into what it can be before anything is compared.
//
// Spaces and dashes in codes do not matter, only ASCII digits count, words are case-insensitive (product.md, The
// login). What is not shaped like a code is never compared with one, and is no guess.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/domain/types.h"

namespace mfa {

enum class AnswerShape : std::uint8_t {
  empty,       // nothing but spaces
  digits,      // 6 to 8 digits: a code of an app
  recovery,    // a recovery code
  word,        // letters alone: maybe one of the words
  other,       // readable, but nothing we asked for
  unreadable,  // invalid UTF-8 or a control character
};

struct Answer {
  AnswerShape shape = AnswerShape::empty;
  Secret normal;                 // the digits, the recovery code's normal form, the word in lower case; otherwise empty
  std::optional<bool> remember;  // "123456 y" answers whether to remember the device along with the code
  std::size_t length = 0;        // bytes as typed, for the log
  std::string_view
      bytes;  // class of its bytes, for the log: "digits", "letters", "mixed", "control", "not-utf8", "none"
};

// Whether it is worth comparing: shaped like a code of any kind.
[[nodiscard]] inline bool could_be_code(const Answer& answer) {
  return answer.shape == AnswerShape::digits || answer.shape == AnswerShape::recovery;
}

// Whether it is this word, which is given in lower case.
[[nodiscard]] inline bool is_word(const Answer& answer, std::string_view word) {
  return answer.shape == AnswerShape::word && answer.normal.text() == word;
}

// "y" and "yes", in any case of letters.
[[nodiscard]] bool is_yes(std::string_view typed);

// `typed` is not kept.
[[nodiscard]] Answer read_answer(std::string_view typed);

}  // namespace mfa
