// Marks texts that stand in a table, for the catalogues; who shows one says it with in_words() (language.h).
#pragma once

#include <string_view>

namespace mfa {

[[nodiscard]] constexpr std::string_view marked(std::string_view english) { return english; }

}  // namespace mfa
