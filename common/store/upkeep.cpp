// What keeps a store healthy and is no work of a login: each goes through the queue like any other command.

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "common/store/aside.h"
#include "common/store/backup_files.h"
#include "common/store/new_file.h"
#include "common/store/restoring.h"
#include "common/store/room.h"
#include "common/store/rotation.h"
#include "common/store/schema.h"
#include "common/store/sqlite_store.h"

namespace mfa {

namespace {

// How SQLite's header says which journal a file has (https://sqlite.org/fileformat2.html §1.3.3). A copy needs none
// beside it.
constexpr std::int64_t kJournalVersions = 18;
constexpr std::array<std::uint8_t, 2> kNoLog{1, 1};

enum class From : std::uint8_t { own, elsewhere };

// Of what was found sound. Throws StoreFailure: damaged, too_new, wrong_key.
CopyFacts examined(NewFile& file, const KeyRing& keys, From from) {
  file.overwrite(kJournalVersions, kNoLog);
  Connection connection(file.name());
  require_store(connection);
  CopyFacts facts{
      .size = file.size(), .schema = connection.number("PRAGMA user_version"), .people = 0, .last = 0, .key = {}};
  if (facts.schema > static_cast<std::int64_t>(schema_steps().size()))
    throw StoreFailure(StoreError::too_new, fmt::format("the copy has schema {}", facts.schema));
  auto verdict = connection.prepared("PRAGMA integrity_check(1)");
  if (!verdict.row() || verdict.text(0) != "ok")
    throw StoreFailure(StoreError::damaged, fmt::format("the copy: {}", verdict.text(0)));
  if (from == From::elsewhere) require_own_tables(connection);
  check_key(connection, keys);
  facts.key = fmt::format("{:08x}", key_of_store(connection).value);
  facts.people = connection.number("SELECT count(*) FROM person");
  facts.last = connection.number("SELECT coalesce(max(seq), 0) FROM event");
  return facts;
}

// Of its trail, which may have been damaged long before.
std::optional<std::int64_t> first_bad_row(const NewFile& file, const KeyRing& keys,
                                          const std::function<void()>& alive) {
  constexpr std::int64_t kAtOnce = 50'000;  // rows, some 200 ms
  Connection connection(file.name());
  TrailReport trail;
  while (verify_rows(connection, keys, kAtOnce, trail))
    if (alive) alive();
  if (!trail.first_bad) return std::nullopt;
  return trail.first_bad->seq;
}

// The one that seals it, and those that its trail was written with.
bool knows_all_keys(Connection& copy, const KeyRing& keys) {
  if (!keys.opens_with(key_of_store(copy))) return false;
  auto used = copy.prepared("SELECT DISTINCT chain_key FROM event");
  while (used.row())
    if (keys.subkey({static_cast<std::uint32_t>(used.integer(0))}, KeyUse::trail) == nullptr) return false;
  return true;
}

// What goes wrong with a copy says nothing of the store.
[[noreturn]] void about_the_copy(const StoreFailure& failure) { throw StoreFailure(failure.error(), failure.detail()); }

Secret or_fail(std::expected<Secret, KeyRingError> made, StoreError error) {
  if (!made) throw StoreFailure(error, fmt::format("the key: {}", name_of(made.error())));
  return *std::move(made);
}

}  // namespace

std::unexpected<StoreError> SqliteStore::failed(const StoreFailure& failure, const char* doing) {
  file_.note(Severity::error, fmt::format("{}: {}", doing, failure.detail()));
  return std::unexpected(failure.error());
}

std::expected<KeyRotation, StoreError> SqliteStore::rotate_key(const Event& about) {
  KeyRotation rotation;
  if (auto done = submit_alone([&] { rotation = rotate(about); }); !done) return std::unexpected(done.error());
  return rotation;
}

// From the commit on the new key counts: what fails before leaves all as it was, and what fails behind it is mended by
// the next start. A commit that failed may be on disk nevertheless, so both keys stay in the file then.
KeyRotation SqliteStore::rotate(Event about) {
  if (!file_.key_file()) throw StoreFailure(StoreError::unavailable, "the keys cannot be changed here");
  file_.open();
  Connection& connection = file_.connection();
  connection.execute("BEGIN IMMEDIATE");
  const KeyId before = key_of_store(connection);
  NewKey made = seal_with_new_key(connection, before, file_.key_file());
  KeyRotation rotation{.before = fmt::format("{:08x}", before.value),
                       .now = fmt::format("{:08x}", made.keys.newest().value),
                       .sealed = made.sealed};
  about.reason = fmt::format("{} to {}", rotation.before, rotation.now);
  TrailHead head = read_head(connection, made.keys);
  append_event(connection, made.keys, about, head);
  // With the old key: so an older store that is put back with its key file can tell that it lacks this row.
  const TrailMark mark = mark_of(made.keys, before, about, head);
  connection.execute("COMMIT");
  file_.change_keys(std::move(made.keys));
  rotation.old_stays = file_.keys().openers() > 1;
  journal_.record(about, mark);
  file_.tend();
  return rotation;
}

// In parts, each a command of its own; what is checked afterwards is nobody's but ours.
std::expected<std::unique_ptr<StoreCopy>, StoreError> SqliteStore::copy() {
  try {
    auto file = std::make_unique<NewFile>(file_.place(), "copy");
    std::optional<KeyRing> keys;
    for (bool done = false; !done;) {
      auto part = submit_alone([&] {
        done = file_.copy_some(file->name());
        keys = file_.keys();
      });
      if (part) continue;
      const auto stopped = submit_alone([&] { file_.stop_copying(file->name()); });
      return std::unexpected(stopped ? part.error() : stopped.error());
    }
    CopyFacts facts = examined(*file, *keys, From::own);
    file->forget_name();
    return std::make_unique<SqliteCopy>(std::move(file), std::move(facts), *std::move(keys));
  } catch (const StoreFailure& failure) {
    return failed(failure, "copy");
  } catch (const std::exception&) {
    return std::unexpected(StoreError::unavailable);
  }
}

std::expected<std::unique_ptr<StoreDraft>, StoreError> SqliteStore::draft() {
  try {
    return std::make_unique<SqliteDraft>(file_.place());
  } catch (const StoreFailure& failure) {
    return failed(failure, "restore");
  } catch (const std::exception&) {
    return std::unexpected(StoreError::unavailable);
  }
}

std::expected<Restored, StoreError> SqliteStore::restore(StoreDraft& draft, const RestoreTerms& terms) {
  auto* given = dynamic_cast<SqliteDraft*>(&draft);
  if (given == nullptr || !file_.key_file()) return std::unexpected(StoreError::unavailable);
  try {
    Restored restored;
    const KeyRing keys = keys_with(terms.other_key);
    given->check(keys);
    restored.facts = examined(given->file(), keys, From::elsewhere);
    restored.bad = first_bad_row(given->file(), keys, terms.alive);
    if (auto done = submit_alone([&] { put_in_place(*given, terms, restored); }); !done)
      return std::unexpected(done.error());
    return restored;
  } catch (const StoreFailure& failure) {
    return failed(failure, "restore");
  } catch (const std::exception&) {
    return std::unexpected(StoreError::unavailable);
  }
}

// This host's keys as the file has them now, and those of another file.
KeyRing SqliteStore::keys_with(const Secret& other) const {
  auto text = file_.key_file().read();
  if (!text) throw StoreFailure(StoreError::unavailable, "the key file: " + text.error());
  if (!other.empty()) text = or_fail(KeyRing::joined(*text, other), StoreError::wrong_key);
  auto ring = KeyRing::parse(*text);
  if (!ring) throw StoreFailure(StoreError::unavailable, fmt::format("the key file: {}", name_of(ring.error())));
  return *std::move(ring);
}

// The draft is changed first, and only then its place: what fails before leaves the store that is there.
void SqliteStore::put_in_place(SqliteDraft& draft, const RestoreTerms& terms, Restored& restored) {
  const ReplacingLock lock(file_.place());
  try {
    file_.open();
  } catch (const StoreFailure& failure) {
    if (failure.error() == StoreError::busy) throw;
    file_.note(Severity::warning, fmt::format("what is to be replaced: {}", failure.detail()));
  }
  KeyRing keys = keys_with(terms.other_key);
  if (file_.is_open() && !keys.choose(file_.keys().newest()))
    throw StoreFailure(StoreError::unavailable, "the key file does not hold the store's key");
  std::vector<std::pair<Event, TrailMark>> told;
  bool key_is_needed = false;
  try {
    Connection connection(draft.file().name());
    connection.execute("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; BEGIN IMMEDIATE");
    if (auto upgraded = upgrade_schema(connection, [&]() -> const KeyRing& { return keys; }))
      told.emplace_back(std::move(upgraded->event), std::move(upgraded->mark));
    key_is_needed = !terms.other_key.empty() && !knows_all_keys(connection, keys_with(Secret()));
    if (key_of_store(connection) != keys.newest()) seal_all(connection, keys);
    restored.continued = file_.is_open() && learned(connection, restored.facts.last);
    if (restored.continued) {
      note_what_came_back(connection, restored);
      note_who_was_renamed(connection, restored);
      ask_for_codes(connection, restored);
    }
    void_what_lives(connection, terms.about.at, terms.steps_ahead);
    TrailHead head = read_head(connection, keys);
    Event about = terms.about;
    about.reason = fmt::format("from row {}", restored.facts.last);
    append_event(connection, keys, about, head);
    connection.execute("COMMIT");
    TrailMark mark = mark_of(keys, about, head);
    told.emplace_back(std::move(about), std::move(mark));
  } catch (const StoreFailure& failure) {
    about_the_copy(failure);
  }
  draft.file().sync();
  if (key_is_needed) add_to_key_file(terms.other_key);
  const Replaced replaced = file_.give_place_to(draft.file(), terms.about.at, [&] {
    for (const auto& [event, mark] : told) tell(event, mark);
  });
  restored.aside = replaced.aside;
  restored.opens = replaced.opens;
}

// What ails the store that is replaced is no reason not to replace it.
bool SqliteStore::learned(Connection& draft, std::int64_t last) {
  try {
    return learn_what_was_used(draft, file_.connection(), last);
  } catch (const StoreFailure& failure) {
    if (!draft.in_transaction()) throw;
    file_.note(Severity::warning, fmt::format("what was used is not known: {}", failure.detail()));
    forget_what_was_used(draft);
    return false;
  }
}

// What the copy was sealed with before checks what is hashed in it.
void SqliteStore::add_to_key_file(const Secret& other) {
  auto text = file_.key_file().read();
  if (!text) throw StoreFailure(StoreError::unavailable, "the key file: " + text.error());
  const Secret all = or_fail(KeyRing::with_retired_of(*text, other), StoreError::unavailable);
  if (auto done = file_.key_file().replace(all); !done)
    throw StoreFailure(StoreError::unavailable, "the key file: " + done.error());
  file_.read_keys_again();
}

}  // namespace mfa
