#include "common/store/restoring.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "common/domain/hotp.h"
#include "common/store/columns.h"
#include "common/store/failure.h"

namespace mfa {

namespace {

// Empty, if nothing is learned.
constexpr const char* kTables =
    "CREATE TEMP TABLE IF NOT EXISTS used_factor (person INTEGER, number INTEGER, kind INTEGER, added INTEGER,"
    " last_step INTEGER, counter INTEGER, resync INTEGER, PRIMARY KEY (person, number)) WITHOUT ROWID;"
    "CREATE TEMP TABLE IF NOT EXISTS unused_code (person INTEGER, hash BLOB, PRIMARY KEY (person, hash)) WITHOUT ROWID;"
    "CREATE TEMP TABLE IF NOT EXISTS known (person INTEGER PRIMARY KEY, failures INTEGER, locks INTEGER, at INTEGER,"
    " until INTEGER, by_code INTEGER, reported INTEGER, asks_off INTEGER, failed INTEGER, next_factor INTEGER,"
    " next_trust INTEGER, factors INTEGER, uid INTEGER, first_seen INTEGER, name TEXT, version TEXT, language TEXT)";

// Nothing that was granted for a while is granted again: it may have been taken back since. Numbers of people and of
// calls that were given out since are not given out again, while somebody may still be on one of those.
constexpr const char* kGone =
    "DELETE FROM trust; DELETE FROM phone_code; DELETE FROM pending_factor; DELETE FROM enrolment_code;"
    "DELETE FROM bypass_code; DELETE FROM identified; DELETE FROM journey; DELETE FROM step_up;"
    "UPDATE message SET outcome = 3 WHERE outcome = 1;"
    "UPDATE sqlite_sequence SET seq = seq + 1000000;"
    "UPDATE person SET exempt_until = -2147483648";

// The chain of a row stands for all rows before it; the first is made from the store's id.
bool goes_on_from(Connection& draft, Connection& replaced, std::int64_t last) {
  constexpr std::string_view kChain = "SELECT store_id, chain FROM meta, event WHERE seq = ?";
  auto one = draft.prepared(kChain);
  auto other = replaced.prepared(kChain);
  return one.bind(last).row() && other.bind(last).row() && one.blob(0) == other.blob(0) && one.blob(1) == other.blob(1);
}

void copy_rows(Connection& draft, Connection& replaced, std::string_view rows, int columns, std::string_view insert) {
  auto found = replaced.prepared(rows);
  while (found.row()) {
    auto row = draft.prepared(insert);
    for (int column = 0; column < columns; ++column) row.bind(found.integer(column));
    row.run();
  }
}

void copy_factors(Connection& draft, Connection& replaced) {
  static_assert(static_cast<int>(kNever) == -2147483648);
  copy_rows(draft, replaced,
            "SELECT person, number, kind, added, coalesce(last_step, -2147483648), coalesce(counter, 0),"
            " coalesce(resync, -2147483648) FROM factor",
            7, "INSERT INTO temp.used_factor VALUES (?, ?, ?, ?, ?, ?, ?)");
}

constexpr int kNumbersOfPeople = 14;
void copy_people(Connection& draft, Connection& replaced) {
  auto found = replaced.prepared(
      "SELECT id, failures, locks, locked_at, locked_until, enrol_by_code, reported, asks_off, failed_since_login,"
      " next_factor, next_trust, (SELECT count(*) FROM factor WHERE factor.person = person.id), uid, first_seen, name,"
      " reported_version, language FROM person");
  while (found.row()) {
    auto row = draft.prepared("INSERT INTO temp.known VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (int column = 0; column < kNumbersOfPeople; ++column) row.bind(found.integer(column));
    const std::array<std::string, 3> texts{found.text(kNumbersOfPeople), found.text(kNumbersOfPeople + 1),
                                           found.text(kNumbersOfPeople + 2)};
    for (const std::string& text : texts) row.bind(text);
    row.run();
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

bool learn_what_was_used(Connection& draft, Connection& replaced, std::int64_t last) {
  draft.execute(kTables);
  if (!goes_on_from(draft, replaced, last)) return false;
  copy_factors(draft, replaced);
  copy_codes(draft, replaced);
  copy_people(draft, replaced);
  return true;
}

void forget_what_was_used(Connection& draft) {
  draft.execute(kTables);
  draft.execute("DELETE FROM temp.used_factor; DELETE FROM temp.unused_code; DELETE FROM temp.known");
}

void note_what_came_back(Connection& draft, Restored& restored) {
  constexpr const char* kCameBack =
      "CREATE TEMP TABLE gone AS SELECT name, 0 AS kind, 0 AS number FROM person"
      " WHERE id NOT IN (SELECT person FROM temp.known);"
      "INSERT INTO gone SELECT person.name, factor.kind, factor.number FROM factor JOIN person"
      " ON person.id = factor.person WHERE NOT EXISTS (SELECT 1 FROM temp.used_factor AS used"
      " WHERE used.person = factor.person AND used.number = factor.number AND used.added = factor.added)";
  draft.execute(kCameBack);
  restored.all_that_came_back = draft.number("SELECT count(*) FROM temp.gone");
  auto rows = draft.prepared("SELECT name, kind, number FROM temp.gone ORDER BY name, number LIMIT ?");
  rows.bind(kMostNamed);
  while (rows.row()) {
    const auto kind = known<FactorKind>(rows.integer(1));
    restored.came_back.push_back(
        {.user = rows.text(0), .factor = kind ? fmt::format("{}-{}", name_of(*kind), rows.integer(2)) : ""});
  }
}

void note_who_was_renamed(Connection& draft, Restored& restored) {
  auto rows = draft.prepared(
      "SELECT person.name, known.name FROM person JOIN temp.known ON known.person = person.id"
      " WHERE known.name <> person.name OR known.uid <> person.uid ORDER BY person.name LIMIT ?");
  rows.bind(kMostNamed);
  while (rows.row()) restored.named_as_before.push_back({.user = rows.text(0), .was = rows.text(1)});
}

void ask_for_codes(Connection& draft, Restored& restored) {
  draft.execute(
      "CREATE TEMP TABLE bare AS SELECT person, name FROM temp.known WHERE factors > 0"
      " AND NOT EXISTS (SELECT 1 FROM factor WHERE factor.person = known.person);"
      // Whose name or number somebody else had then has no row here: who that is has to be said first.
      "INSERT OR IGNORE INTO person (id, name, uid, first_seen, failures, locks, locked_at, locked_until,"
      " default_factor, next_factor, next_trust, failed_since_login, enrol_by_code, language)"
      " SELECT person, name, uid, first_seen, failures, locks, at, until, 0, next_factor, next_trust, failed,"
      " max(by_code, factors > 0), language FROM temp.known WHERE person NOT IN (SELECT id FROM person);"
      "UPDATE person SET enrol_by_code = 1 WHERE id IN (SELECT person FROM temp.bare)");
  restored.all_by_code = draft.number("SELECT count(*) FROM temp.bare");
  auto rows = draft.prepared("SELECT name FROM temp.bare ORDER BY name LIMIT ?");
  rows.bind(kMostNamed);
  while (rows.row()) restored.by_code.push_back(rows.text(0));
}

void void_what_lives(Connection& draft, UnixTime now, std::int64_t steps_ahead) {
  static_assert(static_cast<int>(FactorKind::totp) == 1 && static_cast<int>(FactorKind::hotp) == 2);
  draft.execute(kTables);
  draft.execute(
      "UPDATE factor SET last_step = max(factor.last_step, used.last_step) FROM temp.used_factor AS used"
      " WHERE used.person = factor.person AND used.number = factor.number AND used.added = factor.added"
      " AND used.kind = 1 AND factor.kind = 1;"
      "UPDATE factor SET counter = 9007199254739992, resync = -2147483648 WHERE kind = 2 AND NOT EXISTS"
      " (SELECT 1 FROM temp.used_factor AS used WHERE used.person = factor.person AND used.number = factor.number"
      " AND used.added = factor.added AND used.kind = 2);"
      "UPDATE factor SET counter = used.counter, resync = used.resync FROM temp.used_factor AS used"
      " WHERE used.person = factor.person AND used.number = factor.number AND used.added = factor.added"
      " AND used.kind = 2 AND factor.kind = 2 AND used.counter >= factor.counter;"
      "UPDATE recovery_code SET used = 1 WHERE used = 0 AND NOT EXISTS (SELECT 1 FROM temp.unused_code AS unused"
      " WHERE unused.person = recovery_code.person AND unused.hash = recovery_code.hash);"
      "UPDATE person SET failures = max(person.failures, known.failures), locks = max(person.locks, known.locks),"
      " locked_at = max(person.locked_at, known.at), locked_until = max(person.locked_until, known.until),"
      " enrol_by_code = max(person.enrol_by_code, known.by_code), asks_off = min(person.asks_off, known.asks_off),"
      " failed_since_login = max(person.failed_since_login, known.failed),"
      " next_factor = max(person.next_factor, known.next_factor),"
      " next_trust = max(person.next_trust, known.next_trust),"
      " reported_version = iif(known.reported > person.reported, known.version, person.reported_version),"
      " reported = max(person.reported, known.reported)"
      " FROM temp.known WHERE known.person = person.id");
  // Where no token will ever count to; a guesser's luck may still move it on.
  static_assert(kHighestHotpCounter.value - 1000 == 9007199254739992);
  draft.prepared("UPDATE factor SET last_step = max(last_step, ? / period + ?) WHERE kind = 1")
      .bind(now.seconds)
      .bind(steps_ahead)
      .run();
  draft.execute(kGone);
  // Beyond any that a dialogue under way may have proven something at.
  draft.prepared("UPDATE person SET epoch = max(min(epoch + 1, 4294967295), min(max(?, 0), 4294967295))")
      .bind(now.seconds)
      .run();
}

}  // namespace mfa
