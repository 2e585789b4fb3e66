// A store of schema version 2 and its key, as the releases before enrolment in the login wrote them (sqlite3's .dump).
#pragma once

namespace mfa::test {

inline constexpr const char* kVersion2Key = R"key(mfa-key 1
70d9f98b 99c6e8ac675ec497d93a90c3a889a1aa339522bcb0d7563349f708e3dfc2a4be
)key";

// clang-format off
inline constexpr const char* kVersion2Dump = R"sql(
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
  one       INTEGER PRIMARY KEY CHECK (one = 1),
  store_id  BLOB    NOT NULL CHECK (length(store_id) = 16),
  created   INTEGER NOT NULL,
  key_check BLOB    NOT NULL
) STRICT;
INSERT INTO meta VALUES(1,X'87d9373a74351d331ebd053af4e2d7e3',1790000000,X'0170d9f98b6b9c30c6b9f9b1c3b2808c165580be5a28126b94f7f993e1c2b493af165a6382c325a0baf3840d2e04798c9cfe828fa5724c9e59');
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
, next_trust INTEGER NOT NULL DEFAULT 1 CHECK (next_trust BETWEEN 1 AND 4294967295)) STRICT;
INSERT INTO person VALUES(1,'alice',1001,1790000000,5,1,1790000400,1790000460,1,3,2,2);
INSERT INTO person VALUES(2,'bob',1002,1790000050,0,0,-2147483648,-2147483648,0,1,0,1);
CREATE TABLE recovery_code (
  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  hash   BLOB    NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (person, hash)
) STRICT, WITHOUT ROWID;
INSERT INTO recovery_code VALUES(1,X'75298cec7e34ca59748bcdde388eb56e553aaa85d01970d109e0ac531b211a03');
INSERT INTO recovery_code VALUES(1,X'e9dc21cc4fd1ca042996dc6fff696b79e2b36a38452e2c97522cd429cf8739a5');
CREATE TABLE step_up (
  person   INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  terminal BLOB    NOT NULL CHECK (length(terminal) = 32),
  until    INTEGER NOT NULL,
  PRIMARY KEY (person, terminal)
) STRICT, WITHOUT ROWID;
INSERT INTO step_up VALUES(1,X'1391316b594931ccd945ac7de2f3fc02471573b22839a6d9278272b73ce8418d',1790000700);
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
INSERT INTO event VALUES(1,1790000000,60,'','','','','','','',X'ef75808d72992a3a8161e7ac53b0127b',X'2e895d2b86d3888ef1ab759d0d2362b01292401cf650adf39b75f3f466d8d9fc',1893333387,X'768852829757ae6c7b838206d43586b5fc1927fbd7e437f1ea85f5898a41ee3f');
INSERT INTO event VALUES(2,1790000200,7,'alice','','sshd','203.0.113.7','lab-gw','totp-1','',X'b811c8677fa68d0085e39236a2707ef7',X'73040046a91243a8263051e252a6db7ce2ce484a5f7d96288828892238d0a482',1893333387,X'41e07eb240fe4e1f15501c4b63aa69ffe3e4608446a5aa1f377d12f855cd85ab');
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
INSERT INTO trust VALUES(1,1,2,'203.0.113.7','the laptop at 203.0.113.7','lab-gw','students at home',1790000500,1790600500,1790000600,'9f2c61d0','DE','203.0.113.0/24',3,4,1790000700,1,1);
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
INSERT INTO factor VALUES(1,1,1,'iPhone',1790000100,-2147483648,X'0170d9f98bf3904f0e26375c38271c665301a1878dc256d7d2c56221688c74898d194ac509e0c8f673394cdaad1c9d2da25430f9e3',1,6,30,-2147483648,NULL,NULL);
INSERT INTO factor VALUES(1,2,5,'YubiKey',1790000100,-2147483648,NULL,NULL,NULL,NULL,NULL,'sk-ssh-ed25519@openssh.com','SHA256:Jk1w8rHnV0hZ3xq9m5cT2uYbLpE7sD4aGfRoW6iQzXc');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('person',2);
CREATE INDEX event_by_user ON event (user, seq) WHERE user IS NOT NULL;
CREATE INDEX helpdesk_act_by_actor ON event (actor, at) WHERE kind BETWEEN 80 AND 99;
PRAGMA application_id=1835426097;
PRAGMA user_version=2;
COMMIT;
)sql";
// clang-format on

}  // namespace mfa::test
