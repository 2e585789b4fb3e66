// Countries as policy knows them: their codes, and the addresses that are in none.
#pragma once

#include <string_view>

#include "common/domain/login_facts.h"

namespace mfa {

// A code of ISO 3166-1 alpha-2 as country databases have them: the assigned ones, in capitals, and XK (Kosovo, which
// they call that). Not UK or EL: those are GB and GR there, and a rule that named them would never match.
[[nodiscard]] bool is_country(std::string_view code);

// The code that is meant by other letters: "nz" is NZ, "uk" GB. Empty if none is.
[[nodiscard]] std::string_view country_meant(std::string_view text);

// An address that no database places, for it is used everywhere: private (RFC 1918), behind a carrier's NAT (RFC 6598),
// loopback, link-local (RFC 3927, RFC 4291 §2.5.6), unique local (RFC 4193).
[[nodiscard]] bool is_private(const Address& address);

}  // namespace mfa
