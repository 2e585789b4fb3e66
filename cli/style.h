// How output may look: colour or not, UTF-8 or not; decided from the surroundings once, by pure functions.
//
// Colour only on a terminal, never with NO_COLOR (no-color.org: set and not empty), never on a terminal that says it is
// dumb or says nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mfa::cli {

// `no_color` and `term` as getenv(3) gives them; null: not set.
[[nodiscard]] bool colour_allowed(bool terminal, const char* no_color, const char* term);
// Whether the locale that setlocale(3) chose writes UTF-8.
[[nodiscard]] bool utf8_locale();

struct Style {
  bool colour = false;
  bool utf8 = false;
  std::size_t columns = 0;  // of the window; 0: no window, and lines are as long as they are
};

enum class Paint : std::uint8_t { bold, good, warning, bad };

// `text` in that colour, or as it is where there is none.
[[nodiscard]] std::string painted(const Style& style, Paint paint, std::string_view text);

}  // namespace mfa::cli
