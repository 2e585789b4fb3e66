// How one store takes the place of another: who holds which lock, what lies under which name when, and what is told if
// it goes wrong half-way.
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <thread>

#include "common/store/schema.h"
#include "tests/unit/store_backup.h"

namespace {

// What is done before the next file is given another name, and its error; none: it goes well.
std::function<int()> before_rename;
std::function<void()> before_lock;
bool folder_synced = false;
bool fail_after_sync = false;
bool writes_fail = false;
int refused_locks = 0;  // of files that somebody is making

int lock_or_unlock(int file, int command, struct flock* lock) {
  if (before_lock) std::exchange(before_lock, nullptr)();
  return fcntl(file, command, lock);
}
ssize_t write_or_fail(int file, const void* bytes, size_t size, off_t at) {
  if (!writes_fail) return pwrite64(file, bytes, size, at);
  errno = EIO;
  return -1;
}

}  // namespace

// In the place of libc's.
extern "C" __attribute__((visibility("default"))) int rename(const char* from, const char* to) noexcept {
  if (before_rename) {
    if (const int error = before_rename(); error != 0) {
      errno = error;
      return -1;
    }
  }
  return static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}
extern "C" __attribute__((visibility("default"))) int lock_whole_file(int file, int operation) noexcept
    __asm__("flock");
extern "C" int lock_whole_file(int file, int operation) noexcept {
  const auto done = static_cast<int>(syscall(SYS_flock, file, operation));
  if (done != 0) ++refused_locks;
  return done;
}
extern "C" __attribute__((visibility("default"))) int fsync(int file) {
  struct stat about{};
  folder_synced = fstat(file, &about) == 0 && S_ISDIR(about.st_mode);
  if (fail_after_sync && !folder_synced) writes_fail = true;
  return static_cast<int>(syscall(SYS_fsync, file));
}

