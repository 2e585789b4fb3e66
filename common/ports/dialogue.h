// Talking to the person, whatever carries it: a PAM conversation or mfa-enroll's terminal.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "common/domain/types.h"

namespace mfa {

struct Prompt {
  std::string text;  // all the person must read; the last line is where they type
  bool echo = true;
};

enum class DialogueError : std::uint8_t {
  gone,          // the other end closed, sent what makes no sense, or gave no answer in time (120 s)
  conversation,  // the program cannot show prompts (PAM_CONV_ERR)
  is_password,   // the answer was the password just typed: the program answers prompts without showing them
  too_long,      // over kLongestAnswer bytes; the dialogue may go on
};

inline constexpr std::size_t kLongestAnswer = 512;  // bytes (product.md, Limits)

class Dialogue {
 public:
  virtual ~Dialogue() = default;
  [[nodiscard]] virtual std::expected<Secret, DialogueError> ask(const Prompt& prompt) = 0;
  virtual void show(std::string_view text) = 0;
  // Asked for on the way to a result: the key of a factor being set up, for mfa-enroll to draw. Never in a login.
  virtual void offer(std::string_view kind, std::string_view uri, std::string_view key_in_base32) = 0;
  // A file, piece by piece, for mfa-enroll to keep or to fetch. Never in a login.
  static constexpr std::size_t kLongestPiece = 16'000;  // bytes
  [[nodiscard]] virtual std::expected<void, DialogueError> give(std::span<const std::uint8_t> piece) {
    static_cast<void>(piece);
    return std::unexpected(DialogueError::conversation);
  }
  // The next piece of the file of that name; empty at its end.
  [[nodiscard]] virtual std::expected<Secret, DialogueError> take(std::string_view file) {
    static_cast<void>(file);
    return std::unexpected(DialogueError::conversation);
  }
  // A guided dialogue goes on to its next part, for mfa-enroll to head. A login shows its prompts alone.
  virtual void step(int number, int of, std::string_view title) {
    static_cast<void>(number), static_cast<void>(of), static_cast<void>(title);
  }
};

}  // namespace mfa
