// A store of schema version 4 and its key, as the releases before notices and choices of one's own wrote them
// (sqlite3's .dump).
#pragma once

namespace mfa::test {

inline constexpr const char* kVersion4Key = R"key(mfa-key 1
6f445186 d4b053750adbe99d560a90fb922936aa166e233ffe63bf6df2544d3343287a53
)key";

// clang-format off
inline constexpr const char* kVersion4Dump = R"sql(
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
  one       INTEGER PRIMARY KEY CHECK (one = 1),
  store_id  BLOB    NOT NULL CHECK (length(store_id) = 16),
  created   INTEGER NOT NULL,
  key_check BLOB    NOT NULL
) STRICT;
INSERT INTO meta VALUES(1,X'f0f834b416381826e383441feb263682',1790000000,X'016f445186937080ef6c0252ac6e8489dfeb159cd777bdfcbe47b9798446db2bb794c98b2b1872eb3ac67c61c3ff704c2393a703f810dccf91');
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
, next_trust INTEGER NOT NULL DEFAULT 1 CHECK (next_trust BETWEEN 1 AND 4294967295), enrol_by_code INTEGER NOT NULL DEFAULT 0 CHECK (enrol_by_code IN (0, 1))) STRICT;
INSERT INTO person VALUES(1,'alice',1001,1790000000,5,1,1790000400,1790000460,1,4,2,2,0);
INSERT INTO person VALUES(2,'bob',1002,1790000050,0,0,-2147483648,-2147483648,0,1,0,1,1);
CREATE TABLE recovery_code (
  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  hash   BLOB    NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (person, hash)
) STRICT, WITHOUT ROWID;
INSERT INTO recovery_code VALUES(1,X'1cfc5466fe7064100dca653cf04de70968db8eb86e80cab8f61af09ac3fdd77f');
INSERT INTO recovery_code VALUES(1,X'a12120509c56ac2c7a44fa22084ff33891bbae0853a448e4ab351f7d76e08172');
CREATE TABLE step_up (
  person   INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  terminal BLOB    NOT NULL CHECK (length(terminal) = 32),
  until    INTEGER NOT NULL,
  PRIMARY KEY (person, terminal)
) STRICT, WITHOUT ROWID;
INSERT INTO step_up VALUES(1,X'4e06f6337611650ca0b9708c2cc5ed509612c1f40f3087d012db26ca5c45c845',1790000700);
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
INSERT INTO event VALUES(1,1790000000,60,'','','','','','','',X'353ad5788563695ceee488683b41fc7e',X'b82931271c91047fa964322e3f33146da6cc0d56a86324763a1457223324d856',1866748294,X'2f96e1f8a228ec315070e464a1d04fe6de5b28a10d08fbb795cbbb7f486bdca8');
INSERT INTO event VALUES(2,1790000200,20,'alice','','sshd','203.0.113.7','lab-gw','totp-1','',X'e00cfa9c947404e8cbb8243ce7253401',X'0f90718db5ec18da1bc19a89745c9417455fea3f1fd9b5ddc86e4eab0d01eaf8',1866748294,X'1611248b694ad3699bb14ae53ef402ed1d909c97253e06f5e154ec1f3884ec52');
INSERT INTO event VALUES(3,1790000200,7,'alice','','sshd','203.0.113.7','lab-gw','totp-1','',X'865e33fc90a0bf1f8aac9c18d507527b',X'99b3ffd0d66f82d7768bd9ffa1ea88edfcb0c96d6525e5a440b007ac91ca829a',1866748294,X'4049cd11cf04868e90ee2cc6b0ef42a6516b21089a17552444e33f919cde1957');
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
  fingerprint TEXT    CHECK (length(fingerprint) > 0), counter INTEGER CHECK (counter >= 0), resync INTEGER CHECK (
  kind <> 2 OR (sealed IS NOT NULL AND digits IS NOT NULL AND counter IS NOT NULL AND resync IS NOT NULL)),
  PRIMARY KEY (person, number),
  CHECK (kind <> 1 OR (sealed IS NOT NULL AND algorithm IS NOT NULL AND digits IS NOT NULL AND period IS NOT NULL
                       AND last_step IS NOT NULL)),
  CHECK (kind <> 5 OR (type IS NOT NULL AND fingerprint IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO factor VALUES(1,1,1,'iPhone',1790000100,-2147483648,X'016f44518660ecef97bbde5958fe58f0e896a689b89831cb4ce137fb050436433cc4c71a755b66aea3641ebf41aa56f48530203827',1,6,30,-2147483648,NULL,NULL,NULL,NULL);
INSERT INTO factor VALUES(1,2,5,'YubiKey',1790000100,-2147483648,NULL,NULL,NULL,NULL,NULL,'sk-ssh-ed25519@openssh.com','SHA256:Jk1w8rHnV0hZ3xq9m5cT2uYbLpE7sD4aGfRoW6iQzXc',NULL,NULL);
INSERT INTO factor VALUES(1,3,2,'token',1790000100,-2147483648,X'016f445186e799126d485381ebe5d72ebe048efab610856727ef44d4de42cd8e184439a115b5751f1d49bbbd898a2f539dabe999de',NULL,8,NULL,NULL,NULL,NULL,42,57);
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
INSERT INTO pending_factor VALUES(2,X'016f4451867df48203ba771d7cb0e9e2452ce93fae1ecdf9bb6beb132156d50789ce884cd81bb4b3019fbcaa1c38f4fa06ba4cd3ff',3,8,60,1790000900,'address:203.0.113.7','9f2c61d0');
CREATE TABLE enrolment_code (
  person INTEGER PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
  hash   BLOB    NOT NULL CHECK (length(hash) = 32),
  until  INTEGER NOT NULL
) STRICT;
INSERT INTO enrolment_code VALUES(2,X'715ab474a4be2b7ae9b12520908ea64cce5cd9f9830283b8bde147e6a7fb09fb',1790086400);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('person',2);
CREATE INDEX event_by_user ON event (user, seq) WHERE user IS NOT NULL;
CREATE INDEX helpdesk_act_by_actor ON event (actor, at) WHERE kind BETWEEN 80 AND 99;
CREATE INDEX pending_factor_by_time ON pending_factor (until);
PRAGMA application_id=1835426097;
PRAGMA user_version=4;
COMMIT;
)sql";
// clang-format on

}  // namespace mfa::test
