// The key of an app that is being set up, as a picture to scan and as letters to type.
//
// The picture is drawn in half blocks where the locale is UTF-8, else in plain characters. Where colour is allowed it
// brings its own black and white, so that it can be read whatever the terminal's colours are; inverting also takes
// those away. The key is always at most one letter away. Pure: text out, nothing read or written.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/style.h"
#include "cli/terminal.h"

namespace mfa::cli {

struct Look {
  bool plain = false;     // ASCII
  bool inverted = false;  // for a light terminal
};

// What to try first.
[[nodiscard]] Look first_look(const Style& style);

// What stands above the prompt for the first code: the picture if the window holds it whole along with the prompt, else
// the key; and what to do if it cannot be scanned. `above`: whole lines, to be kept on the screen if there is room.
// An unknown window is taken for 80 × 24.
[[nodiscard]] std::string offer_text(std::string_view above, std::string_view uri, std::string_view secret,
                                     const Look& look, const Style& style, const std::optional<WindowSize>& window);
// Whether the window holds that picture whole along with the prompt.
[[nodiscard]] bool picture_fits(std::string_view uri, const Look& look, const std::optional<WindowSize>& window);
// The same where nobody watches: the key and the address; the letters still work.
[[nodiscard]] std::string offer_without_picture(std::string_view above, std::string_view uri, std::string_view secret);

// The picture on demand, whatever the window, with a word on the size that it needs if that is too small.
[[nodiscard]] std::string picture_text(std::string_view uri, const Look& look, const Style& style,
                                       const std::optional<WindowSize>& window);
// The key in groups of four, and the address for programs that take one.
[[nodiscard]] std::string key_text(std::string_view uri, std::string_view secret);

}  // namespace mfa::cli
