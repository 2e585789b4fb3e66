// A store that somebody uses, backups of it, and what is left of it once one has come back.
#pragma once

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "common/store/backup_proof.h"
#include "tests/unit/store_fixture.h"

namespace mfa::test {

using std::chrono::hours;
namespace fs = std::filesystem;

inline constexpr const char* kUsed = "7k3m92qxd4tp";
inline constexpr const char* kUnused = "h4x9ktm2w7qd";
inline constexpr UnixTime kThen{1'790'900'000};

inline RestoreTerms terms(Secret other_key = {}) {
  Event event;
  event.kind = EventKind::store_restored;
  event.at = kThen;
  event.actor = "root";
  return {.about = event, .steps_ahead = 1, .other_key = std::move(other_key), .alive = {}};
}

class StoreBackup : public StoreFolder {
 protected:
  void SetUp() override {
    StoreFolder::SetUp();
    key_path_ = folder / "key";
    begin_host();
    auto store = opened();
    ASSERT_TRUE(store->write([&](Transaction& tx) {
      Person alice = tx.add_person({"alice"}, {1001}, kStart);
      alice_ = alice.id;
      tx.add_factor(alice_, totp_factor(1, "12345678901234567890"));
      tx.add_factor(alice_, token_factor(2, "abcdefghijklmnopqrst"));
      tx.replace_recovery_codes(alice_, std::vector<std::string>{kUsed, kUnused});
      tx.add_trust(alice_, trust_in(1));
      tx.keep_enrolment_code(alice_, "enrolment", kThen + hours(24));
      tx.keep_bypass_code(alice_, "40291377", {.until = kThen + hours(24), .uses = 3});
      tx.keep_identified(alice_, {1003}, kThen + hours(1));
      tx.add_journey(alice_, {.country = "DE", .until = kThen + hours(24)});
      tx.keep_pending(alice_, pending_in("address:203.0.113.7"));
      alice.exempt_until = kThen + hours(24);
      tx.save(alice);
      tx.append(event_about("alice"));
    }));
  }
  // A key and an empty store.
  void begin_host() {
    fs::remove_all(folder);
    fs::create_directory(folder);
    write_bytes(key_path_, std::string(KeyRing::generate().value().text()));
    keys = ring();
    create();
  }
  KeyFile key_file() {
    return {.read = [this]() -> std::expected<Secret, std::string> { return Secret(bytes_of(key_path_)); },
            .replace = [this](const Secret& text) -> std::expected<void, std::string> {
              write_bytes(folder / "key.new", std::string(text.text()));
              fs::rename(folder / "key.new", key_path_);
              return {};
            }};
  }
  [[nodiscard]] KeyRing ring() const { return KeyRing::parse(Secret(bytes_of(key_path_))).value(); }
  std::shared_ptr<SqliteStore> closed(StoreMode mode = StoreMode::resident) {
    return std::make_shared<SqliteStore>(
        path, ring(), journal,
        StoreOptions{.mode = mode, .busy_limit = std::chrono::milliseconds(300), .key_file = key_file()});
  }
  std::shared_ptr<SqliteStore> opened() {
    auto store = closed();
    EXPECT_TRUE(store->check()) << journal.notes();
    return store;
  }
  std::string copied(Store& store) {
    const auto copy = store.copy();
    EXPECT_TRUE(copy.has_value()) << journal.notes();
    if (!copy) return {};
    std::string bytes;
    std::vector<std::uint8_t> room(10'000);
    for (std::size_t got = 1; got > 0;) {
      got = (*copy)->read(room).value_or(0);
      bytes.append(reinterpret_cast<const char*>(room.data()), got);
    }
    EXPECT_EQ(static_cast<std::int64_t>(bytes.size()), (*copy)->facts().size);
    return bytes;
  }
  // Of a backup, what is the store's; and that with a proof again, as only this host can write it.
  static std::string unproven(const std::string& bytes) { return bytes.substr(0, bytes.size() - kBackupProofSize); }
  [[nodiscard]] std::string proven(const std::string& bytes) const {
    Sha256 all;
    all.add({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    return bytes + backup_proof(ring(), all.digest());
  }
  std::expected<Restored, StoreError> restored(Store& store, const std::string& bytes, Secret other_key = {}) {
    auto draft = store.draft();
    EXPECT_TRUE(draft.has_value()) << journal.notes();
    if (!draft) return std::unexpected(draft.error());
    for (std::size_t at = 0; at < bytes.size(); at += 5000) {
      const std::string_view piece = std::string_view(bytes).substr(at, 5000);
      if (auto kept = (*draft)->append({reinterpret_cast<const std::uint8_t*>(piece.data()), piece.size()}); !kept)
        return std::unexpected(kept.error());
    }
    return store.restore(**draft, terms(std::move(other_key)));
  }
  // As an app, a token and a recovery code are used after the backup.
  void use(Store& store) {
    ASSERT_TRUE(store.write([&](Transaction& tx) {
      auto factors = tx.factors(alice_);
      std::get<TotpFactor>(factors.at(0).detail).last_step = {99'999'999};
      std::get<HotpFactor>(factors.at(1).detail).state.next = {7};
      for (const Factor& factor : factors) tx.save_factor(alice_, factor);
      EXPECT_TRUE(tx.use_recovery_code(alice_, kUsed));
    }));
  }
  struct Seen {
    std::int64_t last_step, counter;
    bool used, unused;
  };
  Seen seen(Store& store) {
    return writing(store,
                   [&](Transaction& tx) {
                     const auto factors = tx.factors(alice_);
                     return Seen{.last_step = std::get<TotpFactor>(factors.at(0).detail).last_step.value,
                                 .counter = std::get<HotpFactor>(factors.at(1).detail).state.next.value,
                                 .used = tx.use_recovery_code(alice_, kUsed),
                                 .unused = tx.use_recovery_code(alice_, kUnused)};
                   })
        .value();
  }
  void expect_nothing_lives(Store& store) {
    ASSERT_TRUE(store.read([&](Transaction& tx) {
      EXPECT_TRUE(tx.trusts(alice_).empty());
      EXPECT_FALSE(tx.enrolment_code_until(alice_));
      EXPECT_FALSE(tx.bypass_code(alice_));
      EXPECT_FALSE(tx.identified_until(alice_, {1003}));
      EXPECT_TRUE(tx.journeys(alice_).empty());
      EXPECT_FALSE(tx.pending_factor(alice_));
      EXPECT_FALSE(tx.person_by_name({"alice"})->exempt_until);
      EXPECT_GE(tx.person_by_name({"alice"})->epoch, kThen.seconds) << "beyond any that was proven at";
    }));
  }
  void expect_trail_whole(SqliteStore& store) {
    const auto trail = store.verify_trail([] {});
    ASSERT_TRUE(trail.has_value());
    EXPECT_TRUE(trail->damage.empty());
    EXPECT_EQ(journal.events().back().first.kind, EventKind::store_restored);
    EXPECT_EQ(journal.events().back().second.seq, trail->rows);
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder)) found.push_back(entry.path().filename());
    std::ranges::sort(found);
    return found;
  }

  // Whether another process could not get at the store. Not asked of SQLite, which a fork would tell what it knew.
  [[nodiscard]] bool held() const {
    return status_of(in_a_process([&] {
             const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
             constexpr off_t kShared = 0x40000002;  // https://sqlite.org/src/file?name=src/os.h, SHARED_FIRST
             struct flock lock{.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = kShared, .l_len = 510, .l_pid = 0};
             return file >= 0 && fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
           })) == 0;
  }

  static constexpr std::int64_t kSpent = kThen.seconds / 30 + 1;
  static constexpr std::int64_t kNeverPressed = 9007199254739992;  // so often
  std::string key_path_;
  PersonId alice_;
};

}  // namespace mfa::test