namespace mfa::test {
namespace {

class StoreReplacing : public StoreBackup {
 protected:
  void TearDown() override {
    before_rename = nullptr;
    before_lock = nullptr;
    fail_after_sync = writes_fail = false;
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    vfs->xSetSystemCall(vfs, "fcntl", nullptr);
    vfs->xSetSystemCall(vfs, "pwrite64", nullptr);
    StoreBackup::TearDown();
  }
  template <class Call>
  static void intercept(const char* name, Call call) {
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    ASSERT_EQ(vfs->xSetSystemCall(vfs, name, reinterpret_cast<sqlite3_syscall_ptr>(call)), SQLITE_OK);
  }
  // As somebody with an editor for SQLite files would, and the key.
  std::string altered(const std::string& bytes, const char* sql) {
    const fs::path copy = folder / "altered";
    write_bytes(copy, unproven(bytes));
    sqlite3* opened = nullptr;
    EXPECT_EQ(sqlite3_open(copy.c_str(), &opened), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(opened, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(opened);
    sqlite3_close(opened);
    std::string changed = bytes_of(copy);
    fs::remove(copy);
    return proven(changed);
  }
  // Noise over the page on which a table begins.
  void overwrite_table(const char* name) {
    std::int64_t page = 0;
    {
      Connection connection(path);
      page = connection.number(fmt::format("SELECT rootpage FROM sqlite_schema WHERE name = '{}'", name));
    }
    write_bytes(path, bytes_of(path).replace(static_cast<std::size_t>(page - 1) * 4096, 4096, std::string(4096, 'x')));
  }
};

TEST_F(StoreReplacing, The_engine_holds_the_store_that_came_back) {
  auto store = opened();
  EXPECT_TRUE(held());
  const std::string bytes = copied(*store);
  ASSERT_TRUE(restored(*store, bytes).has_value()) << journal.notes();
  EXPECT_TRUE(held());
  EXPECT_TRUE(store->draft().has_value());
  EXPECT_TRUE(held());
  store.reset();
  EXPECT_FALSE(held());
}

TEST_F(StoreReplacing, A_draft_is_not_swept_up_by_its_own_process) {
  auto store = opened();
  const std::string bytes = copied(*store);
  refused_locks = 0;
  const auto first = store->draft();
  ASSERT_TRUE(first.has_value());
  ASSERT_TRUE(restored(*store, bytes).has_value()) << journal.notes();
  EXPECT_EQ(std::ranges::count_if(names(), [](const auto& name) { return name.starts_with("mfa.db.restored-"); }), 1);
  EXPECT_EQ(refused_locks, 0) << "nor opened";
  EXPECT_TRUE(held());
}

TEST_F(StoreReplacing, The_old_log_is_gone_for_good_before_and_nobody_gets_in_between) {
  for (const StoreMode mode : {StoreMode::resident, StoreMode::per_command}) {
    auto store = closed(mode);
    const std::string bytes = copied(*store);
    ASSERT_TRUE(store->write([&](Transaction& tx) { tx.append(event_about("alice")); }));
    int renamed = 0;
    before_rename = [&] {
      ++renamed;
      EXPECT_TRUE(fs::exists(path)) << "there is one at any moment";
      EXPECT_FALSE(fs::exists(log_path()));
      EXPECT_TRUE(folder_synced);
      EXPECT_TRUE(held());
      return 0;
    };
    ASSERT_TRUE(restored(*store, bytes).has_value()) << journal.notes();
    before_rename = nullptr;
    EXPECT_EQ(renamed, 1);
  }
}

TEST_F(StoreReplacing, Whoever_opened_the_old_one_meanwhile_uses_the_new_one) {
  const std::string bytes = copied(*opened());
  for (const bool whole : {true, false}) {
    auto late = closed(StoreMode::per_command);
    bool replaced = false;
    intercept("fcntl", &lock_or_unlock);
    before_lock = [&] {
      fs::rename(path, folder / "old.db");
      fs::rename(log_path(), folder / "old.db-wal");
      write_bytes(path, bytes);
      if (!whole) write_bytes(folder / "old.db", std::string(8192, 'x'));
      replaced = true;
    };
    EXPECT_TRUE(late->write([&](Transaction& tx) { tx.append(event_about("late")); })) << journal.notes();
    EXPECT_TRUE(replaced);
    intercept("fcntl", static_cast<int (*)(int, int, struct flock*)>(nullptr));
    Connection connection(path);
    EXPECT_EQ(connection.number("SELECT count(*) FROM event WHERE user = 'late'"), 1);
  }
}

TEST_F(StoreReplacing, If_it_cannot_be_named_the_old_one_is_back) {
  auto store = opened();
  const std::string bytes = copied(*store);
  use(*store);
  for (const bool quiet : {true, false}) {
    if (!quiet) {
      store.reset();
      overwrite_table("meta");
      write_bytes(log_path(), "some log");
      store = closed(StoreMode::per_command);
    }
    const std::vector<std::string> before = names();
    const std::string was = bytes_of(path);
    before_rename = [&, calls = 0]() mutable { return ++calls == (quiet ? 1 : 3) ? EIO : 0; };
    EXPECT_EQ(restored(*store, bytes).error(), StoreError::unavailable);
    before_rename = nullptr;
    if (quiet) {
      EXPECT_EQ(seen(*store).counter, 7);
      EXPECT_TRUE(held());
    } else {
      EXPECT_TRUE(bytes_of(path) == was);
    }
    EXPECT_EQ(names(), before);
  }
  EXPECT_EQ(bytes_of(log_path()), "some log");
}

TEST_F(StoreReplacing, A_log_that_cannot_be_moved_into_the_file_is_kept_with_it) {
  auto store = opened();
  const std::string bytes = copied(*store);
  use(*store);
  intercept("pwrite64", &write_or_fail);
  fail_after_sync = true;  // the draft's: the last of what has to go well before
  before_rename = [] {
    fail_after_sync = writes_fail = false;
    return 0;
  };
  const auto done = restored(*store, bytes);
  before_rename = nullptr;
  ASSERT_TRUE(done.has_value()) << journal.notes();
  EXPECT_TRUE(done->opens && held());
  EXPECT_TRUE(fs::exists(done->aside + "-wal"));
  store.reset();
  path = done->aside;
  EXPECT_EQ(seen(*opened()).counter, 7);
}

TEST_F(StoreReplacing, What_is_damaged_beyond_what_opening_looks_at_is_replaced) {
  for (const char* table : {"factor", "recovery_code", "person"}) {
    begin_host();
    const std::string bytes = [&] {
      auto store = opened();
      return copied(*store);
    }();
    static_cast<void>(closed(StoreMode::resident)->check());
    overwrite_table(table);
    auto store = closed(StoreMode::per_command);
    ASSERT_TRUE(store->check()) << "it opens";
    const auto done = restored(*store, bytes);
    ASSERT_TRUE(done.has_value()) << table << ": " << journal.notes();
    EXPECT_FALSE(done->continued);
  }
}

TEST_F(StoreReplacing, Another_history_of_the_same_store_teaches_nothing) {
  auto store = opened();
  const std::string first = copied(*store);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.append(event_about("alice"));
    tx.append(event_about("alice"));
  }));
  const std::string later = copied(*store);
  ASSERT_TRUE(restored(*store, first).has_value());
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.append(event_about("alice"));
    tx.append(event_about("alice"));
  }));
  const auto done = restored(*store, later);
  ASSERT_TRUE(done.has_value()) << journal.notes();
  EXPECT_FALSE(done->continued);
  EXPECT_EQ(seen(*store).counter, kNeverPressed);
}

