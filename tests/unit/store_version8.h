// A store of schema version 8 and its key, as the releases wrote them that spoke English to everybody (.dump).
#pragma once

namespace mfa::test {

inline constexpr const char* kVersion8Key = R"key(mfa-key 1
58649d17 600b20eb09e8ada6ade05dd44c3d5c0f99f914b39eb927a01d360a2a75b9be03
)key";

// clang-format off
inline constexpr const char* kVersion8Dump = R"sql(
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
  one       INTEGER PRIMARY KEY CHECK (one = 1),
  store_id  BLOB    NOT NULL CHECK (length(store_id) = 16),
  created   INTEGER NOT NULL,
  key_check BLOB    NOT NULL
) STRICT;
INSERT INTO meta VALUES(1,X'4c62f50dc2c0032927b46eb908584ac4',1790000000,X'0158649d17c6dbce22beccbfe9e203338a8ad113b0b6d08dd516ce9f6751761604ee491b481ea673e0658d41ee3294858df63927c9a4a3cdde');
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
, next_trust INTEGER NOT NULL DEFAULT 1 CHECK (next_trust BETWEEN 1 AND 4294967295), enrol_by_code INTEGER NOT NULL DEFAULT 0 CHECK (enrol_by_code IN (0, 1)), asks_off INTEGER NOT NULL DEFAULT 0 CHECK (asks_off IN (0, 1)), told INTEGER NOT NULL DEFAULT 0 CHECK (told >= 0), reported INTEGER NOT NULL DEFAULT -2147483648, reported_version TEXT NOT NULL DEFAULT '', epoch INTEGER NOT NULL DEFAULT 0 CHECK (epoch BETWEEN 0 AND 4294967295), exempt_until INTEGER NOT NULL DEFAULT -2147483648) STRICT;
INSERT INTO person VALUES(1,'alice',1001,1790000000,5,1,1790000400,1790000460,1,5,2,2,0,1,1,1790000600,'9f2c61d0',3,-2147483648);
INSERT INTO person VALUES(2,'bob',1002,1790000050,0,0,-2147483648,-2147483648,0,1,0,1,1,0,0,-2147483648,'',0,1790900000);
CREATE TABLE recovery_code (
  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  hash   BLOB    NOT NULL CHECK (length(hash) = 32), used INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1)),
  PRIMARY KEY (person, hash)
) STRICT, WITHOUT ROWID;
INSERT INTO recovery_code VALUES(1,X'5c0d6e5a23d70bea9671234cb059b91ce80ef971629a0ad06dbcd495e2ab2665',0);
INSERT INTO recovery_code VALUES(1,X'd8b4c8ec32addf27e33e3f9f36db0402fc13c39f409cc9c93728d8208c2101b2',1);
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
INSERT INTO event VALUES(1,1790000000,60,'','','','','','','',X'6057381a9e2d81839bc59ede3d8d2c6d',X'4a15672af4c0fabc390c8b23dd5b27544514513b7f6b132c74201935f810d562',1482988823,X'bdd0e4a446fbbce17c780d2b0e938a07be17a934f8f894eb621a6619df7fe3fb');
INSERT INTO event VALUES(2,1790000200,20,'alice','','sshd','203.0.113.7','lab-gw','totp-1','',X'b3c0b9bfd103b3e185120b52f4b19948',X'0de7789f40bb854c48d736958c79c6f7ca8d1276d04463028ca6e61e88fd15f4',1482988823,X'6a29be709c40180823915469e8991d67514f8bf480a9f4d3e150d907c6e14db5');
INSERT INTO event VALUES(3,1790000200,7,'alice','','sshd','203.0.113.7','lab-gw','totp-1','',X'0ef9e5ceeca8b8f0d240c08cd717b4d3',X'8702110a364607b1c8e29060022a6046077995b0f2585c265ef99447ed7265f6',1482988823,X'd35d90d5a5f4300f101216cfd83944cc3e7b81424749bbbb5b36934e5793d2e1');
INSERT INTO event VALUES(4,1795435830,61,'','','','','','','5 to 6',X'283155adf354b8cf2cac762cb762f0cc',X'254cf180e944a3225fe1b2a4a503a17f8cdb5429fff841f4eabe25ecfd347450',1482988823,X'16fc9b98a02a2dabafb4db44fefe24652c67aea08aaf9a0e4835a6c0fb72cf1d');
INSERT INTO event VALUES(5,1795439318,61,'','','','','','','6 to 7',X'bcaab07d6a43a5e361a39c2def09f2c3',X'46cf3a316362109cc07a0f039c4c7aaebd445f9745e2a5890102ddf92e97aa35',1482988823,X'ea6bb8199c8effab95908e0e0511ec8e7ad26b4e4c5f4513ca997dee7755978f');
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
  kind <> 2 OR (sealed IS NOT NULL AND digits IS NOT NULL AND counter IS NOT NULL AND resync IS NOT NULL)), language TEXT CHECK (length(language) > 0), number_hash BLOB CHECK (
  kind NOT IN (3, 4) OR (sealed IS NOT NULL AND language IS NOT NULL AND number_hash IS NOT NULL
                         AND length(number_hash) = 32)),
  PRIMARY KEY (person, number),
  CHECK (kind <> 1 OR (sealed IS NOT NULL AND algorithm IS NOT NULL AND digits IS NOT NULL AND period IS NOT NULL
                       AND last_step IS NOT NULL)),
  CHECK (kind <> 5 OR (type IS NOT NULL AND fingerprint IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO factor VALUES(1,1,1,'iPhone',1790000100,-2147483648,X'0158649d17f6c5c666766562d9672dabacf04da727f1adf570b23fab6d6e76cd9f77991f8da137e01329a54794a0037010c312ab25',1,6,30,-2147483648,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO factor VALUES(1,2,5,'YubiKey',1790000100,-2147483648,NULL,NULL,NULL,NULL,NULL,'sk-ssh-ed25519@openssh.com','SHA256:Jk1w8rHnV0hZ3xq9m5cT2uYbLpE7sD4aGfRoW6iQzXc',NULL,NULL,NULL,NULL);
INSERT INTO factor VALUES(1,3,2,'token',1790000100,-2147483648,X'0158649d17a303e74ddea5c5f0912f788f0a5701bc0faf00d720646a87f1e9a1d8a0edb8759b187d214b7c939144bc8bf154639b81',NULL,8,NULL,NULL,NULL,NULL,42,57,NULL,NULL);
INSERT INTO factor VALUES(1,4,3,'mobile',1790000100,-2147483648,X'0158649d17be24398038f4157295fdd12f300bf36c344e00eb3588cba26e6ee614f5f584cb179f296f2a5dd853',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'en',X'27d08c49afc7306c968e2083762899ecf6fa3257152834082b9136f3f38e62eb');
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
INSERT INTO pending_factor VALUES(2,X'0158649d17944587d08c6ce583e1b4da8a550b3d2562822a8ceab30d446c8d5bb64753b91267072c1fbc159a5a8315408e27d8316e',3,8,60,1790000900,'address:203.0.113.7','9f2c61d0');
CREATE TABLE enrolment_code (
  person INTEGER PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
  hash   BLOB    NOT NULL CHECK (length(hash) = 32),
  until  INTEGER NOT NULL
) STRICT;
INSERT INTO enrolment_code VALUES(2,X'3c851335eafe7d4a711f07fbcaa7920f6e3d3257a07a673ba3c6ae6bacbdc2d7',1790086400);
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
INSERT INTO phone_code VALUES(1,4,'login sshd lab-gw',X'0158649d1791701de46fa200c36d8ea9a10587717d2d93967a76c4fbe0ace6ac92bc398de99ee653608f1243e9be380edd330d63',1790000050,1790000650,2,1,1);
CREATE TABLE message (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  person      INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  number_hash BLOB    NOT NULL CHECK (length(number_hash) = 32),
  at          INTEGER NOT NULL,
  is_call     INTEGER NOT NULL CHECK (is_call IN (0, 1)),
  proven      INTEGER NOT NULL CHECK (proven IN (0, 1)),
  outcome     INTEGER NOT NULL CHECK (outcome BETWEEN 1 AND 4)
) STRICT;
INSERT INTO message VALUES(1,1,X'27d08c49afc7306c968e2083762899ecf6fa3257152834082b9136f3f38e62eb',1790000600,0,1,2);
CREATE TABLE step_up (
  person           INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  terminal         BLOB    NOT NULL CHECK (length(terminal) = 32),
  until            INTEGER NOT NULL,
  epoch            INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
  password_version TEXT    NOT NULL,
  PRIMARY KEY (person, terminal)
) STRICT, WITHOUT ROWID;
INSERT INTO step_up VALUES(1,X'b1d3e6376d8b612ede12d73cb1388ee70a93aedc721a979eb1c14e5e2c237dde',1790000700,3,'9f2c61d0');
CREATE TABLE bypass_code (
  person INTEGER PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
  hash   BLOB    NOT NULL CHECK (length(hash) = 32),
  until  INTEGER NOT NULL,
  uses   INTEGER NOT NULL CHECK (uses BETWEEN 1 AND 10)
) STRICT;
INSERT INTO bypass_code VALUES(1,X'5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',1790090000,3);
CREATE TABLE identified (
  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  clerk  INTEGER NOT NULL CHECK (clerk BETWEEN 0 AND 4294967295),
  until  INTEGER NOT NULL,
  PRIMARY KEY (person, clerk)
) STRICT, WITHOUT ROWID;
INSERT INTO identified VALUES(1,2000,1790000900);
CREATE TABLE journey (
  person  INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  country TEXT    NOT NULL CHECK (length(country) = 2),
  until   INTEGER NOT NULL,
  PRIMARY KEY (person, country)
) STRICT, WITHOUT ROWID;
INSERT INTO journey VALUES(1,'FJ',1790900000);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('person',2);
INSERT INTO sqlite_sequence VALUES('message',1);
CREATE INDEX event_by_user ON event (user, seq) WHERE user IS NOT NULL;
CREATE INDEX helpdesk_act_by_actor ON event (actor, at) WHERE kind BETWEEN 80 AND 99;
CREATE INDEX pending_factor_by_time ON pending_factor (until);
CREATE INDEX event_to_tell ON event (user, seq)
  WHERE kind IN (20, 21, 24, 33) OR kind BETWEEN 40 AND 59 OR kind BETWEEN 80 AND 98;
CREATE INDEX factor_by_number ON factor (number_hash) WHERE number_hash IS NOT NULL;
CREATE INDEX phone_code_by_time ON phone_code (until);
CREATE INDEX message_by_person ON message (person, at);
CREATE INDEX message_by_number ON message (number_hash, at);
CREATE INDEX message_by_time ON message (at);
CREATE INDEX message_by_kind ON message (proven, at);
CREATE INDEX event_to_bound ON event (user, at)
  WHERE kind BETWEEN 20 AND 24 OR kind = 7 OR reason = 'replayed';
CREATE INDEX identified_by_time ON identified (until);
PRAGMA application_id=1835426097;
PRAGMA user_version=8;
COMMIT;
)sql";
// clang-format on

}  // namespace mfa::test
