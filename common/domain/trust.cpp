#include "common/domain/trust.h"

#include <algorithm>
#include <array>

namespace mfa {
namespace {

struct Row {
  TrustEnd end;
  std::string_view name;
};
constexpr std::array kNames{
    Row{TrustEnd::expired, "expired"},
    Row{TrustEnd::password_changed, "password_changed"},
    Row{TrustEnd::failed_attempts, "failed_attempts"},
    Row{TrustEnd::other_country, "other_country"},
    Row{TrustEnd::other_network, "other_network"},
    Row{TrustEnd::place_unknown, "place_unknown"},
    Row{TrustEnd::too_many_devices, "too_many_devices"},
    Row{TrustEnd::not_offered, "not_offered"},
    Row{TrustEnd::forgotten, "forgotten"},
    Row{TrustEnd::reported, "reported"},
    Row{TrustEnd::reset, "reset"},
    Row{TrustEnd::disabled, "disabled"},
};

constexpr std::size_t kNetworkBytesV4 = 3;
constexpr std::size_t kNetworkBytesV6 = 6;

}  // namespace

std::string_view name_of(TrustEnd end) {
  const auto* found = std::ranges::find(kNames, end, &Row::end);
  return found == kNames.end() ? std::string_view{} : found->name;
}

std::optional<TrustEnd> trust_end(std::string_view name) {
  const auto* found = std::ranges::find(kNames, name, &Row::name);
  if (found == kNames.end()) return std::nullopt;
  return found->end;
}

std::optional<TrustEnd> why_not_trusted(const Trust& trust, const TrustSettings& settings, const TrustFacts& facts) {
  if (trust.ended) return trust.ended;
  if (trust.server != facts.server) return TrustEnd::not_offered;
  if (!trust.burst && (!facts.offered || facts.offered->count() <= 0)) return TrustEnd::not_offered;
  // The window on offer now may be shorter than the one that was granted.
  const UnixTime until = trust.burst ? trust.until : std::min(trust.until, trust.since + *facts.offered);
  if (facts.now >= until || facts.now < trust.since) return TrustEnd::expired;
  if (trust.password_version != facts.password_version) return TrustEnd::password_changed;
  if (trust.failures >= settings.failures) return TrustEnd::failed_attempts;
  if (settings.end_on_country_change) {
    const bool configured = !facts.country || !facts.country->empty();
    if (configured && (!facts.country || trust.country.empty())) return TrustEnd::place_unknown;
    if (configured && trust.country != *facts.country) return TrustEnd::other_country;
  }
  if (settings.end_on_network_change && trust.network != facts.network) return TrustEnd::other_network;
  return std::nullopt;
}

bool ends_for(TrustEnd why, const Trust& trust, const TrustFacts& facts) {
  switch (why) {
    case TrustEnd::place_unknown:
      return false;
    case TrustEnd::not_offered:
      return trust.rule == facts.rule && trust.server == facts.server;
    case TrustEnd::expired:
      // A clock set back makes no window longer, and ends none: it may have been wrong before.
      return facts.now >= trust.until || (trust.rule == facts.rule && facts.now >= trust.since);
    default:
      return true;
  }
}

std::string network_of(const Address& address) {
  Address network{.v6 = address.v6, .bytes = {}};
  const std::size_t kept = address.v6 ? kNetworkBytesV6 : kNetworkBytesV4;
  std::copy_n(address.bytes.begin(), kept, network.bytes.begin());
  return to_string(network) + (address.v6 ? "/48" : "/24");
}

}  // namespace mfa
