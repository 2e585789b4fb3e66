// A store of schema version 3 and its key, as the releases before hardware tokens wrote them (sqlite3's .dump).
#pragma once

namespace mfa::test {

inline constexpr const char* kVersion3Key = R"key(mfa-key 1
fbb17cbe 02bffc04d05349604e0aa137b64fa5c97e0367ad65518ea5e73c91e7a0ed0be2
)key";

// clang-format off
inline constexpr const char* kVersion3Dump = R"sql(
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
  one       INTEGER PRIMARY KEY CHECK (one = 1),
  store_id  BLOB    NOT NULL CHECK (length(store_id) = 16),
  created   INTEGER NOT NULL,
  key_check BLOB    NOT NULL
) STRICT;
INSERT INTO meta VALUES(1,X'2b8b33913feddded1a995f206dd34cb1',1790000000,X'01fbb17cbea27f3e9169c468556d9d16caf159c638106f12b578da6481c79960fb45876dd74fdf8bb28d73d62c1125c62f19aad7d320a81301');
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
INSERT INTO person VALUES(1,'alice',1001,1790000000,5,1,1790000400,1790000460,1,3,2,2,0);
INSERT INTO person VALUES(2,'bob',1002,1790000050,0,0,-2147483648,-2147483648,0,1,0,1,1);
CREATE TABLE recovery_code (
  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  hash   BLOB    NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (person, hash)
) STRICT, WITHOUT ROWID;
INSERT INTO recovery_code VALUES(1,X'0ce4e0b7e6d6c472b082ce5da68d2d6b26f0371aa63436341d3a53e1c62a479f');
INSERT INTO recovery_code VALUES(1,X'3941c56840dcf91900de33e6f675753fe2b073cf9dd11df918449e349f7d987a');
CREATE TABLE step_up (
  person   INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  terminal BLOB    NOT NULL CHECK (length(terminal) = 32),
  until    INTEGER NOT NULL,
  PRIMARY KEY (person, terminal)
) STRICT, WITHOUT ROWID;
INSERT INTO step_up VALUES(1,X'68f30e80085ba41540b5264af790c170d48855afac0b963f8bf69b5b5aeb194b',1790000700);
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
INSERT INTO event VALUES(1,1790000000,60,'','','','','','','',X'197996b44939249dee54b03eb7a8a07b',X'd21472542e2a848236434260669d11bb0af3f0bd14ad3111770f8a1d81f6ed9a',4222713022,X'f78113bc16db9e9c4480985a94a13260daec847d6bf591638515e083502d72b5');
INSERT INTO event VALUES(2,1790000200,20,'alice','','sshd','203.0.113.7','lab-gw','totp-1','',X'4738fcf2f2ff78264701a15cb95b983a',X'e79917b41ffbb2025314beaca5ca84a53bc6bec8794b4dd399b69ef17bcfd818',4222713022,X'200de86b3cf53800ff96fc0bccd4c7a410bc0f3739ae74efa4b84f5295ed3077');
INSERT INTO event VALUES(3,1790000200,7,'alice','','sshd','203.0.113.7','lab-gw','totp-1','',X'c55d27ca924c87abc387559f7aa9e922',X'c349e4feaa899eee0c149106a28058191183bd59a06aa124b906e25a13085f62',4222713022,X'185a1b4135c412c1aeba45ef4f15e467c55b6908d1204a80c08801e9725ed946');
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
INSERT INTO factor VALUES(1,1,1,'iPhone',1790000100,-2147483648,X'01fbb17cbee28a8520ac0d9724b48cee88da78d69193561bb3a8c2ede1cc4ce76f8b3a12d130317805d3f8552ce02fb1ce2d8d9ff9',1,6,30,-2147483648,NULL,NULL);
INSERT INTO factor VALUES(1,2,5,'YubiKey',1790000100,-2147483648,NULL,NULL,NULL,NULL,NULL,'sk-ssh-ed25519@openssh.com','SHA256:Jk1w8rHnV0hZ3xq9m5cT2uYbLpE7sD4aGfRoW6iQzXc');
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
INSERT INTO pending_factor VALUES(2,X'01fbb17cbe2ad86c3560856c68aa8fbb44500debd0dfdc2baf885024a2ff9a6d748c7aa07b2787e57e01ef8f30c1fda6668c315bc3',3,8,60,1790000900,'address:203.0.113.7','9f2c61d0');
CREATE TABLE enrolment_code (
  person INTEGER PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
  hash   BLOB    NOT NULL CHECK (length(hash) = 32),
  until  INTEGER NOT NULL
) STRICT;
INSERT INTO enrolment_code VALUES(2,X'6f65dc23eee4fe39be463e0c61d5d304c1dca3e48626b423dd316a1a51e98b69',1790086400);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('person',2);
CREATE INDEX event_by_user ON event (user, seq) WHERE user IS NOT NULL;
CREATE INDEX helpdesk_act_by_actor ON event (actor, at) WHERE kind BETWEEN 80 AND 99;
CREATE INDEX pending_factor_by_time ON pending_factor (until);
PRAGMA application_id=1835426097;
PRAGMA user_version=3;
COMMIT;
)sql";
// clang-format on

}  // namespace mfa::test
