// Trusted devices in the store: found, used, granted, ended. What holds is domain/trust; here it is made so.
//
// What is decided for good is decided inside the caller's transaction, over the rows as they are then.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/domain/device.h"
#include "common/domain/trust.h"
#include "common/flows/engine.h"

namespace mfa {

inline constexpr std::size_t kMostTrusted = 20;  // devices of one person that trust holds for; one more ends the oldest

// The login at hand, as far as trust is concerned.
struct TrustedPlace {
  std::optional<Device> device;  // nothing: trust is neither used nor earned here
  std::string label;             // of the device, for people
  TrustFacts facts;
  // Whether the device may be remembered: a window is on offer, and what would end the trust can be watched.
  [[nodiscard]] bool may_be_trusted() const { return device && facts.offered && facts.country; }
};

struct TrustLook {
  bool holds = false;
  bool burst = false;           // it does for the few seconds after a passed code
  std::vector<TrustEnd> ended;  // why trust in this device is over, where the person has not read it yet
};
// Of the rows of one person: does trust hold at this place, and if not, why not any more?
[[nodiscard]] TrustLook look_for_trust(std::span<const Trust> trusts, const TrustSettings& settings,
                                       const TrustedPlace& place);

// Uses a row that holds, with its event; false if none does (any more).
[[nodiscard]] bool use_trust(Transaction& tx, const TrustSettings& settings, PersonId person, const TrustedPlace& place,
                             const Event& about);

// Ends, with their events, the rows of this device that are over for good.
void end_what_is_over(Transaction& tx, const TrustSettings& settings, PersonId person, const TrustedPlace& place,
                      const Event& about);

// Notes that the person has read why trust in this device ended.
void note_told(Transaction& tx, PersonId person, const TrustedPlace& place);

// Trusts the device until now + `window`. False: too many devices within a day, and all trust has ended instead.
[[nodiscard]] bool grant_trust(Transaction& tx, const TrustSettings& settings, Person& person,
                               const TrustedPlace& place, std::chrono::seconds window, const Event& about);

// Lets further connections of the device in for a moment after a passed code (trust.burst).
void grant_burst(Transaction& tx, Person& person, const TrustedPlace& place, std::chrono::seconds length);

// Ends this row, with its event.
void end_trust(Transaction& tx, PersonId person, Trust trust, TrustEnd reason, const Event& about);

// Ends every trust of the person that has not ended, and skips a number (Person::next_trust): so a login whose code was
// right before sees that it may grant none any more. How many.
std::size_t end_all_trust(Transaction& tx, Person& person, TrustEnd reason, const Event& about);

// A wrong password or code from this device: counted if trust in it is live, and ends it at the limit.
void count_failure(Transaction& tx, const TrustSettings& settings, PersonId person, const Device& device,
                   const Event& about);
[[nodiscard]] bool has_live_trust(std::span<const Trust> trusts, const Device& device, const std::string& server,
                                  UnixTime now);

}  // namespace mfa
