// What is not TOML, in words for whoever wrote the file: the library's own are for whoever knows its grammar.
#pragma once

#include <string>
#include <string_view>

namespace mfa {

// `said`: the description of a toml++ parse error. What is not known to this becomes "this line cannot be read".
[[nodiscard]] std::string in_plain_words(std::string_view said);

}  // namespace mfa
