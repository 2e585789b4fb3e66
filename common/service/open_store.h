// Where the key and the store lie, and opening the one with the other. The key lies beside the store.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "common/ports/store.h"
#include "common/ports/system.h"
#include "common/store/keyring.h"
#include "common/system/confinement.h"

namespace mfa {

// "/var/lib/mfa/mfa.db" -> "/var/lib/mfa/key"
[[nodiscard]] std::string key_path_of(const std::string& store_path);

// The folder of both, and what in it is for the programs that mfad runs: nothing but the folder "gateways".
[[nodiscard]] ClosedFolder closed_to_programs(const std::string& store_path);

// As the user that owns it: this process's.
[[nodiscard]] std::expected<KeyRing, std::string> read_key(const std::string& path);

// What ails the key is noted; what ails the store notes the store itself. `missing`: no key or no store. A store that
// is not resident says only when it is used that it is not there.
[[nodiscard]] std::expected<std::shared_ptr<Store>, StoreError> open_store(const std::string& store_path,
                                                                           Journal& journal, bool resident);

// The same without opening it, whatever ails it.
[[nodiscard]] std::expected<std::shared_ptr<Store>, StoreError> store_to_replace(const std::string& store_path,
                                                                                 Journal& journal, bool resident);

}  // namespace mfa
