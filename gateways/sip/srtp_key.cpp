#include "gateways/sip/srtp_key.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace mfa::sip {
namespace {

constexpr std::size_t kCoded = 4 * kSrtpKeySize / 3;  // base64 (RFC 4648), without padding

std::string_view word(std::string_view& text) {
  const std::string_view found = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(found.size() + 1, text.size()));
  return found;
}

}  // namespace

std::string crypto_with(const Secret& key) {
  std::array<unsigned char, kCoded + 1> text{};
  EVP_EncodeBlock(text.data(), key.bytes().data(), static_cast<int>(kSrtpKeySize));
  return fmt::format("1 {} inline:{}", kSuite, reinterpret_cast<const char*>(text.data()));
}

Secret key_in(std::string_view crypto) {
  constexpr std::string_view kInline = "inline:";
  word(crypto);  // the tag: one is offered
  if (word(crypto) != kSuite) return {};
  std::string_view key = word(crypto);
  if (!key.starts_with(kInline)) return {};
  key.remove_prefix(kInline.size());
  key = key.substr(0, key.find('|'));
  if (key.size() != kCoded || key.contains('=')) return {};
  Secret bytes = Secret::of_size(kSrtpKeySize);
  const int size = EVP_DecodeBlock(bytes.writable().data(), reinterpret_cast<const unsigned char*>(key.data()),
                                   static_cast<int>(key.size()));
  return size == static_cast<int>(kSrtpKeySize) ? bytes : Secret();
}

}  // namespace mfa::sip
