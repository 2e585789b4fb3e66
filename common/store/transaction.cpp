#include "common/store/transaction.h"

#include <fmt/format.h>

#include "common/store/columns.h"
#include "common/store/failure.h"

namespace mfa {

namespace {

// Here the epoch itself stands for "not set" (domain/lockout.h).
std::int64_t kept_or_zero(UnixTime time) { return time == UnixTime{} ? kNever : time.seconds; }
UnixTime time_or_zero(std::int64_t value) { return maybe_time(value).value_or(UnixTime{}); }

constexpr std::string_view kPersonByName =
    "SELECT id, name, uid, first_seen, failures, locks, locked_at, locked_until, default_factor, next_factor,"
    " failed_since_login, next_trust, enrol_by_code, asks_off, told, reported, reported_version, epoch,"
    " exempt_until, language FROM person WHERE name = ?";
constexpr std::string_view kPersonByUid =
    "SELECT id, name, uid, first_seen, failures, locks, locked_at, locked_until, default_factor, next_factor,"
    " failed_since_login, next_trust, enrol_by_code, asks_off, told, reported, reported_version, epoch,"
    " exempt_until, language FROM person WHERE uid = ?";

bool flag_of(const Person& person, std::int64_t value) {
  if (value != 0 && value != 1)
    throw StoreFailure(StoreError::damaged, fmt::format("person {} holds an unknown value", person.id.value));
  return value == 1;
}

std::optional<Person> person_of(Statement& found) {
  if (!found.row()) return std::nullopt;
  Person person;
  person.id = {found.integer(0)};
  person.name = {found.text(1)};
  person.uid = {narrow(found.integer(2))};
  person.first_seen = {found.integer(3)};
  person.lockout = {narrow(found.integer(4)), narrow(found.integer(5)), time_or_zero(found.integer(6)),
                    time_or_zero(found.integer(7))};
  person.default_factor = narrow(found.integer(8));
  person.next_factor = narrow(found.integer(9));
  person.failed_since_login = narrow(found.integer(10));
  person.next_trust = narrow(found.integer(11));
  person.enrol_by_code = flag_of(person, found.integer(12));
  person.asks_off = flag_of(person, found.integer(13));
  person.told = found.integer(14);
  person.reported = maybe_time(found.integer(15));
  person.reported_version = found.text(16);
  person.epoch = narrow(found.integer(17));
  person.exempt_until = maybe_time(found.integer(18));
  person.language = found.text(19);
  return person;
}

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
          " next_factor, failed_since_login, next_trust, enrol_by_code, asks_off, told, reported, reported_version,"
          " epoch, exempt_until, language) VALUES (?, ?, ?, 0, 0, ?, ?, 0, 1, 0, 1, 0, 0, 0, ?, '', 0, ?, '')")
      .bind(name.value)
      .bind(std::int64_t{uid.value})
      .bind(first_seen.seconds)
      .bind(kNever)
      .bind(kNever)
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
          " default_factor = ?, next_factor = ?, failed_since_login = ?, next_trust = ?, enrol_by_code = ?, asks_off = "
          "?, told = ?, reported = ?, reported_version = ?, epoch = ?, exempt_until = ?, language = ? WHERE id = ?")
      .bind(person.first_seen.seconds)
      .bind(std::int64_t{person.lockout.failures})
      .bind(std::int64_t{person.lockout.locks})
      .bind(kept_or_zero(person.lockout.locked_at))
      .bind(kept_or_zero(person.lockout.locked_until))
      .bind(std::int64_t{person.default_factor})
      .bind(std::int64_t{person.next_factor})
      .bind(std::int64_t{person.failed_since_login})
      .bind(std::int64_t{person.next_trust})
      .bind(std::int64_t{person.enrol_by_code})
      .bind(std::int64_t{person.asks_off})
      .bind(person.told)
      .bind(kept(person.reported))
      .bind(person.reported_version)
      .bind(std::int64_t{person.epoch})
      .bind(kept(person.exempt_until))
      .bind(person.language)
      .bind(person.id.value)
      .run();
  touched_one("person");
}

// What is sealed or hashed is bound to the person's id, so it goes on.
void SqliteTransaction::rename_person(PersonId person, const Username& name, Uid uid) {
  changing();
  connection_.prepared("UPDATE person SET name = ?, uid = ? WHERE id = ?")
      .bind(name.value)
      .bind(std::int64_t{uid.value})
      .bind(person.value)
      .run();
  touched_one("person");
}

