#include "common/flows/trusting.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace mfa {
namespace {

constexpr std::chrono::seconds kDay{24 * 60 * 60};

Event trust_event(const Event& about, EventKind kind, const Trust& trust, std::string_view reason) {
  Event event = about;
  event.kind = kind;
  event.factor = fmt::format("device-{}", trust.number);
  event.reason = std::string(reason);
  return event;
}

bool is_of(const Trust& trust, const Device& device, const std::string& server) {
  return trust.device == device && trust.server == server;
}

bool is_here(const Trust& trust, const TrustedPlace& place) {
  return place.device && is_of(trust, *place.device, place.facts.server);
}

bool live(const Trust& trust, UnixTime now) { return !trust.ended && now < trust.until; }

// Without a name that is used no more: rows that ended over a day ago, were told, and count for nothing now.
bool is_history(const Trust& trust, UnixTime now) {
  if (trust.burst) return now >= trust.until || now < trust.since;
  return trust.ended && trust.ended_at && now - *trust.ended_at >= kDay && now - trust.since >= kDay;
}

std::vector<Trust> without_history(Transaction& tx, PersonId person, UnixTime now) {
  std::vector<Trust> trusts = tx.trusts(person);
  std::erase_if(trusts, [&](const Trust& trust) {
    const bool history = is_history(trust, now);
    if (history) tx.remove_trust(person, trust.number);
    return history;
  });
  return trusts;
}

// Of the device at hand, a new row takes the place of the old ones.
void remove_here(Transaction& tx, PersonId person, std::vector<Trust>& trusts, const TrustedPlace& place, bool burst) {
  std::erase_if(trusts, [&](const Trust& trust) {
    const bool replaced = is_here(trust, place) && trust.burst == burst;
    if (replaced) tx.remove_trust(person, trust.number);
    return replaced;
  });
}

bool too_many_lately(const std::vector<Trust>& trusts, const TrustSettings& settings, const TrustedPlace& place) {
  std::set<std::pair<Device, std::string>> lately{{*place.device, place.facts.server}};
  for (const Trust& trust : trusts) {
    if (!trust.burst && place.facts.now - trust.since < kDay) lately.emplace(trust.device, trust.server);
  }
  return settings.devices_per_day > 0 && lately.size() > settings.devices_per_day;
}

Trust add(Transaction& tx, Person& person, const TrustedPlace& place, std::chrono::seconds window, bool burst) {
  Trust trust;
  trust.number = person.next_trust++;
  tx.save(person);
  trust.device = *place.device;
  trust.label = place.label;
  trust.server = place.facts.server;
  trust.rule = place.facts.rule;
  trust.since = trust.last_seen = place.facts.now;
  trust.until = place.facts.now + window;
  trust.password_version = place.facts.password_version;
  trust.country = place.facts.country.value_or("");
  trust.network = place.facts.network;
  trust.burst = burst;
  tx.add_trust(person.id, trust);
  return trust;
}

}  // namespace

void end_trust(Transaction& tx, PersonId person, Trust trust, TrustEnd reason, const Event& about) {
  trust.ended = reason;
  trust.ended_at = about.at;
  tx.save_trust(person, trust);
  tx.append(trust_event(about, EventKind::trust_ended, trust, name_of(reason)));
}

TrustLook look_for_trust(std::span<const Trust> trusts, const TrustSettings& settings, const TrustedPlace& place) {
  TrustLook look;
  for (const Trust& trust : trusts) {
    if (!is_here(trust, place)) continue;
    const auto why = why_not_trusted(trust, settings, place.facts);
    if (!why) {
      look.burst = trust.burst && !look.holds;
      look.holds = true;
    } else if (!trust.burst && !trust.told) {
      const bool over = trust.ended || ends_for(*why, trust, place.facts);
      if (over || *why == TrustEnd::place_unknown) look.ended.push_back(*why);
    }
  }
  return look;
}

bool use_trust(Transaction& tx, const TrustSettings& settings, PersonId person, const TrustedPlace& place,
               const Event& about) {
  for (Trust& trust : tx.trusts(person)) {
    if (!is_here(trust, place) || why_not_trusted(trust, settings, place.facts)) continue;
    trust.last_seen = place.facts.now;
    trust.failures = 0;
    tx.save_trust(person, trust);
    tx.append(trust_event(about, EventKind::login_trusted, trust, trust.burst ? "burst" : ""));
    return true;
  }
  return false;
}

void end_what_is_over(Transaction& tx, const TrustSettings& settings, PersonId person, const TrustedPlace& place,
                      const Event& about) {
  for (const Trust& trust : tx.trusts(person)) {
    if (!is_here(trust, place) || trust.burst || trust.ended) continue;
    const auto why = why_not_trusted(trust, settings, place.facts);
    if (why && ends_for(*why, trust, place.facts)) end_trust(tx, person, trust, *why, about);
  }
}

void note_told(Transaction& tx, PersonId person, const TrustedPlace& place) {
  for (Trust& trust : tx.trusts(person)) {
    if (!is_here(trust, place) || !trust.ended || trust.told) continue;
    trust.told = true;
    tx.save_trust(person, trust);
  }
}

bool grant_trust(Transaction& tx, const TrustSettings& settings, Person& person, const TrustedPlace& place,
                 std::chrono::seconds window, const Event& about) {
  std::vector<Trust> trusts = without_history(tx, person.id, place.facts.now);
  if (too_many_lately(trusts, settings, place)) {
    end_all_trust(tx, person, TrustEnd::too_many_devices, about);
    return false;
  }
  remove_here(tx, person.id, trusts, place, false);
  std::erase_if(trusts, [](const Trust& trust) { return trust.burst || trust.ended; });
  if (trusts.size() >= kMostTrusted)
    end_trust(tx, person.id, *std::ranges::min_element(trusts, {}, &Trust::last_seen), TrustEnd::too_many_devices,
              about);
  const Trust trust = add(tx, person, place, window, false);
  tx.append(trust_event(about, EventKind::trust_granted, trust, ""));
  return true;
}

void grant_burst(Transaction& tx, Person& person, const TrustedPlace& place, std::chrono::seconds length) {
  std::vector<Trust> trusts = without_history(tx, person.id, place.facts.now);
  remove_here(tx, person.id, trusts, place, true);
  (void)add(tx, person, place, length, true);
}

std::size_t end_all_trust(Transaction& tx, Person& person, TrustEnd reason, const Event& about) {
  std::size_t count = 0;
  ++person.next_trust;
  tx.save(person);
  for (const Trust& trust : tx.trusts(person.id)) {
    if (trust.burst) {
      tx.remove_trust(person.id, trust.number);
    } else if (!trust.ended) {
      end_trust(tx, person.id, trust, reason, about);
      ++count;
    }
  }
  return count;
}

bool has_live_trust(std::span<const Trust> trusts, const Device& device, const std::string& server, UnixTime now) {
  return std::ranges::any_of(trusts,
                             [&](const Trust& trust) { return is_of(trust, device, server) && live(trust, now); });
}

void count_failure(Transaction& tx, const TrustSettings& settings, PersonId person, const Device& device,
                   const Event& about) {
  for (Trust& trust : tx.trusts(person)) {
    if (!is_of(trust, device, about.server) || !live(trust, about.at)) continue;
    ++trust.failures;
    if (trust.failures < settings.failures) {
      tx.save_trust(person, trust);
    } else if (trust.burst) {
      tx.remove_trust(person, trust.number);
    } else {
      end_trust(tx, person, trust, TrustEnd::failed_attempts, about);
    }
  }
}

}  // namespace mfa
