// What the helpdesk grants: bypass codes, its word who somebody is, journeys. An exemption is a column of the person.

#include "common/store/columns.h"
#include "common/store/keyed_hash.h"
#include "common/store/transaction.h"

namespace mfa {

namespace {

constexpr std::string_view kBypassCode = "bypass code";

// Nobody is known for so long (seconds), so older ones are swept out along the way.
constexpr std::int64_t kSweepIdentifiedAfter = 3600;

}  // namespace

void SqliteTransaction::keep_bypass_code(PersonId person, std::string_view code, const Bypass& terms) {
  changing();
  const Digest hash = keyed_hash(keys_.subkey(KeyUse::codes), kBypassCode, person, code);
  connection_.prepared("INSERT OR REPLACE INTO bypass_code (person, hash, until, uses) VALUES (?, ?, ?, ?)")
      .bind(person.value)
      .bind_blob(hash)
      .bind(terms.until.seconds)
      .bind(std::int64_t{terms.uses})
      .run();
}

bool SqliteTransaction::use_bypass_code(PersonId person, std::string_view code, UnixTime now) {
  changing();
  for (const KeyId id : keys_.newest_first()) {
    const Digest hash = keyed_hash(*keys_.subkey(id, KeyUse::codes), kBypassCode, person, code);
    connection_
        .prepared("UPDATE bypass_code SET uses = uses - 1 WHERE person = ? AND hash = ? AND until > ? AND uses > 1")
        .bind(person.value)
        .bind_blob(hash)
        .bind(now.seconds)
        .run();
    if (connection_.changes() == 1) return true;
    connection_.prepared("DELETE FROM bypass_code WHERE person = ? AND hash = ? AND until > ? AND uses = 1")
        .bind(person.value)
        .bind_blob(hash)
        .bind(now.seconds)
        .run();
    if (connection_.changes() == 1) return true;
  }
  return false;
}

std::optional<Bypass> SqliteTransaction::bypass_code(PersonId person) {
  auto found = connection_.prepared("SELECT until, uses FROM bypass_code WHERE person = ?");
  if (!found.bind(person.value).row()) return std::nullopt;
  return Bypass{.until = {found.integer(0)}, .uses = narrow(found.integer(1))};
}

void SqliteTransaction::drop_bypass_code(PersonId person) {
  changing();
  connection_.prepared("DELETE FROM bypass_code WHERE person = ?").bind(person.value).run();
}

void SqliteTransaction::keep_identified(PersonId person, Uid clerk, UnixTime until) {
  changing();
  connection_.prepared("DELETE FROM identified WHERE until < ?").bind(until.seconds - kSweepIdentifiedAfter).run();
  connection_.prepared("INSERT OR REPLACE INTO identified (person, clerk, until) VALUES (?, ?, ?)")
      .bind(person.value)
      .bind(std::int64_t{clerk.value})
      .bind(until.seconds)
      .run();
}

std::optional<UnixTime> SqliteTransaction::identified_until(PersonId person, Uid clerk) {
  auto found = connection_.prepared("SELECT until FROM identified WHERE person = ? AND clerk = ?");
  if (!found.bind(person.value).bind(std::int64_t{clerk.value}).row()) return std::nullopt;
  return UnixTime{found.integer(0)};
}

std::vector<Journey> SqliteTransaction::journeys(PersonId person) {
  auto rows = connection_.prepared("SELECT country, until FROM journey WHERE person = ? ORDER BY country");
  rows.bind(person.value);
  std::vector<Journey> found;
  while (rows.row()) found.push_back({.country = rows.text(0), .until = {rows.integer(1)}});
  return found;
}

void SqliteTransaction::add_journey(PersonId person, const Journey& journey) {
  changing();
  connection_.prepared("INSERT INTO journey (person, country, until) VALUES (?, ?, ?)")
      .bind(person.value)
      .bind(journey.country)
      .bind(journey.until.seconds)
      .run();
}

void SqliteTransaction::remove_journey(PersonId person, const std::string& country) {
  changing();
  connection_.prepared("DELETE FROM journey WHERE person = ? AND country = ?").bind(person.value).bind(country).run();
  touched_one("journey");
}

}  // namespace mfa