TEST_F(StoreReplacing, A_token_of_the_same_number_is_another_one) {
  auto store = opened();
  const std::string bytes = copied(*store);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.remove_factor(alice_, 2);
    Factor another = token_factor(2, "another key of a token");
    another.added = {1'790'500'000};
    tx.add_factor(alice_, another);
  }));
  const auto done = restored(*store, bytes);
  ASSERT_TRUE(done.has_value()) << journal.notes();
  EXPECT_TRUE(done->continued);
  EXPECT_EQ(seen(*store).counter, kNeverPressed);
}

TEST_F(StoreReplacing, What_was_removed_since_is_named) {
  auto store = opened();
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    const Person carol = tx.add_person({"carol"}, {1003}, kStart);
    tx.add_factor(carol.id, totp_factor(1, "another key of another"));
  }));
  const std::string bytes = copied(*store);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.remove_factor(alice_, 1);
    tx.remove_person(tx.person_by_name({"carol"})->id);
  }));
  const auto done = restored(*store, bytes);
  ASSERT_TRUE(done.has_value()) << journal.notes();
  EXPECT_EQ(done->all_that_came_back, 3);
  std::string named;
  for (const auto& [user, factor] : done->came_back) named += user + "/" + factor + " ";
  EXPECT_EQ(named, "alice/totp-1 carol/ carol/totp-1 ");
  const auto again = restored(*store, bytes);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->all_that_came_back, 0);
}

