#include "common/store/crypto.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <sys/random.h>

#include <cerrno>
#include <limits>
#include <memory>

#include "common/domain/hmac.h"
#include "common/store/failure.h"

namespace mfa {

namespace {

constexpr std::size_t kAesKeySize = 32;

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

void require(bool done, const char* what) {
  if (!done) throw StoreFailure(StoreError::unavailable, std::string("libcrypto cannot do ") + what);
}

int as_int(std::size_t size) {
  require(size <= static_cast<std::size_t>(std::numeric_limits<int>::max()), "so much at once");
  return static_cast<int>(size);
}

Owned<EVP_CIPHER_CTX> gcm_context(const Secret& key, ByteView nonce, bool sealing) {
  require(key.size() == kAesKeySize && nonce.size() == kGcmNonceSize, "AES-256-GCM with this key");
  Owned<EVP_CIPHER_CTX> context(EVP_CIPHER_CTX_new());
  require(context && EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.bytes().data(), nonce.data(),
                                       sealing ? 1 : 0) == 1,
          "AES-256-GCM");
  return context;
}

}  // namespace

// The kernel's, which was seeded before the first key was made; libcrypto makes and seeds a generator for each thread.
void random_bytes(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const auto got = getrandom(out.data(), out.size(), GRND_NONBLOCK);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw StoreFailure(StoreError::unavailable, "the system gives no random bytes");
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

void Sha256::Free::operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  require(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1, "SHA-256");
}

void Sha256::add(ByteView piece) {
  require(EVP_DigestUpdate(context_.get(), piece.data(), piece.size()) == 1, "SHA-256");
}

Digest Sha256::digest() {
  Digest out{};
  require(EVP_DigestFinal_ex(context_.get(), out.data(), nullptr) == 1, "SHA-256");
  return out;
}

Digest sha256_of_both(ByteView first, ByteView second) {
  Sha256 both;
  both.add(first);
  both.add(second);
  return both.digest();
}

Digest hmac_sha256(const Secret& key, ByteView message) {
  Digest out{};
  auto hmac = Hmac::with(HmacHash::sha256, key.bytes());
  require(hmac && hmac->of(message, out) == out.size(), "HMAC-SHA256");
  return out;
}

Secret hkdf_sha256(const Secret& key, ByteView salt, std::string_view info, std::size_t size) {
  const Owned<EVP_KDF> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  const Owned<EVP_KDF_CTX> context(kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr);
  Secret input = key;
  std::string digest = "SHA256";
  std::vector<std::uint8_t> salt_copy(salt.begin(), salt.end());
  std::string info_copy(info);
  std::array<OSSL_PARAM, 5> parameters{};
  std::size_t count = 0;
  parameters.at(count++) = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), digest.size());
  parameters.at(count++) = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, input.writable().data(), input.size());
  if (!salt_copy.empty())
    parameters.at(count++) = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt_copy.data(), salt_copy.size());
  parameters.at(count++) = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info_copy.data(), info_copy.size());
  parameters.at(count) = OSSL_PARAM_construct_end();

  Secret out(std::vector<std::uint8_t>(size, 0));
  require(context && EVP_KDF_derive(context.get(), out.writable().data(), out.size(), parameters.data()) == 1, "HKDF");
  return out;
}

GcmSealed gcm_seal(const Secret& key, ByteView nonce, ByteView associated, const Secret& plain) {
  const auto context = gcm_context(key, nonce, true);
  GcmSealed out;
  out.ciphertext.resize(plain.size());
  auto* ciphertext = reinterpret_cast<unsigned char*>(out.ciphertext.data());
  int written = 0;
  int last = 0;
  require(EVP_EncryptUpdate(context.get(), nullptr, &written, associated.data(), as_int(associated.size())) == 1 &&
              EVP_EncryptUpdate(context.get(), ciphertext, &written, plain.bytes().data(), as_int(plain.size())) == 1 &&
              EVP_EncryptFinal_ex(context.get(), ciphertext + written, &last) == 1 &&
              EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kGcmTagSize, out.tag.data()) == 1,
          "AES-256-GCM");
  return out;
}

std::optional<Secret> gcm_open(const Secret& key, ByteView nonce, ByteView associated, ByteView ciphertext,
                               ByteView tag) {
  if (tag.size() != kGcmTagSize) return std::nullopt;
  const auto context = gcm_context(key, nonce, false);
  Secret plain(ciphertext);
  std::array<std::uint8_t, kGcmTagSize> expected{};
  std::copy(tag.begin(), tag.end(), expected.begin());
  int written = 0;
  int last = 0;
  require(EVP_DecryptUpdate(context.get(), nullptr, &written, associated.data(), as_int(associated.size())) == 1 &&
              EVP_DecryptUpdate(context.get(), plain.writable().data(), &written, ciphertext.data(),
                                as_int(ciphertext.size())) == 1 &&
              EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kGcmTagSize, expected.data()) == 1,
          "AES-256-GCM");
  if (EVP_DecryptFinal_ex(context.get(), plain.writable().data() + written, &last) != 1) return std::nullopt;
  return plain;
}

std::string to_hex(ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0x0FU];
  }
  return out;
}

}  // namespace mfa
