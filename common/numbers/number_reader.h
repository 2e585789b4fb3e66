// From what a person typed to a telephone number, by libphonenumber and its data.
//
// Only what is certain is taken: libphonenumber passes over letters ("4S67" becomes 467) and reads words as digits
// ("1-800-FLOWERS"), so that a slip of a finger could become somebody else's number. Here a letter is a mistake.
#pragma once

#include <expected>
#include <string_view>

#include "common/domain/phone_number.h"

namespace mfa {

// `country`: whose customs it is written in unless it says so itself; a code of ISO 3166-1 alpha-2. Never answers
// `unavailable`, and nothing that depends on what the number is for.
[[nodiscard]] std::expected<NumberFacts, NumberRefusal> read_number(std::string_view typed, std::string_view country);

}  // namespace mfa
