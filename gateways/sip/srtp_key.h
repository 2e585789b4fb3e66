// The keys of encrypted sound, as a description of a call carries them (RFC 4568 §9.1). Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/domain/types.h"

namespace mfa::sip {

inline constexpr std::string_view kSuite = "AES_CM_128_HMAC_SHA1_80";  // RFC 4568 §6.2.1
inline constexpr std::size_t kSrtpKeySize = 30;                        // its key and salt, bytes

// The value of an attribute `crypto`: "1 AES_CM_128_HMAC_SHA1_80 inline:…".
[[nodiscard]] std::string crypto_with(const Secret& key);

// The key in one, whatever its lifetime; empty if it is of another suite, or is none.
[[nodiscard]] Secret key_in(std::string_view crypto);

}  // namespace mfa::sip
