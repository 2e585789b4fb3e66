// HOTP (RFC 4226): a code made from a shared key and a counter.
//
// A token counts its button's presses, the server the codes it has taken. A press that comes to no login leaves the
// token ahead, so the server looks a little further than its own count; what lies below it is spent for ever.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/domain/hmac.h"
#include "common/domain/types.h"

namespace mfa {

// The hashes that otpauth URIs can name (RFC 6238 §1.2). An unknown name is an error, never SHA-1.
enum class HashAlgorithm : std::uint8_t { sha1 = 1, sha256 = 2, sha512 = 3 };

[[nodiscard]] std::string_view name_of(HashAlgorithm algorithm);  // "SHA1", "SHA256", "SHA512"
[[nodiscard]] std::optional<HashAlgorithm> hash_algorithm(std::string_view name);

// The code of RFC 4226 §5.3, zero-padded to `digits` (6 to 8). Empty if the key is, if `digits` is out of range, or if
// libcrypto fails: nothing may then be compared with it.
[[nodiscard]] std::string hotp_code(const Secret& key, std::uint64_t counter, int digits, HashAlgorithm algorithm);

// The codes of one key, where several are made.
class HotpCodes {
 public:
  HotpCodes(const Secret& key, int digits, HashAlgorithm algorithm);
  [[nodiscard]] std::string at(std::uint64_t counter);  // as hotp_code()

 private:
  int digits_;
  std::optional<Hmac> hmac_;
};

struct HotpCounter {
  std::int64_t value = 0;
  auto operator<=>(const HotpCounter&) const = default;
};

// Counters at which a code passes: the next one and nine behind it. RFC 4226 §7.2 calls it the look-ahead window s and
// asks to keep it small, since each counter in it is one more right answer for a guesser; nine idle presses between two
// logins are what a token in a pocket makes.
inline constexpr int kHotpWindow = 10;
// Counters, from the next one on, at which a code is known for one of a token that has run ahead. It does not pass; the
// code right behind it does (RFC 4226 §7.4).
inline constexpr int kHotpResyncWindow = 100;
// Counters, from 0 on, at which two codes in a row are looked for when a token is registered. Whoever does that has
// typed the key, so there is nothing to guess: wide enough for a token that was in use elsewhere.
inline constexpr int kHotpConfirmWindow = 1000;
// No button is pressed so often, and nothing that is added to it overflows.
inline constexpr HotpCounter kHighestHotpCounter{std::int64_t{1} << 53U};

[[nodiscard]] constexpr bool valid(HotpCounter counter) {
  return counter >= HotpCounter{0} && counter <= kHighestHotpCounter;
}
inline constexpr int kHotpDigits = 6;  // of a code, where nothing else is said
[[nodiscard]] constexpr bool valid_hotp_digits(int digits) { return digits >= 6 && digits <= 8; }

// What the server knows of a token.
struct HotpState {
  HotpCounter next;                   // the lowest counter that is not spent
  std::optional<HotpCounter> resync;  // right behind the last code from beyond the window; never below `next`
  bool operator==(const HotpState&) const = default;
};

struct HotpAccepted {
  HotpCounter counter;
};
struct HotpReplayed {};  // right, but of a counter that is spent
struct HotpBeyond {      // of a counter that the token may have run ahead to: wrong, but for the one behind it
  HotpCounter counter;
};
struct HotpWrong {};
using HotpResult = std::variant<HotpAccepted, HotpReplayed, HotpBeyond, HotpWrong>;

// Compares `typed` (ASCII digits only, as many as `digits`) with the codes around the state's counters. In constant
// time over those that can pass and over those beyond; which of both it was, the result tells anyway.
//
// A code of the last kHotpWindow counters is HotpReplayed, even if it is one of a later counter too; of several later
// ones the lowest is meant, which is the likeliest. So what was accepted once is not accepted again.
[[nodiscard]] HotpResult verify_hotp(const Secret& key, int digits, std::string_view typed, const HotpState& state);

// The state after a result; unchanged by a replay.
[[nodiscard]] HotpState after(const HotpState& state, const HotpResult& result);

// Whether two keys make the same codes: to HMAC a key with zeros behind it is the same (RFC 2104 section 2). Four codes
// of eight digits in a row are chance for nobody.
[[nodiscard]] bool same_codes(const Secret& one, const Secret& other);

// The counter of `second`, if it is the code right behind `first`, both below kHotpConfirmWindow.
[[nodiscard]] std::optional<HotpCounter> confirm_hotp(const Secret& key, int digits, std::string_view first,
                                                      std::string_view second);

}  // namespace mfa