// A thief with the password alone would set one up in their name.
TEST_F(StoreReplacing, Whose_factor_is_lost_with_it_sets_one_up_by_a_code_alone) {
  auto store = opened();
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    static_cast<void>(tx.add_person({"dave"}, {1004}, kStart));  // had none yet
    static_cast<void>(tx.add_person({"frank"}, {1006}, kStart));
  }));
  const std::string bytes = copied(*store);
  const LockoutState locked{7, 3, {1'790'800'000}, {1'790'900'060}};
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    Person carol = tx.add_person({"carol"}, {1003}, kStart);
    carol.lockout = locked;
    carol.language = "nl";
    carol.next_factor = 2;
    tx.save(carol);
    tx.add_factor(carol.id, totp_factor(1, "another key of another"));
    tx.add_factor(tx.person_by_name({"dave"})->id, totp_factor(1, "another key of another"));
    static_cast<void>(tx.add_person({"erin"}, {1005}, kStart));
    tx.rename_person(tx.person_by_name({"frank"})->id, {"franklin"}, {1006});
    tx.add_factor(tx.add_person({"frank"}, {1007}, kStart).id, totp_factor(1, "another key of another"));
  }));
  const auto done = restored(*store, bytes);
  ASSERT_TRUE(done.has_value()) << journal.notes();
  EXPECT_EQ(done->by_code, (std::vector<std::string>{"carol", "dave", "frank"}));
  EXPECT_EQ(done->all_by_code, 3);
  ASSERT_EQ(done->named_as_before.size(), 1U);
  EXPECT_EQ(done->named_as_before[0].user, "frank");
  EXPECT_EQ(done->named_as_before[0].was, "franklin");
  ASSERT_TRUE(store->read([&](Transaction& tx) {
    const auto carol = tx.person_by_name({"carol"});
    ASSERT_TRUE(carol);
    EXPECT_EQ(carol->uid, Uid{1003});
    EXPECT_TRUE(carol->enrol_by_code);
    EXPECT_EQ(carol->lockout, locked);
    EXPECT_EQ(carol->language, "nl");
    EXPECT_EQ(carol->next_factor, 2U);
    EXPECT_GE(carol->epoch, kThen.seconds);
    EXPECT_TRUE(tx.factors(carol->id).empty());
    EXPECT_TRUE(tx.person_by_name({"dave"})->enrol_by_code);
    EXPECT_FALSE(tx.person_by_name({"alice"})->enrol_by_code);
    EXPECT_FALSE(tx.person_by_name({"erin"})->enrol_by_code) << "who had nothing loses nothing";
    EXPECT_EQ(tx.person_by_name({"frank"})->uid, Uid{1006}) << "of two with one name the backup's";
  }));
  EXPECT_EQ(restored(*store, bytes)->all_by_code, 0) << "told once";
  EXPECT_TRUE(reading(*store, [](Transaction& tx) { return tx.person_by_name({"carol"})->enrol_by_code; }));
}

TEST_F(StoreReplacing, What_somebody_said_since_goes_on) {
  auto store = opened();
  const std::string bytes = copied(*store);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    Person alice = *tx.person_by_name({"alice"});
    alice.reported = {1'790'800'000};
    alice.reported_version = "version";
    alice.enrol_by_code = true;
    alice.failed_since_login = 3;
    alice.next_factor = 9;
    alice.next_trust = 8;
    tx.save(alice);
  }));
  ASSERT_TRUE(restored(*store, bytes).has_value());
  const Person alice = reading(*store, [](Transaction& tx) { return *tx.person_by_name({"alice"}); }).value();
  EXPECT_EQ(alice.reported, UnixTime{1'790'800'000});
  EXPECT_EQ(alice.reported_version, "version");
  EXPECT_TRUE(alice.enrol_by_code);
  EXPECT_EQ(alice.failed_since_login, 3U);
  EXPECT_EQ(alice.next_factor, 9U);
  EXPECT_EQ(alice.next_trust, 8U);
}

TEST_F(StoreReplacing, Who_wants_to_be_asked_is_though_they_did_not_before) {
  auto store = opened();
  const auto set = [&](bool off) {
    return store->write([&](Transaction& tx) {
      Person alice = *tx.person_by_name({"alice"});
      alice.asks_off = off;
      tx.save(alice);
    });
  };
  ASSERT_TRUE(set(true));
  const std::string bytes = copied(*store);
  ASSERT_TRUE(set(false));
  ASSERT_TRUE(restored(*store, bytes).has_value());
  EXPECT_FALSE(reading(*store, [](Transaction& tx) { return tx.person_by_name({"alice"})->asks_off; }).value());
}

TEST_F(StoreReplacing, Who_was_locked_since_stays_locked) {
  auto store = opened();
  const std::string bytes = copied(*store);
  const LockoutState locked{7, 3, {1'790'800'000}, {1'790'900'060}};
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    Person alice = *tx.person_by_name({"alice"});
    alice.lockout = locked;
    tx.save(alice);
  }));
  ASSERT_TRUE(restored(*store, bytes).has_value());
  EXPECT_EQ(reading(*store, [](Transaction& tx) { return tx.person_by_name({"alice"})->lockout; }), locked);
}

