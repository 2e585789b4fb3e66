#include "common/store/schema.h"

#include <fmt/format.h>

#include <array>

#include "common/store/failure.h"
#include "common/store/room.h"
#include "common/store/sealed.h"
#include "common/store/sealed_places.h"

namespace mfa {

namespace {

// Times and steps that are not set are kept as -2147483648 (columns.h, kNever), which takes the four bytes that
// real ones take: rows keep their width when they change, and a login dirties fewer pages.
constexpr SchemaStep kVersion1 = R"sql(
CREATE TABLE meta (
  one       INTEGER PRIMARY KEY CHECK (one = 1),
  store_id  BLOB    NOT NULL CHECK (length(store_id) = 16),
  created   INTEGER NOT NULL,
  key_check BLOB    NOT NULL
) STRICT;

CREATE TABLE person (
  id                 INTEGER PRIMARY KEY AUTOINCREMENT,
  name               TEXT    NOT NULL UNIQUE CHECK (length(name) > 0),
  uid                INTEGER NOT NULL UNIQUE CHECK (uid BETWEEN 0 AND 4294967295),
  first_seen         INTEGER NOT NULL,
  failures           INTEGER NOT NULL CHECK (failures BETWEEN 0 AND 4294967295),
  locks              INTEGER NOT NULL CHECK (locks BETWEEN 0 AND 4294967295),
  locked_at          INTEGER NOT NULL,
  locked_until       INTEGER NOT NULL,
  default_factor     INTEGER NOT NULL CHECK (default_factor BETWEEN 0 AND 4294967295),
  next_factor        INTEGER NOT NULL CHECK (next_factor BETWEEN 1 AND 4294967295),
  failed_since_login INTEGER NOT NULL CHECK (failed_since_login BETWEEN 0 AND 4294967295)
) STRICT;

CREATE TABLE factor (
  person    INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  number    INTEGER NOT NULL CHECK (number BETWEEN 1 AND 4294967295),
  kind      INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 255),
  name      TEXT    NOT NULL CHECK (length(name) > 0),
  added     INTEGER NOT NULL,
  last_used INTEGER NOT NULL,
  sealed    BLOB    NOT NULL,
  algorithm INTEGER NOT NULL CHECK (algorithm BETWEEN 1 AND 3),
  digits    INTEGER NOT NULL CHECK (digits BETWEEN 6 AND 8),
  period    INTEGER NOT NULL CHECK (period BETWEEN 10 AND 300),
  last_step INTEGER NOT NULL,
  PRIMARY KEY (person, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_code (
  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  hash   BLOB    NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (person, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE step_up (
  person   INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  terminal BLOB    NOT NULL CHECK (length(terminal) = 32),
  until    INTEGER NOT NULL,
  PRIMARY KEY (person, terminal)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  seq        INTEGER PRIMARY KEY CHECK (seq > 0),
  at         INTEGER NOT NULL,
  kind       INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 65535),
  user       TEXT,
  actor      TEXT,
  service    TEXT,
  place      TEXT,
  server     TEXT,
  factor     TEXT,
  reason     TEXT,
  salt       BLOB    CHECK (length(salt) = 16),
  commitment BLOB    NOT NULL CHECK (length(commitment) = 32),
  chain_key  INTEGER NOT NULL CHECK (chain_key BETWEEN 0 AND 4294967295),
  chain      BLOB    NOT NULL CHECK (length(chain) = 32)
) STRICT;
CREATE INDEX event_by_user ON event (user, seq) WHERE user IS NOT NULL;
)sql";

// Trusted devices, clustered by person: a login reads its own person's rows and no other's. And factors that are no
// apps: columns of a kind are there for that kind alone, so that the next kind only adds columns. The index holds acts
// of the helpdesk alone (domain/event.h) and costs a login nothing.
constexpr SchemaStep kVersion2 = R"sql(
ALTER TABLE person ADD COLUMN
  next_trust INTEGER NOT NULL DEFAULT 1 CHECK (next_trust BETWEEN 1 AND 4294967295);

CREATE TABLE trust (
  person           INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  number           INTEGER NOT NULL CHECK (number BETWEEN 1 AND 4294967295),
  kind             INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 255),
  device           TEXT    NOT NULL CHECK (length(device) > 0),
  label            TEXT    NOT NULL,
  server           TEXT    NOT NULL,
  rule             TEXT    NOT NULL,
  since            INTEGER NOT NULL,
  until            INTEGER NOT NULL,
  last_seen        INTEGER NOT NULL,
  password_version TEXT    NOT NULL,
  country          TEXT    NOT NULL,
  network          TEXT    NOT NULL,
  failures         INTEGER NOT NULL CHECK (failures BETWEEN 0 AND 4294967295),
  ended            INTEGER NOT NULL CHECK (ended BETWEEN 0 AND 255),
  ended_at         INTEGER NOT NULL,
  told             INTEGER NOT NULL CHECK (told IN (0, 1)),
  burst            INTEGER NOT NULL CHECK (burst IN (0, 1)),
  PRIMARY KEY (person, number)
) STRICT, WITHOUT ROWID;

ALTER TABLE factor RENAME TO factor_of_version_1;
CREATE TABLE factor (
  person      INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  number      INTEGER NOT NULL CHECK (number BETWEEN 1 AND 4294967295),
  kind        INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 255),
  name        TEXT    NOT NULL CHECK (length(name) > 0),
  added       INTEGER NOT NULL,
  last_used   INTEGER NOT NULL,
  sealed      BLOB,
  algorithm   INTEGER CHECK (algorithm BETWEEN 1 AND 3),
  digits      INTEGER CHECK (digits BETWEEN 6 AND 8),
  period      INTEGER CHECK (period BETWEEN 10 AND 300),
  last_step   INTEGER,
  type        TEXT    CHECK (length(type) > 0),
  fingerprint TEXT    CHECK (length(fingerprint) > 0),
  PRIMARY KEY (person, number),
  CHECK (kind <> 1 OR (sealed IS NOT NULL AND algorithm IS NOT NULL AND digits IS NOT NULL AND period IS NOT NULL
                       AND last_step IS NOT NULL)),
  CHECK (kind <> 5 OR (type IS NOT NULL AND fingerprint IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO factor (person, number, kind, name, added, last_used, sealed, algorithm, digits, period, last_step)
  SELECT person, number, kind, name, added, last_used, sealed, algorithm, digits, period, last_step
  FROM factor_of_version_1;
DROP TABLE factor_of_version_1;

CREATE INDEX helpdesk_act_by_actor ON event (actor, at) WHERE kind BETWEEN 80 AND 99;
)sql";

// Enrolment in the login. A person has at most one key that is not proven yet and one enrolment code. The index is for
// the sweep, so that what others left half done costs nobody. A column that is added is not in the rows yet: the update
// writes them at the width that they keep, rather than each person's next login.
constexpr SchemaStep kVersion3 = R"sql(
ALTER TABLE person ADD COLUMN
  enrol_by_code INTEGER NOT NULL DEFAULT 0 CHECK (enrol_by_code IN (0, 1));
UPDATE person SET enrol_by_code = 0;

CREATE TABLE pending_factor (
  person           INTEGER PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
  sealed           BLOB    NOT NULL CHECK (length(sealed) > 33), -- more than an empty key takes (sealed.h)
  algorithm        INTEGER NOT NULL CHECK (algorithm BETWEEN 1 AND 3),
  digits           INTEGER NOT NULL CHECK (digits BETWEEN 6 AND 8),
  period           INTEGER NOT NULL CHECK (period BETWEEN 10 AND 300),
  until            INTEGER NOT NULL,
  place            TEXT    NOT NULL CHECK (length(place) > 0),
  password_version TEXT    NOT NULL
) STRICT;
CREATE INDEX pending_factor_by_time ON pending_factor (until);

CREATE TABLE enrolment_code (
  person INTEGER PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
  hash   BLOB    NOT NULL CHECK (length(hash) = 32),
  until  INTEGER NOT NULL
) STRICT;
)sql";

// Hardware tokens: `counter` is the lowest that is not spent, `resync` the one right behind a code from further ahead.
constexpr SchemaStep kVersion4 = R"sql(
ALTER TABLE factor ADD COLUMN counter INTEGER CHECK (counter >= 0);
ALTER TABLE factor ADD COLUMN resync INTEGER CHECK (
  kind <> 2 OR (sealed IS NOT NULL AND digits IS NOT NULL AND counter IS NOT NULL AND resync IS NOT NULL));
UPDATE factor SET counter = NULL;
)sql";

// What people are told and decide of themselves. The index holds the kinds of is_told() (domain/event.h) alone, so that
// a login finds what it has to tell without reading what else happened. What happened before this release is not told
// any more.
constexpr SchemaStep kVersion5 = R"sql(
ALTER TABLE person ADD COLUMN
  asks_off INTEGER NOT NULL DEFAULT 0 CHECK (asks_off IN (0, 1));
ALTER TABLE person ADD COLUMN
  told INTEGER NOT NULL DEFAULT 0 CHECK (told >= 0);
ALTER TABLE person ADD COLUMN
  reported INTEGER NOT NULL DEFAULT -2147483648;
ALTER TABLE person ADD COLUMN
  reported_version TEXT NOT NULL DEFAULT '';
UPDATE person SET asks_off = 0, told = (SELECT coalesce(max(seq), 0) FROM event), reported = -2147483648,
  reported_version = '';

ALTER TABLE recovery_code ADD COLUMN
  used INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1));

