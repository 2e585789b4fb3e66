#include "common/flows/upkeep.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "common/flows/step_up.h"
#include "common/language/language.h"

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

constexpr std::size_t kLongestKeyFile = 65'536;  // bytes; store/keyring.h

RequestError not_restored(Engine& engine, const Asker& asker, StoreError error) {
  RequestError failure = store_failed(engine, asker, error);
  switch (error) {
    case StoreError::damaged:
      return refused("That is no backup, or it was cut off or changed since it was made. Nothing was changed.",
                     "Take another one that \"mfa-enroll admin backup\" made.");
    case StoreError::too_new:
      return refused("That backup was made by a newer release. Nothing was changed.", "Install that release.");
    case StoreError::wrong_key:
      return refused("That backup is sealed with another key than this host has. Nothing was changed.",
                     "Give the key file that was kept with it: --key FILE");
    case StoreError::full:
      return refused("There is no room on the disk for it. Nothing was changed.", "Make room, then try again.");
    case StoreError::busy:
      failure.text = "Another program uses the store. Nothing was changed.";
      failure.hint = "Try again in a moment.";
      return failure;
    case StoreError::missing:
      failure.text = "There is no key on this host. Nothing was changed.";
      failure.hint =
          "Put the key's copy back. Or, if there is no store either or you move it away first: mfa-enroll admin init  "
          "Then give the key that was kept with the backup: --key FILE";
      return failure;
    case StoreError::keys_full:
      return refused("This host's key file has no room for the keys of that backup. Nothing was changed.",
                     "Restore it on a host of its own.");
    case StoreError::unavailable:
      break;
  }
  failure.text = "The store could not be replaced.";
  failure.hint = "The system log says why.";
  return failure;
}

RequestError does_not_open(Engine& engine, const Asker& asker, const Restored& restored) {
  RequestError failure = store_failed(engine, asker, StoreError::unavailable);
  failure.text = "The backup is in the store's place now, but does not open.";
  if (!restored.aside.empty()) failure.text += fmt::format(" What was there before: {}", restored.aside);
  failure.hint = "The system log says why. See what works: mfa-enroll admin check";
  return failure;
}

// The whole of a small file.
std::expected<Secret, RequestError> taken(const Asker& asker, std::string_view name) {
  Secret all;
  for (;;) {
    const auto piece = asker.dialogue.take(name);
    if (!piece) return std::unexpected(dialogue_failed(piece.error()));
    if (piece->empty()) return all;
    if (all.size() + piece->size() > kLongestKeyFile)
      return std::unexpected(refused("That is no key file: it is too large.", "Give the copy of /var/lib/mfa/key."));
    Secret more = Secret::of_size(all.size() + piece->size());
    std::ranges::copy(piece->bytes(), std::ranges::copy(all.bytes(), more.writable().begin()).out);
    all = std::move(more);
  }
}

}  // namespace

std::expected<CopyFacts, RequestError> backup_store(Engine& engine, const Asker& asker) {
  if (!may(asker.caller.uid, Verb::backup_store))
    return std::unexpected(refused("Only root may take a backup of the store.", "Run it with sudo."));
  const auto copy = engine.store.copy();
  if (!copy) {
    RequestError error = store_failed(engine, asker, copy.error());
    if (copy.error() == StoreError::busy) error.text = "Another backup is being made.";
    if (copy.error() == StoreError::full) error.text = "There is no room beside the store for a copy.";
    return std::unexpected(std::move(error));
  }
  // Recorded before anybody has it.
  Event about = store_event(engine, EventKind::store_copied);
  about.reason = fmt::format("to row {}", (*copy)->facts().last);
  if (auto done = engine.store.write([&](Transaction& tx) { tx.append(about); }); !done)
    return std::unexpected(store_failed(engine, asker, done.error()));
  std::vector<std::uint8_t> room(Dialogue::kLongestPiece);
  for (;;) {
    const auto got = (*copy)->read(room);
    if (!got) return std::unexpected(store_failed(engine, asker, got.error()));
    if (*got == 0) return (*copy)->facts();
    if (auto given = asker.dialogue.give(std::span(room).first(*got)); !given)
      return std::unexpected(dialogue_failed(given.error()));
  }
}

std::expected<Restored, RequestError> restore_store(Engine& engine, const Asker& asker, bool with_key) {
  if (!may(asker.caller.uid, Verb::restore_store))
    return std::unexpected(refused("Only root may restore the store.", "Run it with sudo."));
  RestoreTerms terms;
  if (with_key) {
    auto key = taken(asker, "key");
    if (!key) return std::unexpected(std::move(key.error()));
    terms.other_key = *std::move(key);
  }
  const auto draft = engine.store.draft();
  if (!draft) return std::unexpected(not_restored(engine, asker, draft.error()));
  for (;;) {
    const auto piece = asker.dialogue.take("backup");
    if (!piece) return std::unexpected(dialogue_failed(piece.error()));
    if (piece->empty()) break;
    if (auto kept = (*draft)->append(piece->bytes()); !kept)
      return std::unexpected(not_restored(engine, asker, kept.error()));
  }
  terms.about = store_event(engine, EventKind::store_restored);
  terms.steps_ahead = engine.settings.totp_window;
  terms.alive = [&asker] { asker.dialogue.show(""); };
  auto done = engine.store.restore(**draft, terms);
  if (!done) return std::unexpected(not_restored(engine, asker, done.error()));
  if (!done->opens) return std::unexpected(does_not_open(engine, asker, *done));
  return *std::move(done);
}

std::expected<KeyRotation, RequestError> rotate_key(Engine& engine, const Asker& asker) {
  if (!may(asker.caller.uid, Verb::rotate_key))
    return std::unexpected(refused("Only root may change the key of the store.", "Run it with sudo."));
  auto done = engine.store.rotate_key(store_event(engine, EventKind::key_rotated));
  if (done) return *std::move(done);
  RequestError error = store_failed(engine, asker, done.error());
  if (done.error() == StoreError::unavailable) error.text = "The key could not be changed; it is as it was.";
  if (done.error() == StoreError::full) error.text = "There is no room on the disk for that; the key is as it was.";
  if (done.error() == StoreError::keys_full)
    return std::unexpected(
        refused("This store's key was changed as often as it can be; it is as it was.",
                "What is kept of each old key proves the trail, and fills the key file. A new store begins anew."));
  return std::unexpected(std::move(error));
}

}  // namespace mfa
