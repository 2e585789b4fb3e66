#include "common/store/rotation.h"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

#include "common/store/failure.h"
#include "common/store/number_hash.h"
#include "common/store/schema.h"
#include "common/store/sealed.h"
#include "common/store/sealed_places.h"

namespace mfa {

namespace {

constexpr std::int64_t kAtOnce = 500;  // rows that are held in memory

ByteView bytes_of(const std::string& blob) { return {reinterpret_cast<const std::uint8_t*>(blob.data()), blob.size()}; }

template <class T>
T or_fail(std::expected<T, KeyRingError> made) {
  if (!made && made.error() == KeyRingError::too_many)
    throw StoreFailure(StoreError::keys_full, "the key file has room for no more keys");
  if (!made) throw StoreFailure(StoreError::unavailable, fmt::format("the key file: {}", name_of(made.error())));
  return *std::move(made);
}

Secret text_of(const KeyFile& file) {
  auto text = file.read();
  if (!text) throw StoreFailure(StoreError::wrong_key, "the key file: " + text.error());
  return *std::move(text);
}

// Without retired keys that prove nothing any more. Whatever is kept of a key, a keyed hash of a code too, came with an
// event in the same transaction, which is chained with it.
Secret needed_text_of(Connection& connection, const KeyFile& file) {
  auto rows = connection.prepared("SELECT DISTINCT chain_key FROM event");
  std::vector<KeyId> needed;
  while (rows.row()) needed.push_back({static_cast<std::uint32_t>(rows.integer(0))});
  return or_fail(KeyRing::with_retired_of_these(text_of(file), needed));
}

void replace(const KeyFile& file, const Secret& text) {
  if (auto done = file.replace(text); !done)
    throw StoreFailure(StoreError::unavailable, "the key file: " + done.error());
}

// A value as it lies in its row, by the row's key.
struct Row {
  std::int64_t person, number, kind;
  std::string label;
  std::vector<std::uint8_t> sealed;
};

// Empty: it is sealed with the ring's key already.
std::string sealed_anew(const KeyRing& keys, const Row& row, Secret* plain) {
  const SealedPlace place{row.person, row.number, row.kind, row.label};
  if (sealed_with(row.sealed) == keys.newest()) return {};
  *plain = open_sealed(keys, place, row.sealed);
  return seal(keys, place, *plain);
}

bool is_phone(std::int64_t kind) {
  return kind == static_cast<std::int64_t>(FactorKind::sms) || kind == static_cast<std::int64_t>(FactorKind::call);
}

bool seal_factor(Connection& connection, const KeyRing& keys, const Row& row) {
  Secret plain;
  const std::string sealed = sealed_anew(keys, row, &plain);
  if (sealed.empty()) return false;
  if (!is_phone(row.kind)) {
    connection.prepared("UPDATE factor SET sealed = ? WHERE person = ? AND number = ?")
        .bind_blob(bytes_of(sealed))
        .bind(row.person)
        .bind(row.number)
        .run();
    return true;
  }
  // A number is found again by its hash, which need not outlive the key that made it.
  const auto number = parse_e164(plain.text());
  if (!number)
    throw StoreFailure(StoreError::damaged,
                       fmt::format("factor {} of person {} holds an unknown value", row.number, row.person));
  const Digest hash = number_hash(keys.subkey(KeyUse::codes), *number);
  connection.prepared("UPDATE factor SET sealed = ?, number_hash = ? WHERE person = ? AND number = ?")
      .bind_blob(bytes_of(sealed))
      .bind_blob(hash)
      .bind(row.person)
      .bind(row.number)
      .run();
  return true;
}

bool seal_pending(Connection& connection, const KeyRing& keys, const Row& row) {
  Secret plain;
  const std::string sealed = sealed_anew(keys, row, &plain);
  if (sealed.empty()) return false;
  connection.prepared("UPDATE pending_factor SET sealed = ? WHERE person = ?")
      .bind_blob(bytes_of(sealed))
      .bind(row.person)
      .run();
  return true;
}

bool seal_phone_code(Connection& connection, const KeyRing& keys, const Row& row) {
  Secret plain;
  const std::string sealed = sealed_anew(keys, row, &plain);
  if (sealed.empty()) return false;
  connection.prepared("UPDATE phone_code SET sealed = ? WHERE person = ? AND factor = ?")
      .bind_blob(bytes_of(sealed))
      .bind(row.person)
      .bind(row.number)
      .run();
  return true;
}

// One table after the other, each in the order of its key, so that every page is written once.
struct Table {
  std::string_view rows;  // person, number, kind, label, sealed of those behind (person, number)
  bool (*seal)(Connection&, const KeyRing&, const Row&);
  std::string (*label)(std::int64_t kind, const std::string& said);
};
constexpr std::array<Table, 3> kTables{
    Table{"SELECT person, number, kind, '', sealed FROM factor WHERE sealed IS NOT NULL AND (person, number) > (?, ?)"
          " ORDER BY person, number LIMIT ?",
          &seal_factor,
          [](std::int64_t kind, const std::string& /*said*/) {
            return std::string(is_phone(kind) ? kNumberLabel : kFactorKeyLabel);
          }},
    Table{"SELECT person, 0, 0, '', sealed FROM pending_factor WHERE (person, 0) > (?, ?) ORDER BY person LIMIT ?",
          &seal_pending,
          [](std::int64_t /*kind*/, const std::string& /*said*/) { return std::string(kPendingKeyLabel); }},
    Table{"SELECT person, factor, 0, purpose, sealed FROM phone_code WHERE (person, factor) > (?, ?)"
          " ORDER BY person, factor LIMIT ?",
          &seal_phone_code, [](std::int64_t /*kind*/, const std::string& said) { return phone_code_label(said); }}};

std::vector<Row> rows_behind(Connection& connection, const Table& table, std::int64_t person, std::int64_t number) {
  auto found = connection.prepared(table.rows);
  found.bind(person).bind(number).bind(kAtOnce);
  std::vector<Row> rows;
  while (found.row())
    rows.push_back({.person = found.integer(0),
                    .number = found.integer(1),
                    .kind = found.integer(2),
                    .label = table.label(found.integer(2), found.text(3)),
                    .sealed = found.blob(4)});
  return rows;
}

constexpr std::array<std::string_view, 3> kSealedWithOthers{
    "SELECT count(*) FROM factor WHERE sealed IS NOT NULL AND substr(sealed, 2, 4) <> ?",
    "SELECT count(*) FROM pending_factor WHERE substr(sealed, 2, 4) <> ?",
    "SELECT count(*) FROM phone_code WHERE substr(sealed, 2, 4) <> ?"};

}  // namespace

std::int64_t seal_all(Connection& connection, const KeyRing& keys) {
  std::int64_t sealed = 0;
  for (const Table& table : kTables) {
    for (auto rows = rows_behind(connection, table, -1, -1); !rows.empty();
         rows = rows_behind(connection, table, rows.back().person, rows.back().number))
      for (const Row& row : rows) sealed += table.seal(connection, keys, row) ? 1 : 0;
  }
  renew_key_check(connection, keys);
  return sealed;
}

NewKey seal_with_new_key(Connection& connection, KeyId current, const KeyFile& file) {
  const Secret before = text_of(file);
  // What an earlier attempt left there goes first.
  const Secret both =
      or_fail(KeyRing::with_new_key(or_fail(KeyRing::with_one_key(needed_text_of(connection, file), current))));
  NewKey made{.keys = or_fail(KeyRing::parse(both))};
  replace(file, both);
  try {
    made.sealed = seal_all(connection, made.keys);
  } catch (const StoreFailure& failure) {
    // A key more in it, which was never used, does no harm.
    if (auto back = file.replace(before); !back)
      throw StoreFailure(failure.error(), failure.detail() + "; the key file: " + back.error(), failure.sqlite_code());
    throw;
  }
  return made;
}

KeyRing leave_one_key(Connection& connection, KeyId current, const KeyFile& file) {
  std::array<std::uint8_t, 4> id{};
  for (std::size_t i = 0; i < id.size(); ++i) id.at(i) = static_cast<std::uint8_t>(current.value >> (8 * (3 - i)));
  for (const std::string_view others : kSealedWithOthers) {
    auto count = connection.prepared(others);
    if (!count.bind_blob(id).row() || count.integer(0) != 0)
      throw StoreFailure(StoreError::unavailable, "values are sealed with another key than the store's own");
  }
  const Secret one = or_fail(KeyRing::with_one_key(needed_text_of(connection, file), current));
  replace(file, one);
  return or_fail(KeyRing::parse(one));
}

}  // namespace mfa