TEST_F(StoreReplacing, What_has_other_tables_is_no_store) {
  auto store = opened();
  const std::string bytes = copied(*store);
  for (const char* sql :
       {"DROP TABLE journey", "DROP INDEX event_by_user", "CREATE TABLE more (x)",
        "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM trust; END", "CREATE VIEW v AS SELECT 1",
        "ALTER TABLE person ADD COLUMN more TEXT", "ALTER TABLE person DROP COLUMN asks_off",
        "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = replace(sql, 'TEXT    NOT NULL UNIQUE', 'TEXT')"
        " WHERE name = 'person'; DELETE FROM sqlite_schema WHERE name LIKE 'sqlite_autoindex_person_1'",
        "PRAGMA page_size=8192; VACUUM", "PRAGMA auto_vacuum=1; VACUUM"}) {
    const auto done = restored(*store, altered(bytes, sql));
    ASSERT_FALSE(done.has_value()) << sql;
    EXPECT_EQ(done.error(), StoreError::damaged) << sql;
  }
  EXPECT_TRUE(restored(*store, altered(bytes, "VACUUM")).has_value()) << journal.notes();
}

TEST_F(StoreReplacing, A_trail_that_was_altered_long_before_is_told) {
  auto store = opened();
  const std::string bytes = copied(*store);
  const auto done = restored(*store, altered(bytes, "UPDATE event SET user = 'mallory' WHERE seq = 2"));
  ASSERT_TRUE(done.has_value()) << journal.notes();
  EXPECT_EQ(done->bad, 2);
  EXPECT_FALSE(restored(*store, bytes)->bad.has_value());
}

TEST_F(StoreReplacing, More_than_it_says_it_holds_is_not_taken) {
  auto store = opened();
  const std::string bytes = copied(*store);
  const auto draft = store->draft();
  ASSERT_TRUE(draft.has_value());
  const auto piece = [&](const std::string& of) {
    return (*draft)->append({reinterpret_cast<const std::uint8_t*>(of.data()), of.size()});
  };
  ASSERT_TRUE(piece(bytes.substr(0, 20)));
  ASSERT_TRUE(piece(bytes.substr(20)));
  const std::string zeros(1 << 20, '\0');
  int taken = 0;
  while (taken < 100 && piece(zeros)) ++taken;
  EXPECT_LT(taken, 40);
  EXPECT_EQ(restored(*store, std::string(100, 'x')).error(), StoreError::damaged);
  EXPECT_TRUE(restored(*store, proven(unproven(bytes) + std::string(4 << 20, '\0'))))
      << "a file may be longer: " << journal.notes();
}

TEST_F(StoreReplacing, A_key_that_is_not_needed_is_not_kept) {
  auto store = opened();
  const std::string bytes = copied(*store);
  const Secret other(KeyRing::generate()->text());
  const auto known = ring().newest_first();
  ASSERT_TRUE(restored(*store, bytes, other)) << journal.notes();
  EXPECT_EQ(ring().newest_first(), known);
}

TEST_F(StoreReplacing, One_at_a_time) {
  auto store = opened();
  const std::string bytes = copied(*store);
  auto other = closed(StoreMode::per_command);
  before_rename = [&] {
    EXPECT_EQ(restored(*other, bytes).error(), StoreError::busy);
    return 0;
  };
  store.reset();
  overwrite_table("meta");
  EXPECT_TRUE(restored(*closed(), bytes).has_value()) << journal.notes();
}

}  // namespace
}  // namespace mfa::test
