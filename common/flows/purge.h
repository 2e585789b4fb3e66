// Personal detail of old events goes (records.keep): who, from where, with what and why. That something happened, and
// when, stays in its row, and the chain holds.
//
// In small batches, each a transaction of its own, so that logins go on in between and an end half-way loses nothing:
// the next purge finds what is left. That a purge began is an event in the transaction of its first batch.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>

#include "common/flows/requests.h"

namespace mfa {

// The longest stretch of the trail that loses its detail in one purge of the service's own: a clock that is years ahead
// for an hour must not cost more than that.
inline constexpr std::chrono::hours kPurgePace{7 * 24};

struct Purge {
  Store& store;
  UnixTime before;                           // what happened earlier
  std::optional<std::chrono::seconds> pace;  // of it only so much, from the oldest on that is due
  Event event;                               // what is recorded of it, but for kind and reason
  std::function<bool()> go_on;               // asked between batches
};
struct Purged {
  std::uint64_t events = 0;  // that lost their detail
  UnixTime before;           // they happened earlier
};
[[nodiscard]] std::expected<Purged, StoreError> purge(const Purge& purge);

struct PurgeReply {
  Purged purged;
  std::chrono::seconds keep;
};
// All of it, now. Root's alone.
[[nodiscard]] std::expected<PurgeReply, RequestError> purge_records(Engine& engine, const Asker& asker);

}  // namespace mfa
