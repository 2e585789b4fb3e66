// Text that is safe to write to a terminal, whoever chose it.
//
// Names of factors and whatever else comes from the engine may hold anything. What could move the cursor, change
// colours, reorder letters or answer in the person's name (C0, DEL, C1, bidirectional controls, line separators,
// invalid UTF-8) is written out in visible letters, as \x1b or \u{202e}; all else stays as it is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mfa::cli {

// One line: line feeds and tabs are written out, too.
[[nodiscard]] std::string printable_line(std::string_view text);
// Several lines: line feeds stay.
[[nodiscard]] std::string printable_text(std::string_view text);
// A JSON text in which those characters (they can only stand inside strings) are \uXXXX. Of valid UTF-8.
[[nodiscard]] std::string printable_json(std::string_view json);

[[nodiscard]] bool valid_utf8(std::string_view text);

// Columns that printable text takes: East Asian wide characters and emoji two, combining marks none.
[[nodiscard]] std::size_t columns(std::string_view text);
// In lines of so many columns, broken at blanks, and best before a command to type; what goes on is set in as its line
// is, and by `hang` more. Colours take no columns. A longer word stays whole. `width` 0: as it is.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t width, std::size_t hang = 0);

}  // namespace mfa::cli
