// Countries as people write them when they are asked where a telephone number is from: by name, code or dialling
// prefix.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/domain/phone_number.h"

namespace mfa {

// In English, and marked for translation: "New Zealand". Empty if it is no country's code (domain/country.h).
[[nodiscard]] std::string_view country_name(std::string_view code);

// "+64"; "+1 876" where several share the first part (ITU-T E.164 and the North American numbering plan). Empty if
// nobody can be reached there by telephone (Bouvet Island).
[[nodiscard]] std::string dialling_prefix(std::string_view code);

// The codes of the countries that `text` may mean: "nz", "New Zealand", "aotearoa", "+64", "64", "0064". Large and
// small letters, accents and what stands between letters do not matter. Several for a prefix that they share, the one
// that it is known for first: "+44" is GB, GG, IM, JE. None: nobody can tell.
// `elsewhere`: what a country is called in the reader's language, by its name in English.
using NameElsewhere = std::string_view (*)(std::string_view);
[[nodiscard]] std::vector<std::string_view> countries_meant(std::string_view text, NameElsewhere elsewhere = nullptr);

// Whether a number begins as those of one of these countries do, by its longest prefix: "+1 876" is Jamaica's and not
// that of the US. Those that share all of it (the US and Canada; GB, GG, IM and JE) are not told apart.
[[nodiscard]] bool begins_as_in(const PhoneNumber& number, std::span<const std::string> countries);

}  // namespace mfa
