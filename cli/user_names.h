// Names of users, many at a time: read from a list, and sent in pieces that a request can hold. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/outcome.h"

namespace mfa::cli {

inline constexpr std::size_t kLongestUserName = 255;  // bytes; LOGIN_NAME_MAX of Linux without its end

// Why this can be nobody's name (an empty one, over kLongestUserName, a ':', a control character, not UTF-8), or "".
[[nodiscard]] std::string_view fault_of_user_name(std::string_view name);

// As UserRows reads them (import/user_rows.h); a name that came before is passed over. `place` is the list's name for
// an error, which tells the line.
[[nodiscard]] Outcome<std::vector<std::string>> parse_user_names(std::string_view text, std::string_view place);

// In their order, joined by ':' (which no name holds), at most `most` names and `bytes` bytes of JSON text a piece.
struct NamesPiece {
  std::string names;
  std::size_t count = 0;
};
[[nodiscard]] std::vector<NamesPiece> in_pieces(const std::vector<std::string>& names, std::size_t most,
                                                std::size_t bytes);

}  // namespace mfa::cli
