// Trusted devices: when trust holds, and the first reason why it does not.
//
// Pure. A row of trust is for one person, one device and one server. It ends at its date and before that by everything
// product.md, Policy and trust, lists; what ended it is kept and told once.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/domain/device.h"
#include "common/domain/types.h"

namespace mfa {

enum class TrustEnd : std::uint8_t {
  expired = 1,
  password_changed,
  failed_attempts,  // wrong passwords or codes from that device
  other_country,    // than the one it was granted from
  other_network,
  place_unknown,     // the country, now or then, cannot be told: does not hold, and does not end
  too_many_devices,  // within a day
  not_offered,       // the rules no longer do
  forgotten,         // `devices forget`
  reported,          // `notme` or `report`
  reset,             // by the helpdesk, or root removed all that was kept
  disabled,          // the person switched asking off; on again, they are asked
};
[[nodiscard]] std::string_view name_of(TrustEnd end);
[[nodiscard]] std::optional<TrustEnd> trust_end(std::string_view name);

struct Trust {
  std::uint32_t number = 0;  // a person's own numbering, never used again: "device-3" on the command line
  Device device;
  std::string label;   // "ssh-ed25519 key SHA256:…", "203.0.113.7"
  std::string server;  // where it holds
  std::string rule;    // the rule that offered it
  UnixTime since;
  UnixTime until;
  UnixTime last_seen;
  std::string password_version;  // empty: the user has none that can be seen here (a directory's)
  std::string country;           // ISO 3166 of the place it was granted from; empty: no country database then
  std::string network;           // the address's /24 or /48; empty: no address
  std::uint32_t failures = 0;    // wrong passwords and codes from the device in a row
  std::optional<TrustEnd> ended;
  std::optional<UnixTime> ended_at;
  bool told = false;   // the person has read why it ended
  bool burst = false;  // not asked for: the seconds after a passed code (trust.burst); no device that is listed
};

struct TrustSettings {
  std::uint32_t failures = 5;         // from that device
  std::uint32_t devices_per_day = 5;  // different ones trusted within 24 hours; 0: no limit
  bool end_on_country_change = true;
  bool end_on_network_change = false;
};

// What is true of the login at hand.
struct TrustFacts {
  UnixTime now;
  std::string server;
  std::string rule;                             // that decided
  std::optional<std::chrono::seconds> offered;  // the window of the rule that decided
  std::string password_version;
  std::optional<std::string> country;  // nothing: it cannot be told; empty: no country database is configured
  std::string network;
};

// Nothing: it holds. An ended row stays ended whatever the facts are. A row from the future (the clock was set back) is
// taken for expired: a window never grows.
[[nodiscard]] std::optional<TrustEnd> why_not_trusted(const Trust& trust, const TrustSettings& settings,
                                                      const TrustFacts& facts);

// Whether it is over for good for that reason, rather than not holding here and now: what another rule than the one
// that granted it or another server offers, or a country that cannot be told, ends nothing.
[[nodiscard]] bool ends_for(TrustEnd why, const Trust& trust, const TrustFacts& facts);

// "203.0.113.0/24" or "2001:db8:1::/48".
[[nodiscard]] std::string network_of(const Address& address);

}  // namespace mfa
