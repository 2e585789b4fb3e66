// A new key for a store: everything sealed is sealed anew, in one transaction.
//
// The key file comes first and holds both keys until that transaction is on disk. Which of them is the store's, the
// store itself says (its key check). So whatever is killed at whatever point, the store and the file fit: it is the old
// key as long as the transaction is not there, and the new one from then on. What is hashed under the old key (codes,
// the chain of the trail) stays so, and goes on being checked with what the file keeps of it (keyring.h, retired).
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>

#include "common/domain/event.h"
#include "common/store/connection.h"
#include "common/store/keyring.h"

namespace mfa {

// The file of the store's keys. Errors are sentences.
struct KeyFile {
  std::function<std::expected<Secret, std::string>()> read;
  // Whole or not at all; on disk when it returns.
  std::function<std::expected<void, std::string>(const Secret&)> replace;
  explicit operator bool() const { return read && replace; }
};

struct NewKey {
  KeyRing keys;             // sealing with the new one, opening with both
  std::int64_t sealed = 0;  // values that were sealed anew
};
// Inside the caller's transaction. Throws StoreFailure; the file is then as it was, unless that cannot be written
// either, which does no harm.
[[nodiscard]] NewKey seal_with_new_key(Connection& connection, KeyId current, const KeyFile& file);

// Leaves in the file the key alone that the store is sealed with. To be called when nothing is under way. Throws
// StoreFailure.
[[nodiscard]] KeyRing leave_one_key(Connection& connection, KeyId current, const KeyFile& file);

// Seals every value of the store anew that is not sealed with the ring's key. How many there were.
std::int64_t seal_all(Connection& connection, const KeyRing& keys);

}  // namespace mfa
