// A security key in software, for ssh-keygen (SSH_SK_PROVIDER) and ssh (SecurityKeyProvider): makes and uses keys of
// the types ed25519-sk and ecdsa-sk without any hardware. What it signs is laid out as in OpenSSH's PROTOCOL.u2f.
//
// It protects nothing: a key handle is the private key itself, bound to its application only. And it claims what it is
// told to: with SOFTWARE_KEY=untouched in the environment it signs that nobody touched it, else that somebody did.
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tests/integration/sk_api.h"

namespace {

using Bytes = std::vector<std::uint8_t>;
using Digest = std::array<std::uint8_t, 32>;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using PrivateKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

constexpr std::uint32_t kCounter = 1;  // keys that count nothing are common, and OpenSSH does not look

// Hands a copy over to the caller, who frees it. Nothing of no bytes is null.
bool give(std::span<const std::uint8_t> bytes, std::uint8_t*& out, std::size_t& size) {
  out = static_cast<std::uint8_t*>(std::malloc(std::max<std::size_t>(bytes.size(), 1)));
  if (out == nullptr) return false;
  std::ranges::copy(bytes, out);
  size = bytes.size();
  return true;
}

std::optional<Digest> sha256(std::span<const std::uint8_t> bytes) {
  Digest digest;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) return std::nullopt;
  return digest;
}

std::optional<Digest> hash_of(const char* application) {
  return sha256({reinterpret_cast<const std::uint8_t*>(application), std::strlen(application)});
}

PrivateKey make_key(std::uint32_t algorithm) {
  if (algorithm == kSkEd25519) return PrivateKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  return PrivateKey(EVP_EC_gen("P-256"));
}

std::optional<Bytes> public_part(EVP_PKEY* key) {
  std::size_t size = 0;
  if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0, &size) != 1) return std::nullopt;
  Bytes bytes(size);
  if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, bytes.data(), bytes.size(), &size) != 1)
    return std::nullopt;
  return bytes;
}

// The hash of the application, then the private key in DER.
std::optional<Bytes> handle_of(EVP_PKEY* key, const Digest& application) {
  unsigned char* der = nullptr;
  const int size = i2d_PrivateKey(key, &der);
  if (size <= 0) return std::nullopt;
  Bytes handle(application.begin(), application.end());
  handle.insert(handle.end(), der, der + size);
  OPENSSL_free(der);
  return handle;
}

PrivateKey key_in(std::span<const std::uint8_t> handle, const Digest& application) {
  if (handle.size() <= application.size() || !std::ranges::equal(handle.first(application.size()), application))
    return nullptr;
  const auto der = handle.subspan(application.size());
  const unsigned char* at = der.data();
  return PrivateKey(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
}

// PROTOCOL.u2f, "Signature": hash of the application, flags, counter, hash of the message.
Bytes to_be_signed(const Digest& application, std::uint8_t flags, const Digest& message) {
  Bytes bytes(application.begin(), application.end());
  bytes.push_back(flags);
  for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes.push_back(static_cast<std::uint8_t>(kCounter >> shift));
  bytes.insert(bytes.end(), message.begin(), message.end());
  return bytes;
}

std::optional<Bytes> signature_of(EVP_PKEY* key, const Bytes& bytes, const EVP_MD* hash) {
  const Context context(EVP_MD_CTX_new());
  std::size_t size = 0;
  if (!context || EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes.data(), bytes.size()) != 1)
    return std::nullopt;
  Bytes signature(size);
  if (EVP_DigestSign(context.get(), signature.data(), &size, bytes.data(), bytes.size()) != 1) return std::nullopt;
  signature.resize(size);
  return signature;
}

bool give_number(const BIGNUM* number, std::uint8_t*& out, std::size_t& size) {
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number)));
  BN_bn2bin(number, bytes.data());
  return give(bytes, out, size);
}

