// What keeps a store healthy and is no work of a login: each goes through the queue like any other command.

#include <fmt/format.h>

#include "common/store/rotation.h"
#include "common/store/schema.h"
#include "common/store/sqlite_store.h"

namespace mfa {

std::expected<KeyRotation, StoreError> SqliteStore::rotate_key(const Event& about) {
  KeyRotation rotation;
  if (auto done = submit(CommandKind::alone, [&](Transaction&) { rotation = rotate(about); }); !done)
    return std::unexpected(done.error());
  return rotation;
}

// From the commit on the new key counts: what fails before leaves all as it was, and what fails behind it is mended by
// the next start. A commit that failed may be on disk nevertheless, so both keys stay in the file then.
KeyRotation SqliteStore::rotate(Event about) {
  if (!file_.key_file()) throw StoreFailure(StoreError::unavailable, "the keys cannot be changed here");
  Connection& connection = file_.connection();
  connection.execute("BEGIN IMMEDIATE");
  const KeyId before = key_of_store(connection);
  NewKey made = seal_with_new_key(connection, before, file_.key_file());
  KeyRotation rotation{.before = fmt::format("{:08x}", before.value),
                       .now = fmt::format("{:08x}", made.keys.newest().value),
                       .sealed = made.sealed};
  about.reason = fmt::format("{} to {}", rotation.before, rotation.now);
  TrailHead head = read_head(connection, made.keys);
  append_event(connection, made.keys, about, head);
  connection.execute("COMMIT");
  file_.change_keys(std::move(made.keys));
  journal_.record(about, mark_of(file_.keys(), head));
  file_.tend();
  return rotation;
}

}  // namespace mfa
