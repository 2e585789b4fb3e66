#include "common/domain/hotp.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstddef>

namespace mfa {
namespace {

const EVP_MD* digest_of(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::sha1:
      return EVP_sha1();
    case HashAlgorithm::sha256:
      return EVP_sha256();
    case HashAlgorithm::sha512:
      return EVP_sha512();
  }
  return nullptr;
}

// DT of RFC 4226 §5.3: four bytes from where the last half byte points to, without the sign bit.
std::uint32_t truncated(const std::uint8_t* mac, std::size_t size) {
  const std::size_t offset = mac[size - 1] & 0x0FU;
  return (mac[offset] & 0x7FU) << 24U | std::uint32_t{mac[offset + 1]} << 16U | std::uint32_t{mac[offset + 2]} << 8U |
         mac[offset + 3];
}

}  // namespace

std::string_view name_of(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::sha1:
      return "SHA1";
    case HashAlgorithm::sha256:
      return "SHA256";
    case HashAlgorithm::sha512:
      return "SHA512";
  }
  return {};
}

std::optional<HashAlgorithm> hash_algorithm(std::string_view name) {
  for (const auto algorithm : {HashAlgorithm::sha1, HashAlgorithm::sha256, HashAlgorithm::sha512})
    if (name == name_of(algorithm)) return algorithm;
  return std::nullopt;
}

std::string hotp_code(const Secret& key, std::uint64_t counter, int digits, HashAlgorithm algorithm) {
  const EVP_MD* digest = digest_of(algorithm);
  if (digest == nullptr || key.empty() || digits < 6 || digits > 8) return {};

  std::array<std::uint8_t, 8> message{};
  for (std::size_t i = message.size(); i-- > 0; counter >>= 8U) message[i] = static_cast<std::uint8_t>(counter);

  std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  if (HMAC(digest, key.bytes().data(), static_cast<int>(key.size()), message.data(), message.size(), mac.data(),
           &size) == nullptr ||
      size < 20)
    return {};
  std::uint32_t number = truncated(mac.data(), size);
  OPENSSL_cleanse(mac.data(), mac.size());

  std::string code(static_cast<std::size_t>(digits), '0');
  for (std::size_t i = code.size(); i-- > 0; number /= 10) code[i] = static_cast<char>('0' + number % 10);
  return code;
}

}  // namespace mfa