CREATE INDEX event_to_tell ON event (user, seq)
  WHERE kind IN (20, 21, 24, 33) OR kind BETWEEN 40 AND 59 OR kind BETWEEN 80 AND 98;
)sql";

// Telephones. A number lies sealed; by its keyed hash the people are found whom it serves, and what was sent to it. No
// number of a message is ever used again: a call that # answered counts once. factor 0 is the phone that is being
// registered.
constexpr SchemaStep kVersion6 = R"sql(
ALTER TABLE factor ADD COLUMN language TEXT CHECK (length(language) > 0);
ALTER TABLE factor ADD COLUMN number_hash BLOB CHECK (
  kind NOT IN (3, 4) OR (sealed IS NOT NULL AND language IS NOT NULL AND number_hash IS NOT NULL
                         AND length(number_hash) = 32));
UPDATE factor SET language = NULL;
CREATE INDEX factor_by_number ON factor (number_hash) WHERE number_hash IS NOT NULL;

CREATE TABLE phone_code (
  person  INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  factor  INTEGER NOT NULL CHECK (factor BETWEEN 0 AND 4294967295),
  purpose TEXT    NOT NULL CHECK (length(purpose) > 0),
  sealed  BLOB    NOT NULL,
  made    INTEGER NOT NULL,
  until   INTEGER NOT NULL,
  tries   INTEGER NOT NULL CHECK (tries BETWEEN 0 AND 4294967295),
  sent    INTEGER NOT NULL CHECK (sent IN (0, 1)),
  used    INTEGER NOT NULL CHECK (used IN (0, 1)),
  PRIMARY KEY (person, factor)
) STRICT, WITHOUT ROWID;
CREATE INDEX phone_code_by_time ON phone_code (until);

