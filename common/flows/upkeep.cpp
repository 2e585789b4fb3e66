#include "common/flows/upkeep.h"

#include "common/flows/step_up.h"

namespace mfa {
namespace {

// About nobody.
Event store_event(const Engine& engine, EventKind kind) {
  Event event;
  event.kind = kind;
  event.at = engine.clock.now();
  event.actor = "root";
  event.service = "mfa-enroll";
  event.server = engine.server;
  return event;
}

}  // namespace

std::expected<KeyRotation, RequestError> rotate_key(Engine& engine, const Asker& asker) {
  if (!may(asker.caller.uid, Verb::rotate_key))
    return std::unexpected(refused("Only root may change the key of the store.", "Run it with sudo."));
  auto done = engine.store.rotate_key(store_event(engine, EventKind::key_rotated));
  if (done) return *std::move(done);
  RequestError error = store_failed(engine, asker, done.error());
  if (done.error() == StoreError::unavailable) error.text = "The key could not be changed; it is as it was.";
  if (done.error() == StoreError::full) error.text = "There is no room on the disk for that; the key is as it was.";
  return std::unexpected(std::move(error));
}

}  // namespace mfa