// Each table with rows of people says ON DELETE CASCADE (schema.cpp).
void SqliteTransaction::remove_person(PersonId person) {
  changing();
  connection_.prepared("DELETE FROM person WHERE id = ?").bind(person.value).run();
  touched_one("person");
}

void SqliteTransaction::append(const Event& event) {
  changing();
  append_event(connection_, keys_, event, *head_);
  recorded_.push_back({event, *head_});
}

// The kinds stand in the text as they do in the index (schema.cpp), or SQLite would not take it.
std::size_t SqliteTransaction::helpdesk_acts(const std::string& actor, UnixTime since) {
  static_assert(kFirstHelpdeskAct == 80 && kLastHelpdeskAct == 98);
  auto count = connection_.prepared(
      "SELECT count(*) FROM event WHERE kind BETWEEN 80 AND 99 AND actor = ? AND at >= ? AND kind <> 99");
  if (!count.bind(actor).bind(since.seconds).row()) return 0;
  return static_cast<std::size_t>(count.integer(0));
}

RefusalCount SqliteTransaction::refusals_since(const std::string& actor, const std::string& reason,
                                               const std::string& user, UnixTime since) {
  static_assert(static_cast<int>(EventKind::helpdesk_refused) == 99);
  auto count = connection_.prepared(
      "SELECT count(*), count(CASE WHEN user = ? THEN 1 END) FROM event WHERE kind BETWEEN 80 AND 99 AND actor = ?"
      " AND at >= ? AND kind = 99 AND (? = '' OR reason = ?)");
  if (!count.bind(user).bind(actor).bind(since.seconds).bind(reason).bind(reason).row()) return {};
  return {.all = static_cast<std::size_t>(count.integer(0)), .about_user = static_cast<std::size_t>(count.integer(1))};
}

// These three by an index of their own, likewise (schema.cpp, event_to_bound).
std::size_t SqliteTransaction::changes_since(const std::string& user, UnixTime since) {
  static_assert(kFirstOwnChange == 20 && kLastOwnChange == 24);
  auto count = connection_.prepared(
      "SELECT count(*) FROM event INDEXED BY event_to_bound"
      " WHERE (kind BETWEEN 20 AND 24 OR kind = 7 OR reason = 'replayed') AND user = ? AND at >= ?"
      " AND kind BETWEEN 20 AND 24");
  if (!count.bind(user).bind(since.seconds).row()) return 0;
  return static_cast<std::size_t>(count.integer(0));
}

bool SqliteTransaction::reported_since(const std::string& user, UnixTime since) {
  static_assert(static_cast<int>(EventKind::reported) == 7);
  auto found = connection_.prepared(
      "SELECT 1 FROM event INDEXED BY event_to_bound"
      " WHERE (kind BETWEEN 20 AND 24 OR kind = 7 OR reason = 'replayed') AND user = ? AND at >= ? AND kind = 7");
  return found.bind(user).bind(since.seconds).row();
}

std::size_t SqliteTransaction::replays_since(const std::string& user, UnixTime since) {
  auto count = connection_.prepared(
      "SELECT count(*) FROM event INDEXED BY event_to_bound"
      " WHERE (kind BETWEEN 20 AND 24 OR kind = 7 OR reason = 'replayed') AND user = ? AND at >= ?"
      " AND reason = 'replayed'");
  if (!count.bind(user).bind(since.seconds).row()) return 0;
  return static_cast<std::size_t>(count.integer(0));
}

std::vector<TrailRow> SqliteTransaction::events_about(const std::string& user, std::int64_t before, std::size_t most) {
  auto rows = connection_.prepared(
      "SELECT seq, at, kind, user, actor, service, place, server, factor, reason FROM event WHERE user = ? AND seq < ?"
      " ORDER BY seq DESC LIMIT ?");
  return trail_rows(rows.bind(user).bind(before).bind(static_cast<std::int64_t>(most)));
}

// The kinds stand in the text as they do in the index (schema.cpp), which is named so that no other is taken.
std::vector<TrailRow> SqliteTransaction::told_about(const std::string& user, std::int64_t after, std::size_t most) {
  auto rows = connection_.prepared(
      "SELECT seq, at, kind, user, actor, service, place, server, factor, reason FROM event INDEXED BY event_to_tell"
      " WHERE (kind IN (20, 21, 24, 33) OR kind BETWEEN 40 AND 59 OR kind BETWEEN 80 AND 98) AND user = ? AND seq > ?"
      " ORDER BY seq DESC LIMIT ?");
  return trail_rows(rows.bind(user).bind(after).bind(static_cast<std::int64_t>(most)));
}

}  // namespace mfa