CREATE TABLE message (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  person      INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  number_hash BLOB    NOT NULL CHECK (length(number_hash) = 32),
  at          INTEGER NOT NULL,
  is_call     INTEGER NOT NULL CHECK (is_call IN (0, 1)),
  proven      INTEGER NOT NULL CHECK (proven IN (0, 1)),
  outcome     INTEGER NOT NULL CHECK (outcome BETWEEN 1 AND 4)
) STRICT;
CREATE INDEX message_by_person ON message (person, at);
CREATE INDEX message_by_number ON message (number_hash, at);
CREATE INDEX message_by_time ON message (at);
CREATE INDEX message_by_kind ON message (proven, at);
)sql";

// What was proven counts until something changes that it rested on (flows/proven). Step-ups last five minutes, so none
// is taken over. The index holds the kinds alone that are bounded by time, whatever else happened meanwhile.
constexpr SchemaStep kVersion7 = R"sql(
ALTER TABLE person ADD COLUMN
  epoch INTEGER NOT NULL DEFAULT 0 CHECK (epoch BETWEEN 0 AND 4294967295);
UPDATE person SET epoch = 0;

DROP TABLE step_up;
CREATE TABLE step_up (
  person           INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  terminal         BLOB    NOT NULL CHECK (length(terminal) = 32),
  until            INTEGER NOT NULL,
  epoch            INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
  password_version TEXT    NOT NULL,
  PRIMARY KEY (person, terminal)
) STRICT, WITHOUT ROWID;

CREATE INDEX event_to_bound ON event (user, at)
  WHERE kind BETWEEN 20 AND 24 OR kind = 7 OR reason = 'replayed';
)sql";

// What the helpdesk grants. A person has at most one bypass code. The index is for the sweep.
constexpr SchemaStep kVersion8 = R"sql(
ALTER TABLE person ADD COLUMN
  exempt_until INTEGER NOT NULL DEFAULT -2147483648;
UPDATE person SET exempt_until = -2147483648;

CREATE TABLE bypass_code (
  person INTEGER PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
  hash   BLOB    NOT NULL CHECK (length(hash) = 32),
  until  INTEGER NOT NULL,
  uses   INTEGER NOT NULL CHECK (uses BETWEEN 1 AND 10)
) STRICT;

CREATE TABLE identified (
  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  clerk  INTEGER NOT NULL CHECK (clerk BETWEEN 0 AND 4294967295),
  until  INTEGER NOT NULL,
  PRIMARY KEY (person, clerk)
) STRICT, WITHOUT ROWID;
CREATE INDEX identified_by_time ON identified (until);

