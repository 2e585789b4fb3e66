// Asking a person: the terminal, or lines of standard input where there is none.
//
// The terminal's settings are put back on every way out: an answer, an error, Ctrl-C, Ctrl-Z and the way back from it.
// A signal that ends the program ends it as that signal does, so that a shell sees 130 after Ctrl-C and stops its loop.
// Answers are read byte by byte and never beyond their line: what follows is left for the next reader of that input.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string_view>

#include "cli/answer.h"

namespace mfa::cli {

struct WindowSize {
  unsigned rows = 0;
  unsigned columns = 0;
};

enum class NoAnswer : std::uint8_t {
  ended,     // the end of the input, Ctrl-D
  too_long,  // over kLongestAnswer bytes; the line was read to its end
  too_late,  // not by the deadline
  failed,    // the terminal cannot be read, written or made silent
};

// All of it, or false; waits for a slow reader.
[[nodiscard]] bool write_all(int fd, std::string_view text);
// Nothing if it is no window, or one that does not tell.
[[nodiscard]] std::optional<WindowSize> window_size(int fd);

class Terminal {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  // Where standard input is a terminal: /dev/tty, so that results can be redirected. Otherwise answers come from
  // standard input and prompts go to standard error.
  Terminal();
  // For tests: descriptors that stay the caller's.
  Terminal(int in, int out, bool interactive, int errors = -1)
      : in_(in), out_(out), errors_(errors < 0 ? out : errors), interactive_(interactive) {}
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();

  // A person is there, not a file.
  [[nodiscard]] bool interactive() const { return interactive_; }
  [[nodiscard]] std::optional<WindowSize> size() const { return window_size(out_); }
  // What is written there can be written over.
  [[nodiscard]] bool is_screen() const;
  // `text` must be printable (cli/plain_text.h), but for our own colours.
  [[nodiscard]] bool write(std::string_view text) const { return write_all(out_, text); }
  // What a script is to find on standard error, wherever prompts go.
  [[nodiscard]] bool report(std::string_view text) const { return write_all(errors_, text); }

  // Writes `prompt` and waits for one line, without its line feed; `echo` false: typed unseen.
  // `redraw` is called when the window has another size meanwhile; where it says that it drew something, what was typed
  // of the line is dropped and the prompt written again.
  using Redraw = std::function<bool()>;
  [[nodiscard]] std::expected<Answer, NoAnswer> ask(std::string_view prompt, bool echo, Deadline deadline,
                                                    const Redraw& redraw = {}) const;

 private:
  [[nodiscard]] std::expected<Answer, NoAnswer> ask_until_signal(std::string_view prompt, bool echo, Deadline deadline,
                                                                 const Redraw& redraw, int& signal) const;
  int in_ = -1;
  int out_ = -1;
  int errors_ = -1;
  int own_ = -1;  // /dev/tty, closed with this object
  bool interactive_ = false;
};

}  // namespace mfa::cli
