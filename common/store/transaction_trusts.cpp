// Trusted devices. The table is clustered by person, so that all of one person's rows are one short range.
//
// All columns are in clear: addresses and fingerprints are in the trail and the system's log too, and none of them
// opens anything; whoever may write here could as well write a row of trust.

#include <fmt/format.h>

#include "common/store/columns.h"
#include "common/store/failure.h"
#include "common/store/transaction.h"

namespace mfa {

namespace {

constexpr std::int64_t kNotEnded = 0;

Trust trust_of(PersonId person, Statement& row) {
  Trust trust;
  trust.number = narrow(row.integer(0));
  const auto kind = known<DeviceKind>(row.integer(1));
  const auto ended = row.integer(13);
  if (ended != kNotEnded) trust.ended = known<TrustEnd>(ended);
  if (!kind || (ended != kNotEnded && !trust.ended))
    throw StoreFailure(StoreError::damaged,
                       fmt::format("trust {} of person {} holds an unknown value", trust.number, person.value));
  trust.device = {.kind = *kind, .id = row.text(2)};
  trust.label = row.text(3);
  trust.server = row.text(4);
  trust.rule = row.text(5);
  trust.since = {row.integer(6)};
  trust.until = {row.integer(7)};
  trust.last_seen = {row.integer(8)};
  trust.password_version = row.text(9);
  trust.country = row.text(10);
  trust.network = row.text(11);
  trust.failures = narrow(row.integer(12));
  trust.ended_at = maybe_time(row.integer(14));
  trust.told = row.integer(15) != 0;
  trust.burst = row.integer(16) != 0;
  return trust;
}

std::int64_t kept_end(const std::optional<TrustEnd>& ended) {
  return ended ? static_cast<std::int64_t>(*ended) : kNotEnded;
}

// What save_trust may change, in this order: label, rule, until, last_seen, password_version, country, network,
// failures, ended, ended_at, told, burst.
Statement& bind_state(Statement& statement, const Trust& trust) {
  return statement.bind(trust.label)
      .bind(trust.rule)
      .bind(trust.until.seconds)
      .bind(trust.last_seen.seconds)
      .bind(trust.password_version)
      .bind(trust.country)
      .bind(trust.network)
      .bind(std::int64_t{trust.failures})
      .bind(kept_end(trust.ended))
      .bind(kept(trust.ended_at))
      .bind(std::int64_t{trust.told})
      .bind(std::int64_t{trust.burst});
}

}  // namespace

std::vector<Trust> SqliteTransaction::trusts(PersonId person) {
  auto rows = connection_.prepared(
      "SELECT number, kind, device, label, server, rule, since, until, last_seen, password_version, country, network,"
      " failures, ended, ended_at, told, burst FROM trust WHERE person = ? ORDER BY number");
  rows.bind(person.value);
  std::vector<Trust> found;
  while (rows.row()) found.push_back(trust_of(person, rows));
  return found;
}

void SqliteTransaction::add_trust(PersonId person, const Trust& trust) {
  changing();
  auto insert = connection_.prepared(
      "INSERT INTO trust (person, number, kind, device, server, since, label, rule, until, last_seen,"
      " password_version, country, network, failures, ended, ended_at, told, burst)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(person.value)
      .bind(std::int64_t{trust.number})
      .bind(static_cast<std::int64_t>(trust.device.kind))
      .bind(trust.device.id)
      .bind(trust.server)
      .bind(trust.since.seconds);
  bind_state(insert, trust).run();
}

void SqliteTransaction::save_trust(PersonId person, const Trust& trust) {
  changing();
  auto update = connection_.prepared(
      "UPDATE trust SET label = ?, rule = ?, until = ?, last_seen = ?, password_version = ?, country = ?, network = ?,"
      " failures = ?, ended = ?, ended_at = ?, told = ?, burst = ? WHERE person = ? AND number = ?");
  bind_state(update, trust).bind(person.value).bind(std::int64_t{trust.number}).run();
  touched_one("trust");
}

void SqliteTransaction::remove_trust(PersonId person, std::uint32_t number) {
  changing();
  connection_.prepared("DELETE FROM trust WHERE person = ? AND number = ?")
      .bind(person.value)
      .bind(std::int64_t{number})
      .run();
  touched_one("trust");
}

}  // namespace mfa
