// The few operations of libcrypto that the store needs. They throw StoreFailure when libcrypto fails, since nothing
// may then be stored or believed.
#pragma once

#include <openssl/types.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/domain/types.h"

namespace mfa {

using Digest = std::array<std::uint8_t, 32>;  // of SHA-256
using ByteView = std::span<const std::uint8_t>;

inline constexpr std::size_t kGcmNonceSize = 12;  // bytes (NIST SP 800-38D §5.2.1.1)
inline constexpr std::size_t kGcmTagSize = 16;    // bytes

// From the kernel-seeded generator for secrets.
void random_bytes(std::span<std::uint8_t> out);

// Of what comes in pieces.
class Sha256 {
 public:
  Sha256();
  void add(ByteView piece);
  [[nodiscard]] Digest digest();  // once, at the end

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const;
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};
[[nodiscard]] Digest sha256_of_both(ByteView first, ByteView second);
[[nodiscard]] Digest hmac_sha256(const Secret& key, ByteView message);  // RFC 2104
// HKDF-SHA256 (RFC 5869), `size` bytes.
[[nodiscard]] Secret hkdf_sha256(const Secret& key, ByteView salt, std::string_view info, std::size_t size);

struct GcmSealed {
  std::array<std::uint8_t, kGcmTagSize> tag{};
  std::string ciphertext;  // as long as the plain text
};
// AES-256-GCM with a key of 32 bytes. A nonce must never come twice under one key.
[[nodiscard]] GcmSealed gcm_seal(const Secret& key, ByteView nonce, ByteView associated, const Secret& plain);
// Nothing if it is not what was sealed, with this key, nonce and associated data.
[[nodiscard]] std::optional<Secret> gcm_open(const Secret& key, ByteView nonce, ByteView associated,
                                             ByteView ciphertext, ByteView tag);

[[nodiscard]] std::string to_hex(ByteView bytes);

}  // namespace mfa
