// TOTP (RFC 6238): a code made from a shared key and the time.
//
// The replay mark is the integer step, never the code: a step that was accepted is spent, and so is every older one.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "common/domain/hotp.h"
#include "common/domain/types.h"

namespace mfa {

// The number of whole periods since the epoch (RFC 6238 §4.2, T with T0 = 0).
struct TimeStep {
  std::int64_t value = 0;
  auto operator<=>(const TimeStep&) const = default;
};

struct TotpParameters {
  HashAlgorithm algorithm = HashAlgorithm::sha1;
  int digits = 6;                   // 6 to 8
  std::chrono::seconds period{30};  // 10 to 300
  auto operator<=>(const TotpParameters&) const = default;
};

// Whether all three are in range: what a file, a URI or the store says is checked with this.
[[nodiscard]] bool valid(const TotpParameters& parameters);

inline constexpr std::size_t kTotpKeyBytes = 20;  // of a new key, whatever the hash: 160 bits (RFC 4226 §4, R6)
inline constexpr int kWidestTotpWindow = 10;      // steps either side

// Times before the epoch have negative steps, rounded down. `period` is positive.
[[nodiscard]] TimeStep time_step(UnixTime time, std::chrono::seconds period);

struct TotpAccepted {
  TimeStep step;  // to be kept as the factor's last step
};
struct TotpReplayed {};  // right, but of a step that is spent
struct TotpWrong {};
using TotpResult = std::variant<TotpAccepted, TotpReplayed, TotpWrong>;

// Compares `digits` (ASCII digits only, as many as parameters.digits) with the codes of the steps from now - window to
// now + window, in constant time over all of them. A step not newer than `last_step` is TotpReplayed at best; of
// several steps with the same code the newest is meant, so that it cannot be accepted a second time. Negative steps
// have no code, nor have invalid parameters; `window` is held to 0 to kWidestTotpWindow.
[[nodiscard]] TotpResult verify_totp(const Secret& key, const TotpParameters& parameters, std::string_view digits,
                                     UnixTime now, int window, TimeStep last_step);

}  // namespace mfa
