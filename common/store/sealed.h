// Sealed values: AES-256-GCM, bound to the place they were sealed for, so that a blob moved to another person, factor,
// kind or use does not open.
//
// Layout: version (1 byte, 1) · key id (4, most significant first) · nonce (12, random) · ciphertext · tag (16).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/domain/types.h"
#include "common/store/crypto.h"
#include "common/store/keyring.h"

namespace mfa {

struct SealedPlace {
  std::int64_t person = 0;
  std::int64_t factor = 0;  // number
  std::int64_t kind = 0;
  std::string_view label;  // what it is: "factor key"
};

// The key it was sealed with, by what it says of itself. Throws StoreFailure damaged if it is no sealed value.
[[nodiscard]] KeyId sealed_with(ByteView blob);
[[nodiscard]] std::string seal(const KeyRing& keys, const SealedPlace& place, const Secret& plain);
// Throws StoreFailure: wrong_key if it was sealed with a key that is not in the ring, damaged if it does not open.
[[nodiscard]] Secret open_sealed(const KeyRing& keys, const SealedPlace& place, ByteView blob);

}  // namespace mfa
