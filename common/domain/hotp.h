// HOTP (RFC 4226): a code made from a shared key and a counter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/domain/types.h"

namespace mfa {

// The hashes that otpauth URIs can name (RFC 6238 §1.2). An unknown name is an error, never SHA-1.
enum class HashAlgorithm : std::uint8_t { sha1 = 1, sha256 = 2, sha512 = 3 };

[[nodiscard]] std::string_view name_of(HashAlgorithm algorithm);  // "SHA1", "SHA256", "SHA512"
[[nodiscard]] std::optional<HashAlgorithm> hash_algorithm(std::string_view name);

// The code of RFC 4226 §5.3, zero-padded to `digits` (6 to 8). Empty if the key is, if `digits` is out of range, or if
// libcrypto fails: nothing may then be compared with it.
[[nodiscard]] std::string hotp_code(const Secret& key, std::uint64_t counter, int digits, HashAlgorithm algorithm);

}  // namespace mfa
