// The interface between OpenSSH 9.2 and a library that speaks to security keys (its sk-api.h, version 10), as far as a
// library needs it: what ssh-sk-helper hands over and takes back. Buffers in a reply are malloc'ed and become the
// caller's.
#pragma once

#include <cstddef>
#include <cstdint>

inline constexpr std::uint32_t kSkApiVersion = 0x000a0000;

// Algorithms.
inline constexpr std::uint32_t kSkEcdsa = 0;  // over P-256
inline constexpr std::uint32_t kSkEd25519 = 1;

// Flags of a request, and of what was signed.
inline constexpr std::uint8_t kSkUserPresence = 0x01;
inline constexpr std::uint8_t kSkResidentKey = 0x20;

// Results; 0 is success.
inline constexpr int kSkGeneral = -1;
inline constexpr int kSkUnsupported = -2;

// The members are named and ordered as OpenSSH reads them.
struct sk_enroll_response {
  std::uint8_t flags;
  std::uint8_t* public_key;  // Ed25519: 32 bytes; P-256: the uncompressed point, 65 bytes
  std::size_t public_key_len;
  std::uint8_t* key_handle;
  std::size_t key_handle_len;
  std::uint8_t* signature;  // of an attestation; must not be null
  std::size_t signature_len;
  std::uint8_t* attestation_cert;
  std::size_t attestation_cert_len;
  std::uint8_t* authdata;
  std::size_t authdata_len;
};

struct sk_sign_response {
  std::uint8_t flags;
  std::uint32_t counter;
  std::uint8_t* sig_r;  // Ed25519: all 64 bytes of the signature
  std::size_t sig_r_len;
  std::uint8_t* sig_s;
  std::size_t sig_s_len;
};

struct sk_resident_key;
struct sk_option;

extern "C" {
[[gnu::visibility("default")]] std::uint32_t sk_api_version();
[[gnu::visibility("default")]] int sk_enroll(std::uint32_t algorithm, const std::uint8_t* challenge,
                                             std::size_t challenge_size, const char* application, std::uint8_t flags,
                                             const char* pin, sk_option** options, sk_enroll_response** response);
[[gnu::visibility("default")]] int sk_sign(std::uint32_t algorithm, const std::uint8_t* data, std::size_t data_size,
                                           const char* application, const std::uint8_t* key_handle,
                                           std::size_t key_handle_size, std::uint8_t flags, const char* pin,
                                           sk_option** options, sk_sign_response** response);
[[gnu::visibility("default")]] int sk_load_resident_keys(const char* pin, sk_option** options, sk_resident_key*** keys,
                                                         std::size_t* count);
}
