// What root does to the store as a whole: a new key, backups.
#pragma once

#include <expected>

#include "common/flows/requests.h"

namespace mfa {

// Others wait while it is done, about a second for 100,000 people.
[[nodiscard]] std::expected<KeyRotation, RequestError> rotate_key(Engine& engine, const Asker& asker);

// The file goes out through the dialogue before this returns.
[[nodiscard]] std::expected<CopyFacts, RequestError> backup_store(Engine& engine, const Asker& asker);
// It comes in through the dialogue ("backup"), and so does a key file that was kept with it ("key").
[[nodiscard]] std::expected<Restored, RequestError> restore_store(Engine& engine, const Asker& asker, bool with_key);

}  // namespace mfa
