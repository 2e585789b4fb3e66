#include "common/domain/hmac.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <string>
#include <utility>

namespace mfa {
namespace {

const char* name_of(HmacHash hash) {
  switch (hash) {
    case HmacHash::sha1:
      return "SHA1";
    case HmacHash::sha256:
      return "SHA256";
    case HmacHash::sha512:
      return "SHA512";
  }
  return "";
}

// With a key that is none: only then can it be copied.
EVP_MAC_CTX* made(HmacHash hash) {
  EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* const context = mac != nullptr ? EVP_MAC_CTX_new(mac) : nullptr;
  EVP_MAC_free(mac);
  std::string digest = name_of(hash);
  const std::array<OSSL_PARAM, 2> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), digest.size()),
      OSSL_PARAM_construct_end()};
  constexpr std::uint8_t kNoKey = 0;
  if (context != nullptr && EVP_MAC_init(context, &kNoKey, sizeof kNoKey, parameters.data()) == 1) return context;
  EVP_MAC_CTX_free(context);
  return nullptr;
}

}  // namespace

void Hmac::Free::operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }

// Copies of what is made once, as long as the process lasts.
Hmac::Context Hmac::unkeyed(HmacHash hash) {
  static const std::array<Context, 3> kMade{Context(made(HmacHash::sha1)), Context(made(HmacHash::sha256)),
                                            Context(made(HmacHash::sha512))};
  const Context& first = kMade.at(static_cast<std::size_t>(hash));
  return Context(first ? EVP_MAC_CTX_dup(first.get()) : nullptr);
}

std::optional<Hmac> Hmac::with(HmacHash hash, std::span<const std::uint8_t> key) {
  Context context = unkeyed(hash);
  // A null pointer for a key means the key from before.
  static constexpr std::uint8_t kNothing = 0;
  const std::uint8_t* bytes = key.empty() ? &kNothing : key.data();
  if (!context || EVP_MAC_init(context.get(), bytes, key.size(), nullptr) != 1) return std::nullopt;
  return Hmac(std::move(context));
}

std::size_t Hmac::of(std::span<const std::uint8_t> message, std::span<std::uint8_t> out) {
  std::size_t size = 0;
  const bool done = EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1 &&
                    EVP_MAC_update(context_.get(), message.data(), message.size()) == 1 &&
                    EVP_MAC_final(context_.get(), out.data(), &size, out.size()) == 1;
  return done ? size : 0;
}

}  // namespace mfa
