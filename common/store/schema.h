// The tables of the store and the steps from one version to the next.
//
// A store says which schema it has (PRAGMA user_version) and that it is one of ours (application_id). Steps run in one
// transaction, all or none. A store of a newer release is refused, never touched.
#pragma once

#include <span>

#include "common/store/connection.h"
#include "common/store/keyring.h"

namespace mfa {

// Brings the tables from the version before to the next one. They are run in order; the first makes version 1.
using SchemaStep = const char*;  // SQL, any number of statements
[[nodiscard]] std::span<const SchemaStep> schema_steps();

inline constexpr std::int64_t kApplicationId = 0x6D666131;  // "mfa1" in the file's header, for file(1)

struct SchemaChange {
  std::int64_t from = 0;
  std::int64_t to = 0;
};
// Throws StoreFailure damaged if the file is no store of ours. Writes nothing.
void require_store(Connection& connection);
// Throws StoreFailure damaged if its tables are not, to the letter, those that the steps up to its version make.
void require_own_tables(Connection& connection);
// Runs what is missing; `from` and `to` are equal if nothing was. Inside the caller's transaction. Throws StoreFailure
// too_new.
SchemaChange bring_up_to_date(Connection& connection, std::span<const SchemaStep> steps);

// Makes a store of an empty database: tables, its random id, and a value sealed with the newest key, by which a wrong
// key is noticed when the store is opened.
void make_store(Connection& connection, const KeyRing& keys, UnixTime now);
// Throws StoreFailure wrong_key, or damaged.
void check_key(Connection& connection, const KeyRing& keys);
// The key that the store says it is sealed with. Throws StoreFailure damaged.
[[nodiscard]] KeyId key_of_store(Connection& connection);
// Makes the ring's key that one.
void renew_key_check(Connection& connection, const KeyRing& keys);

}  // namespace mfa
