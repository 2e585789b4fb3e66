// A store of schema version 1 and its key, as the first release wrote them (sqlite3's .dump).
#pragma once

namespace mfa::test {

inline constexpr const char* kVersion1Key = R"key(mfa-key 1
afa3218b c5c630ede7e7c1bb7300036946fe25c796ff99654bf869f93868fabbee66af10
)key";

// clang-format off
inline constexpr const char* kVersion1Dump = R"sql(
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
  one       INTEGER PRIMARY KEY CHECK (one = 1),
  store_id  BLOB    NOT NULL CHECK (length(store_id) = 16),
  created   INTEGER NOT NULL,
  key_check BLOB    NOT NULL
) STRICT;
INSERT INTO meta VALUES(1,X'c13e82b45aadab4f397d134f1afe4b37',1790000000,X'01afa3218b0a524fca214311d1d05a49562cd7d9b43bed260f057fcd3601b4af6ad8c8b7d289ec9c9ad12cadfeb190832025f175e7ef45d611');
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
INSERT INTO person VALUES(1,'alice',1001,1790000000,5,1,1790000400,1790000460,0,3,0);
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
INSERT INTO factor VALUES(1,1,1,'iPhone',1790000100,-2147483648,X'01afa3218ba16d0d85ec2570282053ba76ff01c1c73e85a0c36c568b0115fc49ac38424c3ca63ff43f4db661f7647243994671f20e',1,6,30,-2147483648);
INSERT INTO factor VALUES(1,2,1,'tablet',1790000100,1790000300,X'01afa3218b6f82f10d54375991f53c8cb4bcfd716fefc83ce4c412012da22b9f5adceacc913a27081cf32de5a0a228b0ae351b82d2987815e9b067340595b46566',2,8,60,59666680);
CREATE TABLE recovery_code (
  person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  hash   BLOB    NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (person, hash)
) STRICT, WITHOUT ROWID;
INSERT INTO recovery_code VALUES(1,X'16b37dcc58a0a4b72188e333cb76c8d5de0b8c07f34c42ece629e8131a1af6b7');
INSERT INTO recovery_code VALUES(1,X'd3094241ebf56fa8ba29f0b5d511b58c5ace0f1375cf5594ff2b3ba6bd53fb14');
CREATE TABLE step_up (
  person   INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  terminal BLOB    NOT NULL CHECK (length(terminal) = 32),
  until    INTEGER NOT NULL,
  PRIMARY KEY (person, terminal)
) STRICT, WITHOUT ROWID;
INSERT INTO step_up VALUES(1,X'ae8f77bcc4bca851a799d6ffeef5be1d319bd9959dfa6386d1c3c302696b517f',1790000700);
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
INSERT INTO event VALUES(1,1790000000,60,'','','','','','','',X'd895c78be1924fa6c053abe2cf8cd3bd',X'3d8d4fa33175977182be4553c452a20eff13cce9ff99d55e2a2f500424e275fc',2946703755,X'df33fa955418efa6e93bb531360823619772d867478fbbd7bd227bc957b20e6f');
INSERT INTO event VALUES(2,1790000200,20,'alice','','sshd','203.0.113.7','lab-gw','totp-1','',X'77c832d2c2491a3ba827bbd44e82be1f',X'6613317c58947a6e7bae5a8518964783adef682f1a36e5093757bcc1257d0985',2946703755,X'7ff32a9d9c469f01e0ae8b5d4337d562e591966b24439ff149d266d71f60ec29');
INSERT INTO event VALUES(3,1790000200,2,'alice','','sshd','203.0.113.7','lab-gw','totp-1','wrong',X'070912e399729bf604d0037f38575767',X'33a5ea457131ab8cb7a3049705c86aa7c9812c5f5406f07f5675a4a589ec8331',2946703755,X'3df023161a58c684abbc3fb65965277692fd531cf484fa37cab5ec047a7aaf0b');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('person',1);
CREATE INDEX event_by_user ON event (user, seq) WHERE user IS NOT NULL;
PRAGMA application_id=1835426097;
PRAGMA user_version=1;
COMMIT;
)sql";
// clang-format on

}  // namespace mfa::test
