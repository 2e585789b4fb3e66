#include "common/store/restoring.h"

#include <fmt/format.h>

#include "common/domain/hotp.h"
#include "common/store/columns.h"
#include "common/store/failure.h"

namespace mfa {

namespace {

// Empty, if nothing is learned.
constexpr const char* kTables =
    "CREATE TEMP TABLE IF NOT EXISTS used_factor (person INTEGER, number INTEGER, kind INTEGER, last_step INTEGER,"
    " counter INTEGER, resync INTEGER, PRIMARY KEY (person, number)) WITHOUT ROWID;"
    "CREATE TEMP TABLE IF NOT EXISTS unused_code (person INTEGER, hash BLOB, PRIMARY KEY (person, hash)) WITHOUT ROWID";

// Nothing that was granted for a while is granted again: it may have been taken back since.
constexpr const char* kGone =
    "DELETE FROM trust; DELETE FROM phone_code; DELETE FROM pending_factor; DELETE FROM enrolment_code;"
    "DELETE FROM bypass_code; DELETE FROM identified; DELETE FROM journey; DELETE FROM step_up;"
    "UPDATE person SET epoch = min(epoch + 1, 4294967295), exempt_until = -2147483648";

std::vector<std::uint8_t> id_of(Connection& connection) {
  auto meta = connection.prepared("SELECT store_id FROM meta");
  if (!meta.row()) throw StoreFailure(StoreError::damaged, "the store has no id");
  return meta.blob(0);
}

void copy_factors(Connection& draft, Connection& replaced) {
  static_assert(static_cast<int>(kNever) == -2147483648);
  auto rows = replaced.prepared(
      "SELECT person, number, kind, coalesce(last_step, -2147483648), coalesce(counter, 0),"
      " coalesce(resync, -2147483648) FROM factor WHERE kind IN (1, 2)");
  while (rows.row()) {
    auto insert = draft.prepared("INSERT INTO temp.used_factor VALUES (?, ?, ?, ?, ?, ?)");
    for (int column = 0; column < 6; ++column) insert.bind(rows.integer(column));
    insert.run();
  }
}

void copy_codes(Connection& draft, Connection& replaced) {
  auto rows = replaced.prepared("SELECT person, hash FROM recovery_code WHERE used = 0");
  while (rows.row()) {
    const auto hash = rows.blob(1);
    draft.prepared("INSERT INTO temp.unused_code VALUES (?, ?)").bind(rows.integer(0)).bind_blob(hash).run();
  }
}

}  // namespace

bool learn_what_was_used(Connection& draft, Connection& replaced) {
  draft.execute(kTables);
  if (id_of(draft) != id_of(replaced)) return false;
  copy_factors(draft, replaced);
  copy_codes(draft, replaced);
  return true;
}

void void_what_lives(Connection& draft, UnixTime now, std::int64_t steps_ahead) {
  static_assert(static_cast<int>(FactorKind::totp) == 1 && static_cast<int>(FactorKind::hotp) == 2);
  draft.execute(kTables);
  draft.execute(
      "UPDATE factor SET last_step = max(factor.last_step, used.last_step) FROM temp.used_factor AS used"
      " WHERE used.person = factor.person AND used.number = factor.number AND used.kind = 1 AND factor.kind = 1;"
      "UPDATE factor SET counter = counter + 10, resync = -2147483648 WHERE kind = 2 AND NOT EXISTS"
      " (SELECT 1 FROM temp.used_factor AS used WHERE used.person = factor.person AND used.number = factor.number"
      " AND used.kind = 2);"
      "UPDATE factor SET counter = used.counter, resync = used.resync FROM temp.used_factor AS used"
      " WHERE used.person = factor.person AND used.number = factor.number AND used.kind = 2 AND factor.kind = 2"
      " AND used.counter >= factor.counter;"
      "UPDATE recovery_code SET used = 1 WHERE used = 0 AND NOT EXISTS (SELECT 1 FROM temp.unused_code AS unused"
      " WHERE unused.person = recovery_code.person AND unused.hash = recovery_code.hash)");
  static_assert(kHotpWindow == 10);
  draft.prepared("UPDATE factor SET last_step = max(last_step, ? / period + ?) WHERE kind = 1")
      .bind(now.seconds)
      .bind(steps_ahead)
      .run();
  draft.execute(kGone);
}

}  // namespace mfa
