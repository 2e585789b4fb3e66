// HMAC (RFC 2104) with one key, for as many messages as there are: looking the hash up and taking the key in is done
// once, and costs more than a short message does.
#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "common/domain/types.h"

namespace mfa {

enum class HmacHash : std::uint8_t { sha1, sha256, sha512 };

class Hmac {
 public:
  // nullopt: libcrypto fails.
  [[nodiscard]] static std::optional<Hmac> with(HmacHash hash, std::span<const std::uint8_t> key);

  // Into the front of `out`, which has room for the hash's 20, 32 or 64 bytes; how many those are. 0: libcrypto fails.
  [[nodiscard]] std::size_t of(std::span<const std::uint8_t> message, std::span<std::uint8_t> out);

 private:
  struct Free {
    void operator()(EVP_MAC_CTX* context) const;
  };
  using Context = std::unique_ptr<EVP_MAC_CTX, Free>;

  explicit Hmac(Context context) : context_(std::move(context)) {}
  static Context unkeyed(HmacHash hash);

  Context context_;
};

}  // namespace mfa
