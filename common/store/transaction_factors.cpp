// Factors of all kinds in one table, where what a kind does not have is NULL; and the key that is not a factor yet.

#include <fmt/format.h>

#include <utility>

#include "common/store/columns.h"
#include "common/store/failure.h"
#include "common/store/number_hash.h"
#include "common/store/sealed.h"
#include "common/store/sealed_places.h"
#include "common/store/transaction.h"

namespace mfa {

namespace {

// No set-up lasts so long (seconds), so what is older was left half done and is swept out along the way.
constexpr std::int64_t kSweepPendingAfter = 3600;

std::int64_t kept(TimeStep step) { return step == TimeStep{-1} ? kNever : step.value; }
TimeStep step_of(std::int64_t value) { return {value == kNever ? -1 : value}; }

ByteView bytes_of(const std::string& blob) { return {reinterpret_cast<const std::uint8_t*>(blob.data()), blob.size()}; }

// Of three columns from this one on. Nothing: they are not what a release wrote.
std::optional<TotpParameters> parameters_of(Statement& row, int column) {
  const auto algorithm = known<HashAlgorithm>(row.integer(column));
  const std::int64_t digits = row.integer(column + 1);
  if (!algorithm || !std::in_range<int>(digits)) return std::nullopt;
  const TotpParameters found{*algorithm, static_cast<int>(digits), std::chrono::seconds(row.integer(column + 2))};
  return valid(found) ? std::optional(found) : std::nullopt;
}

KeyFactor key_factor_of(PersonId person, std::uint32_t number, Statement& row) {
  KeyFactor key{.type = row.text(10), .fingerprint = row.text(11)};
  if (key.type.empty() || key.fingerprint.empty())
    throw StoreFailure(StoreError::damaged, fmt::format("factor {} of person {} is half a key", number, person.value));
  return key;
}

std::int64_t kept(const std::optional<HotpCounter>& counter) { return counter ? counter->value : kNever; }

// Nothing: no release wrote this.
std::optional<HotpState> hotp_state_of(std::int64_t next, std::int64_t resync) {
  HotpState state{.next = {next}, .resync = std::nullopt};
  if (resync != kNever) state.resync = HotpCounter{resync};
  return valid(state.next) && (!state.resync || *state.resync >= state.next) ? std::optional(state) : std::nullopt;
}

// What is sealed of a kind, and for what; nothing: nothing is.
std::optional<std::pair<Secret, std::string_view>> sealed_of(const Factor& factor) {
  if (const auto* totp = std::get_if<TotpFactor>(&factor.detail)) return std::pair(totp->key, kFactorKeyLabel);
  if (const auto* hotp = std::get_if<HotpFactor>(&factor.detail)) return std::pair(hotp->key, kFactorKeyLabel);
  if (const auto* phone = std::get_if<PhoneFactor>(&factor.detail))
    return std::pair(Secret(phone->number.e164), kNumberLabel);
  return std::nullopt;
}

// Binds what a kind has of: sealed, algorithm, digits, period, last_step, type, fingerprint, counter, resync,
// language, number_hash.
struct BindDetail {
  Statement& statement;
  const std::string& sealed;
  const Digest& number;  // hash of a telephone's

  void operator()(const TotpFactor& totp) const {
    statement.bind_blob(bytes_of(sealed))
        .bind(static_cast<std::int64_t>(totp.parameters.algorithm))
        .bind(std::int64_t{totp.parameters.digits})
        .bind(std::int64_t{totp.parameters.period.count()})
        .bind(kept(totp.last_step))
        .bind_null()
        .bind_null()
        .bind_null()
        .bind_null()
        .bind_null()
        .bind_null();
  }
  void operator()(const HotpFactor& hotp) const {
    statement.bind_blob(bytes_of(sealed)).bind_null().bind(std::int64_t{hotp.digits});
    statement.bind_null().bind_null().bind_null().bind_null();
    statement.bind(hotp.state.next.value).bind(kept(hotp.state.resync)).bind_null().bind_null();
  }
  void operator()(const KeyFactor& key) const {
    statement.bind_null().bind_null().bind_null().bind_null().bind_null().bind(key.type).bind(key.fingerprint);
    statement.bind_null().bind_null().bind_null().bind_null();
  }
  void operator()(const PhoneFactor& phone) const {
    statement.bind_blob(bytes_of(sealed)).bind_null().bind_null().bind_null().bind_null().bind_null().bind_null();
    statement.bind_null().bind_null().bind(phone.language).bind_blob(number);
  }
};

// Binds the parts of a kind that change: last_step, counter, resync, language.
struct BindChange {
  Statement& statement;

