#include "common/domain/types.h"

#include <openssl/crypto.h>

#include <utility>

namespace mfa {

Secret::Secret(std::span<const std::uint8_t> bytes) : bytes_(bytes.begin(), bytes.end()) {}

Secret::Secret(std::string_view text) : bytes_(text.begin(), text.end()) {}

Secret::Secret(Secret&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

// Both assignments build the new value first and let the old one go with a Secret that wipes it: a vector that grows or
// is assigned to gives its old memory back as it is.
Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    Secret copy(other);
    bytes_.swap(copy.bytes_);
  }
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_.swap(other.bytes_);
  }
  return *this;
}

Secret::~Secret() { wipe(); }

Secret Secret::of_size(std::size_t size) {
  Secret secret;
  secret.bytes_.resize(size);
  return secret;
}

std::string_view Secret::text() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

bool operator==(const Secret& a, const Secret& b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.bytes_.data(), b.bytes_.data(), a.size()) == 0;
}

void Secret::wipe() noexcept {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
  bytes_.clear();
}

void wipe(std::string& text) noexcept {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

}  // namespace mfa
