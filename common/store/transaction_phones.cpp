// What is sent to telephones: the codes, sealed for their person, phone and purpose, and what was sent, as it counts.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <tuple>
#include <utility>

#include "common/store/columns.h"
#include "common/store/failure.h"
#include "common/store/number_hash.h"
#include "common/store/sealed.h"
#include "common/store/sealed_places.h"
#include "common/store/transaction.h"

namespace mfa {

namespace {

// What is older (seconds) is swept out along the way. No code lives so long and no message counts so long, and yet no
// less will do: to a clock that is ahead for a while all there is looks old.
constexpr std::int64_t kSweepAfter = std::int64_t{30} * 24 * 60 * 60;

ByteView bytes_of(const std::string& blob) { return {reinterpret_cast<const std::uint8_t*>(blob.data()), blob.size()}; }

// Sealed together, so that a code belongs to its number: the number, a blank, the code.
Secret packed(const PhoneCode& code) {
  Secret plain = Secret::of_size(code.number.e164.size() + 1 + code.code.size());
  auto at = std::ranges::copy(code.number.e164, plain.writable().begin()).out;
  *at++ = ' ';
  std::ranges::copy(code.code.bytes(), at);
  return plain;
}

// Nothing: no release wrote this.
std::optional<std::pair<PhoneNumber, Secret>> unpacked(const Secret& plain) {
  const std::string_view text = plain.text();
  const std::size_t blank = text.find(' ');
  auto number = parse_e164(text.substr(0, blank));
  if (!number || blank == std::string_view::npos) return std::nullopt;
  return std::pair(*std::move(number), Secret(text.substr(blank + 1)));
}

bool flag_of(PersonId person, std::int64_t value) {
  if (value != 0 && value != 1)
    throw StoreFailure(StoreError::damaged, fmt::format("a code of person {} holds an unknown value", person.value));
  return value == 1;
}

// Moments within so many seconds of this one, on either side: what a clock that was set back left in the future counts
// no longer than what is past.
struct Window {
  std::int64_t after, before;
};
Window around(UnixTime now, std::chrono::seconds length) {
  return {now.seconds - length.count(), now.seconds + length.count()};
}

// The row of a "SELECT count(*), min(at)": nothing was the first of none.
std::pair<std::uint32_t, std::optional<UnixTime>> counted(Statement& found) {
  if (!found.row() || found.integer(0) == 0) return {0, std::nullopt};
  return {narrow(found.integer(0)), UnixTime{found.integer(1)}};
}

std::optional<UnixTime> later(const std::optional<UnixTime>& one, const std::optional<UnixTime>& other) {
  return one && (!other || *one > *other) ? one : other;
}

}  // namespace

std::size_t SqliteTransaction::others_with_number(PersonId person, const PhoneNumber& number) {
  std::size_t people = 0;
  for (const KeyId id : keys_.newest_first()) {
    auto count = connection_.prepared(
        "SELECT count(DISTINCT person) FROM factor INDEXED BY factor_by_number WHERE number_hash = ? AND person <> ?");
    const Digest hash = number_hash(*keys_.subkey(id, KeyUse::codes), number);
    if (count.bind_blob(hash).bind(person.value).row()) people += static_cast<std::size_t>(count.integer(0));
  }
  return people;
}

std::optional<PhoneCode> SqliteTransaction::phone_code(PersonId person, std::uint32_t factor) {
  auto row = connection_.prepared(
      "SELECT purpose, sealed, made, until, tries, sent, used FROM phone_code WHERE person = ? AND factor = ?");
  if (!row.bind(person.value).bind(std::int64_t{factor}).row()) return std::nullopt;
  PhoneCode code{.purpose = row.text(0),
                 .number = {},
                 .code = {},
                 .made = {row.integer(2)},
                 .until = {row.integer(3)},
                 .tries = narrow(row.integer(4)),
                 .sent = flag_of(person, row.integer(5)),
                 .used = flag_of(person, row.integer(6))};
  auto opened = unpacked(open_sealed(keys_, {person.value, factor, 0, phone_code_label(code.purpose)}, row.blob(1)));
  if (!opened)
    throw StoreFailure(StoreError::damaged, fmt::format("a code of person {} holds an unknown value", person.value));
  code.number = std::move(opened->first);
  code.code = std::move(opened->second);
  return code;
}

void SqliteTransaction::keep_phone_code(PersonId person, std::uint32_t factor, const PhoneCode& code) {
  changing();
  const std::string sealed = seal(keys_, {person.value, factor, 0, phone_code_label(code.purpose)}, packed(code));
  connection_.prepared("DELETE FROM phone_code WHERE until < ?").bind(code.until.seconds - kSweepAfter).run();
  connection_
      .prepared(
          "INSERT OR REPLACE INTO phone_code (person, factor, purpose, sealed, made, until, tries, sent, used)"
          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(person.value)
      .bind(std::int64_t{factor})
      .bind(code.purpose)
      .bind_blob(bytes_of(sealed))
      .bind(code.made.seconds)
      .bind(code.until.seconds)
      .bind(std::int64_t{code.tries})
      .bind(std::int64_t{code.sent})
      .bind(std::int64_t{code.used})
      .run();
}

void SqliteTransaction::drop_phone_code(PersonId person, std::uint32_t factor) {
  changing();
  connection_.prepared("DELETE FROM phone_code WHERE person = ? AND factor = ?")
      .bind(person.value)
      .bind(std::int64_t{factor})
      .run();
}

MessageId SqliteTransaction::add_message(PersonId person, const MessageRecord& message) {
  changing();
  connection_.prepared("DELETE FROM message WHERE at < ?").bind(message.at.seconds - kSweepAfter).run();
  const Digest hash = number_hash(keys_.subkey(KeyUse::codes), message.number);
  connection_
      .prepared("INSERT INTO message (person, number_hash, at, is_call, proven, outcome) VALUES (?, ?, ?, ?, ?, ?)")
      .bind(person.value)
      .bind_blob(hash)
      .bind(message.at.seconds)
      .bind(std::int64_t{message.use == PhoneUse::call})
      .bind(std::int64_t{message.proven})
      .bind(static_cast<std::int64_t>(MessageEnd::open))
      .run();
  return {connection_.number("SELECT last_insert_rowid()")};
}

// Of the calls that are open the last one.
void SqliteTransaction::find_open_call(PersonId person, const MessageRecord& message, MessageTally& tally) {
  const Window rest = around(message.at, kCallsRest);
  auto open = connection_.prepared(
      "SELECT at, number_hash FROM message WHERE person = ? AND at > ? AND at < ? AND is_call = 1 AND outcome = 1"
      " ORDER BY at DESC, id DESC LIMIT 1");
  if (!open.bind(person.value).bind(rest.after).bind(rest.before).row()) return;
  tally.open_call = UnixTime{open.integer(0)};
  const auto called = open.blob(1);
  tally.open_here = std::ranges::any_of(keys_.newest_first(), [&](KeyId id) {
    const Digest hash = number_hash(*keys_.subkey(id, KeyUse::codes), message.number);
    return std::ranges::equal(called, hash);
  });
}

MessageTally SqliteTransaction::messages_before(PersonId person, const MessageRecord& message) {
  MessageTally tally;
  const Window own = around(message.at, message.proven ? kProvenWindow : kUnprovenWindow);
  const Window day = around(message.at, kBudgetDay);
  const auto mine = [&](const Window& window) {
    auto found = connection_.prepared(
        "SELECT count(*), min(at) FROM message WHERE person = ? AND at > ? AND at < ? AND proven = ? AND outcome <> 4");
    found.bind(person.value).bind(window.after).bind(window.before).bind(std::int64_t{message.proven});
    return counted(found);
  };
  std::tie(tally.of_person, tally.oldest) = mine(own);
  std::tie(tally.of_person_in_day, tally.oldest_of_day) = mine(day);
  for (const KeyId id : keys_.newest_first()) {
    const Digest hash = number_hash(*keys_.subkey(id, KeyUse::codes), message.number);
    auto count = connection_.prepared(
        "SELECT count(*) FROM message WHERE number_hash = ? AND at > ? AND at < ? AND proven = ? AND outcome <> 4");
    if (count.bind_blob(hash).bind(own.after).bind(own.before).bind(std::int64_t{message.proven}).row())
      tally.of_number += narrow(count.integer(0));
    auto last = connection_.prepared(
        "SELECT max(at) FROM message WHERE number_hash = ? AND at > ? AND at < ? AND person = ? AND is_call = ?"
        " AND outcome <> 4");
    last.bind_blob(hash).bind(own.after).bind(own.before).bind(person.value);
    if (last.bind(std::int64_t{message.use == PhoneUse::call}).row() && !last.is_null(0))
      tally.last = later(UnixTime{last.integer(0)}, tally.last);
  }
  auto all =
      connection_.prepared("SELECT count(*) FROM message WHERE proven = ? AND at > ? AND at < ? AND outcome <> 4");
  if (all.bind(std::int64_t{message.proven}).bind(day.after).bind(day.before).row())
    tally.of_all = narrow(all.integer(0));
  auto call = connection_.prepared(
      "SELECT max(at) FROM message WHERE person = ? AND at > ? AND at < ? AND is_call = 1 AND outcome IN (1, 3)");
  const Window rest = around(message.at, kCallsRest);
  if (call.bind(person.value).bind(rest.after).bind(rest.before).row() && !call.is_null(0))
    tally.last_call = UnixTime{call.integer(0)};
  if (tally.last_call) find_open_call(person, message, tally);
  auto failed = connection_.prepared(
      "SELECT count(*), min(at) FROM message WHERE person = ? AND at > ? AND at < ? AND outcome = 4");
  const Window lately = around(message.at, kFailedWindow);
  failed.bind(person.value).bind(lately.after).bind(lately.before);
  std::tie(tally.failed, tally.oldest_failed) = counted(failed);
  return tally;
}

bool SqliteTransaction::end_message(PersonId person, MessageId message, MessageEnd end) {
  static_assert(static_cast<int>(MessageEnd::open) == 1 && static_cast<int>(MessageEnd::unanswered) == 3 &&
                static_cast<int>(MessageEnd::failed) == 4);
  changing();
  connection_.prepared("UPDATE message SET outcome = ? WHERE id = ? AND person = ? AND outcome = 1")
      .bind(static_cast<std::int64_t>(end))
      .bind(message.value)
      .bind(person.value)
      .run();
  return connection_.changes() == 1;
}

void SqliteTransaction::forget_message(PersonId person, MessageId message) {
  changing();
  connection_.prepared("DELETE FROM message WHERE id = ? AND person = ? AND outcome = 1")
      .bind(message.value)
      .bind(person.value)
      .run();
}

void SqliteTransaction::end_open_messages(PersonId person) {
  changing();
  connection_.prepared("UPDATE message SET outcome = ? WHERE person = ? AND outcome = 1")
      .bind(static_cast<std::int64_t>(MessageEnd::unanswered))
      .bind(person.value)
      .run();
}

}  // namespace mfa
