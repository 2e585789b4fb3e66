#include "common/store/transaction.h"

#include <fmt/format.h>

#include "common/store/canonical.h"
#include "common/store/failure.h"
#include "common/store/sealed.h"

namespace mfa {

namespace {

// What is not set (a step, a time) is kept as a number that takes the four bytes of a real one; see schema.cpp.
constexpr std::int64_t kNever = -2147483648LL;

std::int64_t kept(UnixTime time) { return time == UnixTime{} ? kNever : time.seconds; }
std::int64_t kept(const std::optional<UnixTime>& time) { return time ? time->seconds : kNever; }
std::int64_t kept(TimeStep step) { return step == TimeStep{-1} ? kNever : step.value; }
UnixTime time_of(std::int64_t value) { return {value == kNever ? 0 : value}; }
TimeStep step_of(std::int64_t value) { return {value == kNever ? -1 : value}; }

// For columns that the schema confines to 32 bits.
std::uint32_t narrow(std::int64_t value) { return static_cast<std::uint32_t>(value); }

constexpr std::string_view kPersonByName =
    "SELECT id, name, uid, first_seen, failures, locks, locked_at, locked_until, default_factor, next_factor,"
    " failed_since_login FROM person WHERE name = ?";
constexpr std::string_view kPersonByUid =
    "SELECT id, name, uid, first_seen, failures, locks, locked_at, locked_until, default_factor, next_factor,"
    " failed_since_login FROM person WHERE uid = ?";

std::optional<Person> person_of(Statement& found) {
  if (!found.row()) return std::nullopt;
  Person person;
  person.id = {found.integer(0)};
  person.name = {found.text(1)};
  person.uid = {narrow(found.integer(2))};
  person.first_seen = {found.integer(3)};
  person.lockout = {narrow(found.integer(4)), narrow(found.integer(5)), time_of(found.integer(6)),
                    time_of(found.integer(7))};
  person.default_factor = narrow(found.integer(8));
  person.next_factor = narrow(found.integer(9));
  person.failed_since_login = narrow(found.integer(10));
  return person;
}

constexpr std::string_view kFactorKeyLabel = "factor key";

// Each use of the codes subkey begins with a label of its own.
Digest keyed_hash(const Secret& key, std::string_view use, PersonId person, std::string_view value) {
  Canonical message;
  message.number(person.value).text(use).text(value);
  return hmac_sha256(key, message.view());
}
constexpr std::string_view kRecoveryCode = "recovery code";
constexpr std::string_view kTerminal = "terminal";

// No step-up lasts so long (seconds), so older ones are swept out along the way.
constexpr std::int64_t kSweepStepUpsAfter = 3600;

}  // namespace

void SqliteTransaction::changing() const {
  if (head_ == nullptr) throw StoreFailure(StoreError::unavailable, "a read tried to change the store");
}

void SqliteTransaction::touched_one(const char* what) const {
  if (connection_.changes() != 1) throw StoreFailure(StoreError::unavailable, fmt::format("there is no such {}", what));
}

std::optional<Person> SqliteTransaction::person_by_name(const Username& name) {
  auto found = connection_.prepared(kPersonByName);
  return person_of(found.bind(name.value));
}

std::optional<Person> SqliteTransaction::person_by_uid(Uid uid) {
  auto found = connection_.prepared(kPersonByUid);
  return person_of(found.bind(std::int64_t{uid.value}));
}

Person SqliteTransaction::add_person(const Username& name, Uid uid, UnixTime first_seen) {
  changing();
  connection_
      .prepared(
          "INSERT INTO person (name, uid, first_seen, failures, locks, locked_at, locked_until, default_factor,"
          " next_factor, failed_since_login) VALUES (?, ?, ?, 0, 0, ?, ?, 0, 1, 0)")
      .bind(name.value)
      .bind(std::int64_t{uid.value})
      .bind(first_seen.seconds)
      .bind(kNever)
      .bind(kNever)
      .run();
  auto person = person_by_name(name);
  if (!person) throw StoreFailure(StoreError::damaged, "a person just added is not there");
  return std::move(*person);
}

void SqliteTransaction::save(const Person& person) {
  changing();
  connection_
      .prepared(
          "UPDATE person SET first_seen = ?, failures = ?, locks = ?, locked_at = ?, locked_until = ?,"
          " default_factor = ?, next_factor = ?, failed_since_login = ? WHERE id = ?")
      .bind(person.first_seen.seconds)
      .bind(std::int64_t{person.lockout.failures})
      .bind(std::int64_t{person.lockout.locks})
      .bind(kept(person.lockout.locked_at))
      .bind(kept(person.lockout.locked_until))
      .bind(std::int64_t{person.default_factor})
      .bind(std::int64_t{person.next_factor})
      .bind(std::int64_t{person.failed_since_login})
      .bind(person.id.value)
      .run();
  touched_one("person");
}

Factor SqliteTransaction::factor_of(PersonId person, Statement& row) {
  const auto number = narrow(row.integer(0));
  const auto kind = row.integer(1);
  if (kind != static_cast<std::int64_t>(FactorKind::totp))
    throw StoreFailure(StoreError::damaged,
                       fmt::format("factor {} of person {} is of no known kind", number, person.value));
  TotpFactor totp;
  totp.key = open_sealed(keys_, {person.value, number, kind, kFactorKeyLabel}, row.blob(5));
  totp.parameters = {static_cast<HashAlgorithm>(row.integer(6)), static_cast<int>(row.integer(7)),
                     std::chrono::seconds(row.integer(8))};
  totp.last_step = step_of(row.integer(9));
  Factor factor;
  factor.number = number;
  factor.name = row.text(2);
  factor.added = {row.integer(3)};
  factor.detail = std::move(totp);
  if (const auto used = row.integer(4); used != kNever) factor.last_used = UnixTime{used};
  return factor;
}

std::vector<Factor> SqliteTransaction::factors(PersonId person) {
  auto rows = connection_.prepared(
      "SELECT number, kind, name, added, last_used, sealed, algorithm, digits, period, last_step FROM factor"
      " WHERE person = ? ORDER BY number");
  rows.bind(person.value);
  std::vector<Factor> found;
  while (rows.row()) found.push_back(factor_of(person, rows));
  return found;
}

void SqliteTransaction::add_factor(PersonId person, const Factor& factor) {
  changing();
  const auto& totp = std::get<TotpFactor>(factor.detail);
  const auto kind = static_cast<std::int64_t>(factor.kind());
  const std::string sealed = seal(keys_, {person.value, factor.number, kind, kFactorKeyLabel}, totp.key);
  connection_
      .prepared(
          "INSERT INTO factor (person, number, kind, name, added, last_used, sealed, algorithm, digits, period,"
          " last_step) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(person.value)
      .bind(std::int64_t{factor.number})
      .bind(kind)
      .bind(factor.name)
      .bind(factor.added.seconds)
      .bind(kept(factor.last_used))
      .bind_blob({reinterpret_cast<const std::uint8_t*>(sealed.data()), sealed.size()})
      .bind(static_cast<std::int64_t>(totp.parameters.algorithm))
      .bind(std::int64_t{totp.parameters.digits})
      .bind(std::int64_t{totp.parameters.period.count()})
      .bind(kept(totp.last_step))
      .run();
}

void SqliteTransaction::save_factor(PersonId person, const Factor& factor) {
  changing();
  connection_
      .prepared("UPDATE factor SET name = ?, last_used = ?, last_step = ? WHERE person = ? AND number = ? AND kind = ?")
      .bind(factor.name)
      .bind(kept(factor.last_used))
      .bind(kept(std::get<TotpFactor>(factor.detail).last_step))
      .bind(person.value)
      .bind(std::int64_t{factor.number})
      .bind(static_cast<std::int64_t>(factor.kind()))
      .run();
  touched_one("factor");
}

void SqliteTransaction::remove_factor(PersonId person, std::uint32_t number) {
  changing();
  connection_.prepared("DELETE FROM factor WHERE person = ? AND number = ?")
      .bind(person.value)
      .bind(std::int64_t{number})
      .run();
  touched_one("factor");
}

void SqliteTransaction::replace_recovery_codes(PersonId person, std::span<const std::string> codes) {
  changing();
  connection_.prepared("DELETE FROM recovery_code WHERE person = ?").bind(person.value).run();
  for (const std::string& code : codes) {
    const Digest hash = keyed_hash(keys_.subkey(KeyUse::codes), kRecoveryCode, person, code);
    connection_.prepared("INSERT INTO recovery_code (person, hash) VALUES (?, ?)")
        .bind(person.value)
        .bind_blob(hash)
        .run();
  }
}

std::size_t SqliteTransaction::recovery_codes_left(PersonId person) {
  auto count = connection_.prepared("SELECT count(*) FROM recovery_code WHERE person = ?");
  if (!count.bind(person.value).row()) return 0;
  return static_cast<std::size_t>(count.integer(0));
}

// What is compared is the keyed hash, so that the time a look-up takes tells nothing of the code.
bool SqliteTransaction::use_recovery_code(PersonId person, std::string_view code) {
  changing();
  for (const KeyId id : keys_.newest_first()) {
    const Digest hash = keyed_hash(*keys_.subkey(id, KeyUse::codes), kRecoveryCode, person, code);
    connection_.prepared("DELETE FROM recovery_code WHERE person = ? AND hash = ?")
        .bind(person.value)
        .bind_blob(hash)
        .run();
    if (connection_.changes() == 1) return true;
  }
  return false;
}

std::optional<UnixTime> SqliteTransaction::step_up_until(PersonId person, const TerminalId& terminal) {
  const Digest hash = keyed_hash(keys_.subkey(KeyUse::codes), kTerminal, person, terminal.value);
  auto found = connection_.prepared("SELECT until FROM step_up WHERE person = ? AND terminal = ?");
  if (!found.bind(person.value).bind_blob(hash).row()) return std::nullopt;
  return UnixTime{found.integer(0)};
}

void SqliteTransaction::record_step_up(PersonId person, const TerminalId& terminal, UnixTime until) {
  changing();
  const Digest hash = keyed_hash(keys_.subkey(KeyUse::codes), kTerminal, person, terminal.value);
  connection_.prepared("DELETE FROM step_up WHERE until < ?").bind(until.seconds - kSweepStepUpsAfter).run();
  connection_.prepared("INSERT OR REPLACE INTO step_up (person, terminal, until) VALUES (?, ?, ?)")
      .bind(person.value)
      .bind_blob(hash)
      .bind(until.seconds)
      .run();
}

void SqliteTransaction::forget_step_ups(PersonId person) {
  changing();
  connection_.prepared("DELETE FROM step_up WHERE person = ?").bind(person.value).run();
}

void SqliteTransaction::append(const Event& event) {
  changing();
  append_event(connection_, keys_, event, *head_);
  recorded_.push_back({event, mark_of(*head_)});
}

bool SqliteTransaction::reported_since(const std::string& user, UnixTime since) {
  static_assert(static_cast<int>(EventKind::reported) == 7);
  auto found = connection_.prepared(
      "SELECT 1 FROM (SELECT kind, at FROM event WHERE user = ? ORDER BY seq DESC LIMIT 100) WHERE kind = 7 AND at >= "
      "?");
  return found.bind(user).bind(since.seconds).row();
}

}  // namespace mfa
