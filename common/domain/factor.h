// What a person can prove themselves with.
//
// A factor is a closed set of kinds (std::variant), so that adding one makes the compiler list every place that has to
// know it. A factor's id is its kind and a number that is never used again for that person: totp-1.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "common/domain/hotp.h"
#include "common/domain/phone_number.h"
#include "common/domain/totp.h"
#include "common/domain/types.h"

namespace mfa {

enum class FactorKind : std::uint8_t { totp = 1, hotp = 2, sms = 3, call = 4, key = 5 };  // as kept in the store
inline constexpr std::array kFactorKinds{FactorKind::totp, FactorKind::hotp, FactorKind::sms, FactorKind::call,
                                         FactorKind::key};

[[nodiscard]] std::string_view name_of(FactorKind kind);
[[nodiscard]] std::optional<FactorKind> factor_kind(std::string_view name);

inline constexpr std::size_t kMostFactors = 8;         // of one person (product.md, The login)
inline constexpr std::size_t kLongestFactorName = 40;  // characters (code points)

// An authenticator app.
struct TotpFactor {
  Secret key;
  TotpParameters parameters;
  TimeStep last_step{-1};  // the newest step a code of which was accepted; older and equal ones never count again
};

// A hardware token with a button (HOTP).
struct HotpFactor {
  Secret key;
  int digits = kHotpDigits;  // 6 to 8
  HotpState state;
};

// A telephone to which codes are sent. One for texts can be called as well; one for calls is only called.
struct PhoneFactor {
  PhoneNumber number;
  PhoneUse use = PhoneUse::text;
  std::string language = "en";  // of what it gets: a tag of BCP 47
};

// A FIDO2 SSH key (an sk type). It proves itself in the SSH login, not by a code.
struct KeyFactor {
  std::string type;         // "sk-ssh-ed25519@openssh.com"
  std::string fingerprint;  // "SHA256:…"
};

struct Factor {
  std::uint32_t number = 0;
  std::string name;
  UnixTime added;
  std::optional<UnixTime> last_used;
  std::variant<TotpFactor, HotpFactor, KeyFactor, PhoneFactor> detail;

  [[nodiscard]] FactorKind kind() const;
  [[nodiscard]] std::set<FactorKind> kinds() const;  // as which it may answer: its own, and that of calls for texts'
  [[nodiscard]] bool acts_as(FactorKind as) const;
  [[nodiscard]] std::string id() const;             // "totp-1"
  [[nodiscard]] std::optional<int> digits() const;  // of codes that it shows; nothing: it shows none
};

// A name people give a factor: 1 to kLongestFactorName printable characters of valid UTF-8, something to see among
// them and no blank at either end; not shaped like an id of any kind, planned ones included.
[[nodiscard]] bool valid_factor_name(std::string_view name);

}  // namespace mfa
