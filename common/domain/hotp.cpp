#include "common/domain/hotp.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace mfa {
namespace {

std::optional<HmacHash> hash_of(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::sha1:
      return HmacHash::sha1;
    case HashAlgorithm::sha256:
      return HmacHash::sha256;
    case HashAlgorithm::sha512:
      return HmacHash::sha512;
  }
  return std::nullopt;
}

// DT of RFC 4226 §5.3: four bytes from where the last half byte points to, without the sign bit.
std::uint32_t truncated(const std::uint8_t* mac, std::size_t size) {
  const std::size_t offset = mac[size - 1] & 0x0FU;
  return (mac[offset] & 0x7FU) << 24U | std::uint32_t{mac[offset + 1]} << 16U | std::uint32_t{mac[offset + 2]} << 8U |
         mac[offset + 3];
}

bool shaped_like_code(std::string_view text, int digits) {
  return valid_hotp_digits(digits) && text.size() == static_cast<std::size_t>(digits) &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Of tokens: RFC 4226 knows no other hash. All ones if the code of this counter is `typed`, else none; a mask, so that
// no branch depends on it. Both are of the same length.
std::int64_t matches(HotpCodes& codes, std::int64_t counter, std::string_view typed) {
  std::string code = codes.at(static_cast<std::uint64_t>(counter));
  if (code.size() != typed.size()) return 0;
  const auto same = static_cast<std::int64_t>(CRYPTO_memcmp(code.data(), typed.data(), typed.size()) == 0);
  wipe(code);
  return -same;
}

// The lowest counter from `first` to `last` with that code, in constant time; -1: none.
std::int64_t lowest_match(HotpCodes& codes, std::int64_t first, std::int64_t last, std::string_view typed) {
  std::int64_t found = -1;
  for (std::int64_t counter = last; counter >= first; --counter) {
    const std::int64_t match = matches(codes, counter, typed);
    found = (found & ~match) | (counter & match);
  }
  return found;
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

HotpCodes::HotpCodes(const Secret& key, int digits, HashAlgorithm algorithm) : digits_(digits) {
  const auto hash = hash_of(algorithm);
  if (hash && !key.empty() && valid_hotp_digits(digits)) hmac_ = Hmac::with(*hash, key.bytes());
}

std::string HotpCodes::at(std::uint64_t counter) {
  if (!hmac_) return {};
  std::array<std::uint8_t, 8> message{};
  for (std::size_t i = message.size(); i-- > 0; counter >>= 8U) message[i] = static_cast<std::uint8_t>(counter);

  std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
  const std::size_t size = hmac_->of(message, mac);
  if (size < 20) return {};
  std::uint32_t number = truncated(mac.data(), size);
  OPENSSL_cleanse(mac.data(), mac.size());

  std::string code(static_cast<std::size_t>(digits_), '0');
  for (std::size_t i = code.size(); i-- > 0; number /= 10) code[i] = static_cast<char>('0' + number % 10);
  return code;
}

std::string hotp_code(const Secret& key, std::uint64_t counter, int digits, HashAlgorithm algorithm) {
  return HotpCodes(key, digits, algorithm).at(counter);
}

bool same_codes(const Secret& one, const Secret& other) {
  constexpr std::uint64_t kCodes = 4;
  constexpr int kDigits = 8;
  for (std::uint64_t counter = 0; counter < kCodes; ++counter) {
    if (hotp_code(one, counter, kDigits, HashAlgorithm::sha1) !=
        hotp_code(other, counter, kDigits, HashAlgorithm::sha1))
      return false;
  }
  return true;
}

HotpResult verify_hotp(const Secret& key, int digits, std::string_view typed, const HotpState& state) {
  if (!shaped_like_code(typed, digits) || !valid(state.next)) return HotpWrong{};
  const std::int64_t next = state.next.value;
  const std::int64_t resync = state.resync.value_or(state.next).value;
  HotpCodes codes(key, digits, HashAlgorithm::sha1);

  const std::int64_t spent = lowest_match(codes, std::max<std::int64_t>(next - kHotpWindow, 0), next - 1, typed);
  const std::int64_t near = lowest_match(codes, next, next + kHotpWindow - 1, typed);
  const std::int64_t behind_the_last = lowest_match(codes, resync, resync, typed);
  if (spent >= 0) return HotpReplayed{};
  if (near >= 0) return HotpAccepted{{near}};
  if (behind_the_last >= next) return HotpAccepted{{behind_the_last}};

  const std::int64_t far = lowest_match(codes, next + kHotpWindow, next + kHotpResyncWindow - 1, typed);
  if (far >= 0) return HotpBeyond{{far}};
  return HotpWrong{};
}

HotpState after(const HotpState& state, const HotpResult& result) {
  if (const auto* accepted = std::get_if<HotpAccepted>(&result))
    return {.next = {accepted->counter.value + 1}, .resync = std::nullopt};
  if (const auto* beyond = std::get_if<HotpBeyond>(&result))
    return {.next = state.next, .resync = HotpCounter{beyond->counter.value + 1}};
  if (std::holds_alternative<HotpWrong>(result)) return {.next = state.next, .resync = std::nullopt};
  return state;
}

std::optional<HotpCounter> confirm_hotp(const Secret& key, int digits, std::string_view first,
                                        std::string_view second) {
  if (!shaped_like_code(first, digits) || !shaped_like_code(second, digits)) return std::nullopt;
  HotpCodes codes(key, digits, HashAlgorithm::sha1);
  for (std::int64_t counter = 1; counter < kHotpConfirmWindow; ++counter) {
    if ((matches(codes, counter - 1, first) & matches(codes, counter, second)) != 0) return HotpCounter{counter};
  }
  return std::nullopt;
}

}  // namespace mfa