bool sign_ed25519(EVP_PKEY* key, const Bytes& bytes, sk_sign_response& response) {
  const auto signature = signature_of(key, bytes, nullptr);
  return signature && give(*signature, response.sig_r, response.sig_r_len);
}

bool sign_ecdsa(EVP_PKEY* key, const Bytes& bytes, sk_sign_response& response) {
  const auto der = signature_of(key, bytes, EVP_sha256());
  if (!der) return false;
  const unsigned char* at = der->data();
  const EcdsaSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der->size())));
  return signature && give_number(ECDSA_SIG_get0_r(signature.get()), response.sig_r, response.sig_r_len) &&
         give_number(ECDSA_SIG_get0_s(signature.get()), response.sig_s, response.sig_s_len);
}

bool touched(std::uint8_t flags) {
  const char* told = std::getenv("SOFTWARE_KEY");
  return (flags & kSkUserPresence) != 0 && (told == nullptr || std::string_view(told) != "untouched");
}

// What was allocated for a reply that is not given.
struct Discard {
  void operator()(sk_enroll_response* response) const {
    for (std::uint8_t* part : {response->public_key, response->key_handle, response->signature}) std::free(part);
    std::free(response);
  }
  void operator()(sk_sign_response* response) const {
    for (std::uint8_t* part : {response->sig_r, response->sig_s}) std::free(part);
    std::free(response);
  }
};

template <class Response>
std::unique_ptr<Response, Discard> empty_response() {
  return std::unique_ptr<Response, Discard>(static_cast<Response*>(std::calloc(1, sizeof(Response))));
}

}  // namespace

std::uint32_t sk_api_version() { return kSkApiVersion; }

int sk_enroll(std::uint32_t algorithm, const std::uint8_t* /*challenge*/, std::size_t /*challenge_size*/,
              const char* application, std::uint8_t flags, const char* /*pin*/, sk_option** /*options*/,
              sk_enroll_response** response) {
  if (algorithm != kSkEd25519 && algorithm != kSkEcdsa) return kSkUnsupported;
  if ((flags & kSkResidentKey) != 0) return kSkUnsupported;
  const auto hash = hash_of(application);
  const PrivateKey key = make_key(algorithm);
  if (!hash || !key) return kSkGeneral;
  const auto public_key = public_part(key.get());
  const auto handle = handle_of(key.get(), *hash);
  auto made = empty_response<sk_enroll_response>();
  if (!public_key || !handle || !made) return kSkGeneral;
  made->flags = flags;
  if (!give(*public_key, made->public_key, made->public_key_len) ||
      !give(*handle, made->key_handle, made->key_handle_len) || !give({}, made->signature, made->signature_len))
    return kSkGeneral;
  *response = made.release();
  return 0;
}

int sk_sign(std::uint32_t algorithm, const std::uint8_t* data, std::size_t data_size, const char* application,
            const std::uint8_t* key_handle, std::size_t key_handle_size, std::uint8_t flags, const char* /*pin*/,
            sk_option** /*options*/, sk_sign_response** response) {
  const auto hash = hash_of(application);
  const auto message = sha256({data, data_size});
  if (!hash || !message) return kSkGeneral;
  const PrivateKey key = key_in({key_handle, key_handle_size}, *hash);
  auto made = empty_response<sk_sign_response>();
  if (!key || !made) return kSkGeneral;
  made->flags = touched(flags) ? kSkUserPresence : std::uint8_t{0};
  made->counter = kCounter;
  const Bytes bytes = to_be_signed(*hash, made->flags, *message);
  if (algorithm == kSkEd25519 ? !sign_ed25519(key.get(), bytes, *made)
                              : algorithm != kSkEcdsa || !sign_ecdsa(key.get(), bytes, *made))
    return kSkGeneral;
  *response = made.release();
  return 0;
}

// It keeps nothing, so there is nothing to be loaded from it.
int sk_load_resident_keys(const char* /*pin*/, sk_option** /*options*/, sk_resident_key*** keys, std::size_t* count) {
  *keys = nullptr;
  *count = 0;
  return 0;
}
