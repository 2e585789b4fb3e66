// Which letters a text message has (3GPP TS 23.038 §6.2.1): for providers and modems that want to be told.
#pragma once

#include <string>
#include <string_view>

namespace mfa {

// Whether `text` (UTF-8) can be sent in the default alphabet, its extension included: seven bits a letter. Otherwise it
// goes out as UCS-2, and half as much fits into one message.
[[nodiscard]] bool fits_default_alphabet(std::string_view text);

// UTF-16, the high byte first, of valid UTF-8: what UCS-2 has become.
[[nodiscard]] std::string in_ucs2(std::string_view text);

}  // namespace mfa