CREATE TABLE journey (
  person  INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  country TEXT    NOT NULL CHECK (length(country) = 2),
  until   INTEGER NOT NULL,
  PRIMARY KEY (person, country)
) STRICT, WITHOUT ROWID;
)sql";

// The language that people chose; none is chosen yet.
constexpr SchemaStep kVersion9 = R"sql(
ALTER TABLE person ADD COLUMN
  language TEXT NOT NULL DEFAULT '';
UPDATE person SET language = '';
)sql";

constexpr std::array<SchemaStep, 9> kSteps{kVersion1, kVersion2, kVersion3, kVersion4, kVersion5,
                                           kVersion6, kVersion7, kVersion8, kVersion9};

constexpr SealedPlace kKeyCheckPlace{0, 0, 0, kKeyCheckLabel};
constexpr std::string_view kKeyCheckText = "this key fits this store";
constexpr std::size_t kStoreIdSize = 16;

std::vector<std::uint8_t> key_check_in(Connection& connection) {
  auto meta = connection.prepared("SELECT key_check FROM meta");
  if (!meta.row()) throw StoreFailure(StoreError::damaged, "the store has no key check");
  return meta.blob(0);
}

}  // namespace

std::span<const SchemaStep> schema_steps() { return kSteps; }

void require_store(Connection& connection) {
  if (connection.number("PRAGMA application_id") != kApplicationId || connection.number("PRAGMA user_version") <= 0)
    throw StoreFailure(StoreError::damaged, "the file is not a store of pam_mfa");
}

namespace {

// Those that SQLite makes by itself follow from the others.
std::vector<std::string> tables_of(Connection& connection) {
  auto rows = connection.prepared(
      "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') FROM sqlite_schema"
      " WHERE substr(name, 1, 7) <> 'sqlite_' ORDER BY type, name");
  std::vector<std::string> tables;
  while (rows.row()) tables.push_back(rows.text(0));
  return tables;
}

}  // namespace

void require_own_tables(Connection& connection) {
  const std::int64_t version = connection.number("PRAGMA user_version");
  if (version < 1 || version > std::ssize(kSteps)) throw StoreFailure(StoreError::damaged, "no such schema");
  const auto own = Connection::in_memory();
  bring_up_to_date(*own, schema_steps().first(static_cast<std::size_t>(version)));
  if (tables_of(connection) != tables_of(*own) || connection.number("PRAGMA page_size") != kPageSize ||
      connection.number("PRAGMA auto_vacuum") != 0)
    throw StoreFailure(StoreError::damaged, "its tables are not those of a store of pam_mfa");
}

SchemaChange bring_up_to_date(Connection& connection, std::span<const SchemaStep> steps) {
  const SchemaChange change{connection.number("PRAGMA user_version"), static_cast<std::int64_t>(steps.size())};
  if (change.from > change.to)
    throw StoreFailure(StoreError::too_new,
                       fmt::format("the store has schema {}, this release knows {}", change.from, change.to));
  if (change.from == change.to) return change;
  for (const SchemaStep step : steps.subspan(static_cast<std::size_t>(change.from))) connection.execute(step);
  connection.execute(
      fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", kApplicationId, change.to).c_str());
  return change;
}

void make_store(Connection& connection, const KeyRing& keys, UnixTime now) {
  bring_up_to_date(connection, schema_steps());
  std::array<std::uint8_t, kStoreIdSize> id{};
  random_bytes(id);
  const std::string check = seal(keys, kKeyCheckPlace, Secret(kKeyCheckText));
  connection.prepared("INSERT INTO meta (one, store_id, created, key_check) VALUES (1, ?, ?, ?)")
      .bind_blob(id)
      .bind(now.seconds)
      .bind_blob({reinterpret_cast<const std::uint8_t*>(check.data()), check.size()})
      .run();
}

void check_key(Connection& connection, const KeyRing& keys) {
  if (open_sealed(keys, kKeyCheckPlace, key_check_in(connection)) != Secret(kKeyCheckText))
    throw StoreFailure(StoreError::damaged, "the store's key check holds something else");
}

KeyId key_of_store(Connection& connection) { return sealed_with(key_check_in(connection)); }

void renew_key_check(Connection& connection, const KeyRing& keys) {
  const std::string check = seal(keys, kKeyCheckPlace, Secret(kKeyCheckText));
  connection.prepared("UPDATE meta SET key_check = ?")
      .bind_blob({reinterpret_cast<const std::uint8_t*>(check.data()), check.size()})
      .run();
}

}  // namespace mfa