  void operator()(const TotpFactor& totp) const {
    statement.bind(kept(totp.last_step)).bind_null().bind_null().bind_null();
  }
  void operator()(const HotpFactor& hotp) const {
    statement.bind_null().bind(hotp.state.next.value).bind(kept(hotp.state.resync)).bind_null();
  }
  void operator()(const KeyFactor&) const { statement.bind_null().bind_null().bind_null().bind_null(); }
  void operator()(const PhoneFactor& phone) const {
    statement.bind_null().bind_null().bind_null().bind(phone.language);
  }
};

}  // namespace

TotpFactor SqliteTransaction::totp_of(PersonId person, std::uint32_t number, Statement& row) {
  constexpr auto kKind = static_cast<std::int64_t>(FactorKind::totp);
  TotpFactor totp;
  totp.key = open_sealed(keys_, {person.value, number, kKind, kFactorKeyLabel}, row.blob(5));
  const auto parameters = parameters_of(row, 6);
  if (!parameters)
    throw StoreFailure(StoreError::damaged,
                       fmt::format("factor {} of person {} holds an unknown value", number, person.value));
  totp.parameters = *parameters;
  totp.last_step = step_of(row.integer(9));
  return totp;
}

HotpFactor SqliteTransaction::hotp_of(PersonId person, std::uint32_t number, Statement& row) {
  constexpr auto kKind = static_cast<std::int64_t>(FactorKind::hotp);
  const std::int64_t digits = row.integer(7);
  const auto state = hotp_state_of(row.integer(12), row.integer(13));
  HotpFactor hotp{.key = open_sealed(keys_, {person.value, number, kKind, kFactorKeyLabel}, row.blob(5)),
                  .digits = std::in_range<int>(digits) ? static_cast<int>(digits) : 0,
                  .state = state.value_or(HotpState{})};
  if (!state || !valid_hotp_digits(hotp.digits) || hotp.key.empty())
    throw StoreFailure(StoreError::damaged,
                       fmt::format("factor {} of person {} holds an unknown value", number, person.value));
  return hotp;
}

PhoneFactor SqliteTransaction::phone_of(PersonId person, const Factor& factor, FactorKind kind, Statement& row) {
  const Secret sealed =
      open_sealed(keys_, {person.value, factor.number, static_cast<std::int64_t>(kind), kNumberLabel}, row.blob(5));
  const auto number = parse_e164(sealed.text());
  PhoneFactor phone{.number = number.value_or(PhoneNumber{}),
                    .use = kind == FactorKind::sms ? PhoneUse::text : PhoneUse::call,
                    .language = row.text(14)};
  if (!number || phone.language.empty())
    throw StoreFailure(StoreError::damaged,
                       fmt::format("factor {} of person {} holds an unknown value", factor.number, person.value));
  return phone;
}

Factor SqliteTransaction::factor_of(PersonId person, Statement& row) {
  Factor factor;
  factor.number = narrow(row.integer(0));
  const auto kind = known<FactorKind>(row.integer(1));
  if (!kind)
    throw StoreFailure(StoreError::damaged,
                       fmt::format("factor {} of person {} is of no known kind", factor.number, person.value));
  factor.name = row.text(2);
  factor.added = {row.integer(3)};
  factor.last_used = maybe_time(row.integer(4));
  switch (*kind) {
    case FactorKind::totp:
      factor.detail = totp_of(person, factor.number, row);
      break;
    case FactorKind::hotp:
      factor.detail = hotp_of(person, factor.number, row);
      break;
    case FactorKind::sms:
    case FactorKind::call:
      factor.detail = phone_of(person, factor, *kind, row);
      break;
    case FactorKind::key:
      factor.detail = key_factor_of(person, factor.number, row);
      break;
  }
  return factor;
}

std::vector<Factor> SqliteTransaction::factors(PersonId person) {
  auto rows = connection_.prepared(
      "SELECT number, kind, name, added, last_used, sealed, algorithm, digits, period, last_step, type, fingerprint,"
      " counter, resync, language FROM factor WHERE person = ? ORDER BY number");
  rows.bind(person.value);
  std::vector<Factor> found;
  while (rows.row()) found.push_back(factor_of(person, rows));
  return found;
}

void SqliteTransaction::add_factor(PersonId person, const Factor& factor) {
  changing();
  const auto kind = static_cast<std::int64_t>(factor.kind());
  std::string sealed;
  if (const auto secret = sealed_of(factor))
    sealed = seal(keys_, {person.value, factor.number, kind, secret->second}, secret->first);
  Digest number{};
  if (const auto* phone = std::get_if<PhoneFactor>(&factor.detail))
    number = number_hash(keys_.subkey(KeyUse::codes), phone->number);
  auto insert = connection_.prepared(
      "INSERT INTO factor (person, number, kind, name, added, last_used, sealed, algorithm, digits, period, last_step,"
      " type, fingerprint, counter, resync, language, number_hash)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(person.value)
      .bind(std::int64_t{factor.number})
      .bind(kind)
      .bind(factor.name)
      .bind(factor.added.seconds)
      .bind(kept(factor.last_used));
  std::visit(BindDetail{insert, sealed, number}, factor.detail);
  insert.run();
}

void SqliteTransaction::save_factor(PersonId person, const Factor& factor) {
  changing();
  auto update = connection_.prepared(
      "UPDATE factor SET name = ?, last_used = ?, last_step = ?, counter = ?, resync = ?, language = ?"
      " WHERE person = ? AND number = ? AND kind = ?");
  update.bind(factor.name).bind(kept(factor.last_used));
  std::visit(BindChange{update}, factor.detail);
  update.bind(person.value).bind(std::int64_t{factor.number}).bind(static_cast<std::int64_t>(factor.kind())).run();
  touched_one("factor");
}

void SqliteTransaction::remove_factor(PersonId person, std::uint32_t number) {
  changing();
  connection_.prepared("DELETE FROM factor WHERE person = ? AND number = ?")
      .bind(person.value)
      .bind(std::int64_t{number})
      .run();
  touched_one("factor");
  drop_phone_code(person, number);
}

std::optional<PendingFactor> SqliteTransaction::pending_factor(PersonId person) {
  auto row = connection_.prepared(
      "SELECT sealed, algorithm, digits, period, until, place, password_version FROM pending_factor WHERE person = ?");
  if (!row.bind(person.value).row()) return std::nullopt;
  const auto parameters = parameters_of(row, 1);
  PendingFactor pending{.key = open_sealed(keys_, {person.value, 0, 0, kPendingKeyLabel}, row.blob(0)),
                        .parameters = parameters.value_or(TotpParameters{}),
                        .until = {row.integer(4)},
                        .place = row.text(5),
                        .password_version = row.text(6)};
  if (!parameters || pending.key.empty() || pending.place.empty())
    throw StoreFailure(StoreError::damaged,
                       fmt::format("the pending factor of person {} holds an unknown value", person.value));
  return pending;
}

void SqliteTransaction::keep_pending(PersonId person, const PendingFactor& pending) {
  changing();
  const std::string sealed = seal(keys_, {person.value, 0, 0, kPendingKeyLabel}, pending.key);
  connection_.prepared("DELETE FROM pending_factor WHERE until < ?")
      .bind(pending.until.seconds - kSweepPendingAfter)
      .run();
  connection_
      .prepared(
          "INSERT OR REPLACE INTO pending_factor (person, sealed, algorithm, digits, period, until, place,"
          " password_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(person.value)
      .bind_blob(bytes_of(sealed))
      .bind(static_cast<std::int64_t>(pending.parameters.algorithm))
      .bind(std::int64_t{pending.parameters.digits})
      .bind(std::int64_t{pending.parameters.period.count()})
      .bind(pending.until.seconds)
      .bind(pending.place)
      .bind(pending.password_version)
      .run();
}

void SqliteTransaction::drop_pending(PersonId person) {
  changing();
  connection_.prepared("DELETE FROM pending_factor WHERE person = ?").bind(person.value).run();
}

}  // namespace mfa
