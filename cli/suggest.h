// "Did you mean": the known word that is nearest to what was typed.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace mfa::cli {

// The word at the smallest distance (insert, delete, change, swap neighbours: one each), or "" if none is near: more
// than a third of the letters, or more than three, would have to change. Of equals the first.
[[nodiscard]] std::string nearest_word(std::string_view typed, std::span<const std::string_view> known);

}  // namespace mfa::cli
