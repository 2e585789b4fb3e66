// What is kept as a keyed hash alone: recovery codes, enrolment codes and the terminals of step-ups.

#include "common/store/columns.h"
#include "common/store/keyed_hash.h"
#include "common/store/transaction.h"

namespace mfa {

namespace {

constexpr std::string_view kRecoveryCode = "recovery code";
constexpr std::string_view kEnrolmentCode = "enrolment code";
constexpr std::string_view kTerminal = "terminal";

// No step-up lasts so long (seconds), so older ones are swept out along the way.
constexpr std::int64_t kSweepStepUpsAfter = 3600;

}  // namespace

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
  auto count = connection_.prepared("SELECT count(*) FROM recovery_code WHERE person = ? AND used = 0");
  if (!count.bind(person.value).row()) return 0;
  return static_cast<std::size_t>(count.integer(0));
}

// What is compared is the keyed hash, so that the time a look-up takes tells nothing of the code. A used one stays
// until the next set, so that whoever types it again can be told.
bool SqliteTransaction::use_recovery_code(PersonId person, std::string_view code) {
  changing();
  for (const KeyId id : keys_.newest_first()) {
    const Digest hash = keyed_hash(*keys_.subkey(id, KeyUse::codes), kRecoveryCode, person, code);
    connection_.prepared("UPDATE recovery_code SET used = 1 WHERE person = ? AND hash = ? AND used = 0")
        .bind(person.value)
        .bind_blob(hash)
        .run();
    if (connection_.changes() == 1) return true;
  }
  return false;
}

bool SqliteTransaction::recovery_code_was_used(PersonId person, std::string_view code) {
  for (const KeyId id : keys_.newest_first()) {
    const Digest hash = keyed_hash(*keys_.subkey(id, KeyUse::codes), kRecoveryCode, person, code);
    auto found = connection_.prepared("SELECT 1 FROM recovery_code WHERE person = ? AND hash = ? AND used = 1");
    if (found.bind(person.value).bind_blob(hash).row()) return true;
  }
  return false;
}

void SqliteTransaction::keep_enrolment_code(PersonId person, std::string_view code, UnixTime until) {
  changing();
  const Digest hash = keyed_hash(keys_.subkey(KeyUse::codes), kEnrolmentCode, person, code);
  connection_.prepared("INSERT OR REPLACE INTO enrolment_code (person, hash, until) VALUES (?, ?, ?)")
      .bind(person.value)
      .bind_blob(hash)
      .bind(until.seconds)
      .run();
}

bool SqliteTransaction::enrolment_code_holds(PersonId person, std::string_view code, UnixTime now) {
  for (const KeyId id : keys_.newest_first()) {
    const Digest hash = keyed_hash(*keys_.subkey(id, KeyUse::codes), kEnrolmentCode, person, code);
    auto found = connection_.prepared("SELECT 1 FROM enrolment_code WHERE person = ? AND hash = ? AND until > ?");
    if (found.bind(person.value).bind_blob(hash).bind(now.seconds).row()) return true;
  }
  return false;
}

void SqliteTransaction::drop_enrolment_code(PersonId person) {
  changing();
  connection_.prepared("DELETE FROM enrolment_code WHERE person = ?").bind(person.value).run();
}

std::optional<UnixTime> SqliteTransaction::enrolment_code_until(PersonId person) {
  auto found = connection_.prepared("SELECT until FROM enrolment_code WHERE person = ?");
  if (!found.bind(person.value).row()) return std::nullopt;
  return UnixTime{found.integer(0)};
}

std::optional<StepUpMark> SqliteTransaction::step_up_at(PersonId person, const TerminalId& terminal) {
  const Digest hash = keyed_hash(keys_.subkey(KeyUse::codes), kTerminal, person, terminal.value);
  auto found =
      connection_.prepared("SELECT until, epoch, password_version FROM step_up WHERE person = ? AND terminal = ?");
  if (!found.bind(person.value).bind_blob(hash).row()) return std::nullopt;
  return StepUpMark{.until = {found.integer(0)}, .epoch = narrow(found.integer(1)), .password_version = found.text(2)};
}

void SqliteTransaction::record_step_up(PersonId person, const TerminalId& terminal, const StepUpMark& mark) {
  changing();
  const Digest hash = keyed_hash(keys_.subkey(KeyUse::codes), kTerminal, person, terminal.value);
  connection_.prepared("DELETE FROM step_up WHERE until < ?").bind(mark.until.seconds - kSweepStepUpsAfter).run();
  connection_
      .prepared(
          "INSERT OR REPLACE INTO step_up (person, terminal, until, epoch, password_version) VALUES (?, ?, ?, ?, ?)")
      .bind(person.value)
      .bind_blob(hash)
      .bind(mark.until.seconds)
      .bind(std::int64_t{mark.epoch})
      .bind(mark.password_version)
      .run();
}

void SqliteTransaction::forget_step_ups(PersonId person) {
  changing();
  connection_.prepared("DELETE FROM step_up WHERE person = ?").bind(person.value).run();
}

}  // namespace mfa
