// What a backup ends with: a line that nobody can write without the key, over all bytes before it. What lies sealed in
// a store is bound to its place, but not who the person there is; so names could be exchanged in a copy by whoever can
// write it.
//
// The line is "mfa-backup 1 <id of the key> <64 hex digits>\n", the digits HMAC-SHA256(the key's subkey for backups,
// SHA-256(all before)). SQLite does not mind it: it reads as many pages as the file's header says.
#pragma once

#include <string>
#include <string_view>

#include "common/store/crypto.h"
#include "common/store/keyring.h"

namespace mfa {

inline constexpr std::size_t kBackupProofSize = 87;  // bytes

// With the key of the ring that seals. Throws StoreFailure.
[[nodiscard]] std::string backup_proof(const KeyRing& keys, const Digest& all_before);
// Throws StoreFailure: `damaged`, it is no such line or other bytes come before it; `too_new`, a later release's;
// `wrong_key`, the ring does not open what that key sealed.
void check_backup_proof(const KeyRing& keys, std::string_view line, const Digest& all_before);

}  // namespace mfa
