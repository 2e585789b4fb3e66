// The next sensible step of somebody who looks at what they have: one piece of advice, the one that matters most.
//
// Pure; flows/texts has the words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/domain/factor.h"

namespace mfa {

enum class Advice : std::uint8_t {
  change_password,   // somebody else knows it
  wait,              // locked out
  set_up,            // nothing is enrolled
  ask_staff,         // likewise, and nothing that counts can be set up here
  phone_cut_off,     // telephones alone, which nothing reaches now
  make_codes,        // few recovery codes are left, or none
  app_beside_key,    // security keys alone, which answer over SSH only
  app_beside_phone,  // telephones alone, which need a network and cost money
  test,              // no factor was ever used
  back_up,           // one factor alone: a second one lets in when the first is lost
  nothing,
};

struct Holdings {
  bool reported = false;  // a login was not theirs, and the password is still the same
  bool locked = false;
  std::vector<FactorKind> factors;
  std::size_t recovery_codes = 0;
  bool any_used = false;       // one of the factors, at a login or a test
  bool asked = true;           // the policy asks for a second factor at all
  bool can_set_up = true;      // something that counts
  bool app_counts = true;      // one more would serve
  bool phones_reached = true;  // at least one of those there are
};
[[nodiscard]] Advice next_step(const Holdings& has);

}  // namespace mfa
