#include "common/flows/purge.h"

#include <utility>

#include "common/flows/step_up.h"

namespace mfa {
namespace {

constexpr std::size_t kRowsAtOnce = 200;     // of one transaction, some 3 ms
constexpr std::size_t kLooksAtOnce = 2'000;  // rows looked at for them

}  // namespace

// From the first row on each time: rows that were purged may have come back, with an older store.
std::expected<Purged, StoreError> purge(const Purge& purge) {
  Purged done{.events = 0, .before = purge.before};
  bool paced = !purge.pace;
  std::int64_t at = 0;
  for (bool more = true; more && purge.go_on();) {
    bool began = false;
    const auto batch = writing(purge.store, [&](Transaction& tx) {
      if (!paced) {
        const auto found = tx.purge(purge.before, at, 0, kLooksAtOnce);
        if (!found.oldest) return found;
        const bool all = *found.oldest >= purge.before - *purge.pace;
        done.before = all ? purge.before : *found.oldest + *purge.pace;
        began = true;
      }
      PurgedRows rows = tx.purge(done.before, at, kRowsAtOnce, kLooksAtOnce);
      if (rows.rows > 0 && done.events == 0) {
        Event event = purge.event;
        event.kind = EventKind::records_purged;
        event.reason = purge_reason(done.before);
        tx.append(event);
      }
      return rows;
    });
    if (!batch) return std::unexpected(batch.error());
    paced = paced || began;
    done.events += batch->rows;
    at = batch->seen;
    more = batch->more;
  }
  return done;
}

std::expected<PurgeReply, RequestError> purge_records(Engine& engine, const Asker& asker) {
  if (!may(asker.caller.uid, Verb::purge))
    return std::unexpected(refused("Only root may purge the trail.", "Run it with sudo."));
  const UnixTime now = engine.clock.now();
  const auto keep = engine.settings.records_keep;
  Event event;
  event.at = now;
  event.actor = "root";
  event.service = "mfa-enroll";
  event.server = engine.server;
  const auto purged =
      purge({.store = engine.store, .before = now - keep, .pace = {}, .event = std::move(event), .go_on = [&asker] {
               asker.dialogue.show("");  // a sign of life
               return true;
             }});
  if (!purged) return std::unexpected(store_failed(engine, asker, purged.error()));
  return PurgeReply{.purged = *purged, .keep = keep};
}

}  // namespace mfa
