// Whether somebody without a factor that counts may set one up in the login at hand, and what they must show for it.
//
// Pure. A stolen password alone gets to enrol for a while only: within the rule's window, never after a reset.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/domain/policy.h"
#include "common/domain/types.h"

namespace mfa {

enum class EnrolWay : std::uint8_t {
  none,       // nothing is to be set up here; where MFA is required, that refuses the login
  offer,      // before the date: it may be put off
  now,        // with what was proven already: password, and a factor the person has
  with_code,  // an enrolment code first
  elsewhere,  // this program shows one line: no place for it
};

struct EnrolFacts {
  UnixTime now;
  std::optional<UnixTime> since;  // from when the rule requires; nothing: it always has
  UnixTime first_seen;            // the account's first login here
  std::chrono::seconds window{};
  EnrolBy by = EnrolBy::refuse;
  bool has_factor = false;           // one the rule does not count; it is proven before another is added
  bool by_code_only = false;         // since a reset
  bool first_factor_proven = false;  // a password or a key, in this very login
  bool one_line = false;             // the program is a greeter or locker, asks once, or is the user's own
};
[[nodiscard]] EnrolWay enrol_way(const EnrolFacts& facts);

// Greeters, lockers and agents that show one line of a prompt: gdm, sddm, polkit-1, i3lock and their like.
[[nodiscard]] bool shows_one_line(std::string_view service);

}  // namespace mfa
