// UTF-8 (RFC 3629) as far as we need it: is it valid, is it printable, how many characters.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace mfa {

// Takes the first code point off `text`, which must not be empty. Nothing, and `text` as it was, if none stands there.
[[nodiscard]] std::optional<char32_t> take_code_point(std::string_view& text);

// No overlong forms, no surrogates, nothing over U+10FFFF.
[[nodiscard]] bool valid_utf8(std::string_view text);

// Whether valid text holds a control character: C0, DEL, C1, and the marks that reorder or hide what is around them
// (U+061C, U+200E, U+200F, U+2028 to U+202E, U+2060 to U+2069, U+FEFF).
[[nodiscard]] bool has_control_characters(std::string_view text);

// Of valid text: its code points.
[[nodiscard]] std::size_t count_code_points(std::string_view text);

}  // namespace mfa
