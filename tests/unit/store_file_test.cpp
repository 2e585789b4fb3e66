// Making a store, opening it, and every reason not to: a store is never made over what is there, and what is not fit
// to be used is refused by name.
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <random>

#include "common/store/schema.h"
#include "tests/unit/store_fixture.h"

namespace mfa::test {
namespace {

class StoreFileTest : public StoreFolder {
 protected:
  StoreError error_on_opening(const KeyRing& with) {
    StoreError found{};
    for (const StoreMode mode : {StoreMode::resident, StoreMode::per_command}) {
      const auto opened = SqliteStore::open(path, with, journal, {.mode = mode, .busy_limit = {}});
      EXPECT_FALSE(opened.has_value());
      if (!opened) found = opened.error();
    }
    return found;
  }
  StoreError error_on_opening() { return error_on_opening(keys); }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) found.push_back(entry.path().filename());
    std::ranges::sort(found);
    return found;
  }
};

TEST_F(StoreFileTest, A_new_store_is_private_and_says_what_it_is) {
  const mode_t before = umask(0);
  create();
  umask(before);
  struct stat status{};
  for (const auto& file : {path.string(), log_path()}) {
    ASSERT_EQ(stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U) << file;
  }
  EXPECT_EQ(names(), (std::vector<std::string>{"mfa.db", "mfa.db-wal"}));
  Connection connection(path);
  EXPECT_EQ(connection.number("PRAGMA application_id"), kApplicationId);
  EXPECT_EQ(connection.number("PRAGMA user_version"), static_cast<std::int64_t>(schema_steps().size()));
  EXPECT_EQ(connection.number("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND strict = 0"
                              " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"),
            0);
}

TEST_F(StoreFileTest, Its_first_event_is_its_creation) {
  create();
  ASSERT_EQ(journal.events().size(), 1U);
  EXPECT_EQ(journal.events()[0].first.kind, EventKind::store_created);
  EXPECT_EQ(journal.events()[0].first.at, kStart);
  EXPECT_EQ(journal.events()[0].second.seq, 1);
}

TEST_F(StoreFileTest, Nothing_is_ever_created_over_what_is_there) {
  for (const std::string content : {"", "precious", "SQLite format 3"}) {
    write_bytes(path, content);
    EXPECT_FALSE(SqliteStore::create(path, keys, journal, kStart));
    EXPECT_EQ(bytes_of(path), content);
    std::filesystem::remove(path);
  }
  create();
  const std::string store = bytes_of(path);
  EXPECT_FALSE(SqliteStore::create(path, new_keys(), journal, kStart));
  EXPECT_EQ(bytes_of(path), store);
  std::filesystem::remove(path);
  std::filesystem::create_symlink("elsewhere", path);
  EXPECT_FALSE(SqliteStore::create(path, keys, journal, kStart));
  EXPECT_FALSE(std::filesystem::exists(folder / "elsewhere"));
}

TEST_F(StoreFileTest, Creating_sweeps_up_after_one_who_was_killed_and_leaves_others_at_work_alone) {
  write_bytes(folder / "mfa.db.new-0123456789abcdef", "half");
  write_bytes(folder / "mfa.db.new-00000000000000aa", "at work");
  write_bytes(folder / "mfa.db.old", "someone else's");
  const int at_work = ::open((folder / "mfa.db.new-00000000000000aa").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(flock(at_work, LOCK_EX), 0);
  create();
  EXPECT_EQ(names(), (std::vector<std::string>{"mfa.db", "mfa.db-wal", "mfa.db.new-00000000000000aa", "mfa.db.old"}));
  close(at_work);
}

TEST_F(StoreFileTest, Of_many_who_create_at_once_one_does) {
  for (int round = 0; round < 10; ++round) {
    std::vector<pid_t> children;
    for (int i = 0; i < 8; ++i)
      children.push_back(in_a_process([&] { return SqliteStore::create(path, keys, journal, kStart).has_value(); }));
    int made = 0;
    for (const pid_t child : children) made += status_of(child) == 0 ? 1 : 0;
    EXPECT_EQ(made, 1);
    EXPECT_TRUE(open().has_value());
    EXPECT_EQ(names(), (std::vector<std::string>{"mfa.db", "mfa.db-wal"}));
    std::filesystem::remove(path);
    std::filesystem::remove(log_path());
  }
}

TEST_F(StoreFileTest, A_missing_store_stays_missing) {
  EXPECT_EQ(error_on_opening(), StoreError::missing);
  EXPECT_TRUE(names().empty());
  path = folder / "nowhere" / "mfa.db";
  EXPECT_EQ(error_on_opening(), StoreError::missing);
}

TEST_F(StoreFileTest, A_log_without_its_store_does_not_make_one) {
  create();
  std::filesystem::remove(path);
  EXPECT_EQ(error_on_opening(), StoreError::missing);
}

TEST_F(StoreFileTest, A_store_that_comes_back_is_used_again) {
  SqliteStore store(path, keys, journal, {});
  EXPECT_EQ(store.check(), std::unexpected(StoreError::missing));
  create();
  EXPECT_TRUE(store.check());
}

TEST_F(StoreFileTest, What_is_no_store_is_damaged_and_is_left_alone) {
  std::string other(8192, '\0');
  std::ranges::copy(std::string_view("SQLite format 3\0", 16), other.begin());
  for (const std::string& content : {std::string(), std::string("x"), std::string(4096, 'x'), other}) {
    write_bytes(path, content);
    EXPECT_EQ(error_on_opening(), StoreError::damaged) << content.size();
    EXPECT_EQ(bytes_of(path), content);
  }
}

TEST_F(StoreFileTest, Another_programs_database_is_not_ours) {
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "CREATE TABLE person (id INTEGER); PRAGMA user_version=1", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(other);
  EXPECT_EQ(error_on_opening(), StoreError::damaged);
}

TEST_F(StoreFileTest, An_empty_database_is_not_filled_by_opening_it) {
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "CREATE TABLE x (id); DROP TABLE x", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  EXPECT_EQ(error_on_opening(), StoreError::damaged);
}

TEST_F(StoreFileTest, A_copy_put_back_is_not_mixed_with_an_old_log) {
  create();
  const PersonId alice = enrol_alice();
  const std::string copy = bytes_of(path);
  for (const StoreMode mode : {StoreMode::resident, StoreMode::per_command}) {
    {
      auto store = open(mode);
      for (int i = 0; i < 100; ++i)
        ASSERT_TRUE((*store)->write([&](Transaction& tx) { tx.append(event_about("alice")); }));
      ASSERT_TRUE((*store)->write([&](Transaction& tx) { tx.remove_factor(alice, 1); }));
    }
    static_cast<void>(open());  // a resident one's end moves the log into the file
    write_bytes(path, copy);
    EXPECT_EQ(integrity(), "ok");
    auto store = open(mode);
    ASSERT_TRUE(store.has_value());
    EXPECT_EQ(reading(**store, [&](Transaction& tx) { return tx.factors(alice).size(); }), 1U);
    store->reset();
    write_bytes(path, copy);
  }
}

TEST_F(StoreFileTest, The_wrong_key_is_noticed_at_once) {
  create();
  enrol_alice();
  EXPECT_EQ(error_on_opening(new_keys()), StoreError::wrong_key);
  EXPECT_TRUE(open().has_value());
}

TEST_F(StoreFileTest, A_link_in_place_of_the_file_is_refused_and_one_on_the_way_is_followed) {
  create();
  const auto real = path;
  path = folder / "link.db";
  std::filesystem::create_symlink(real, path);
  EXPECT_EQ(error_on_opening(), StoreError::unavailable);
  std::filesystem::create_directory_symlink(folder, folder / "way");
  path = folder / "way" / "mfa.db";
  EXPECT_TRUE(open().has_value()) << journal.notes();
  path = folder;
  EXPECT_EQ(error_on_opening(), StoreError::unavailable);
  path = "mfa.db";
  EXPECT_EQ(error_on_opening(), StoreError::unavailable);
}

TEST_F(StoreFileTest, A_resident_one_keeps_others_out_until_it_ends) {
  create();
  auto resident = open();
  ASSERT_TRUE(resident.has_value());
  EXPECT_EQ(status_of(in_a_process([&] { return error_on_opening() == StoreError::busy; })), 0);
  resident->reset();
  EXPECT_EQ(status_of(in_a_process([&] { return open(StoreMode::per_command).has_value(); })), 0);
}

TEST_F(StoreFileTest, Nothing_but_the_store_and_its_log_is_left_behind) {
  create();
  const PersonId alice = enrol_alice();
  for (const StoreMode mode : {StoreMode::resident, StoreMode::per_command}) {
    auto store = open(mode);
    ASSERT_TRUE(store.has_value());
    ASSERT_TRUE((*store)->write([&](Transaction& tx) { tx.append(event_about("alice")); }));
    EXPECT_EQ(names(), (std::vector<std::string>{"mfa.db", "mfa.db-wal"}));
    ASSERT_TRUE((*store)->read([&](Transaction& tx) { EXPECT_EQ(tx.factors(alice).size(), 1U); }));
  }
  EXPECT_EQ(names(), (std::vector<std::string>{"mfa.db", "mfa.db-wal"}));
}

TEST_F(StoreFileTest, The_log_never_outgrows_what_was_written_out_for_it) {
  create();
  const PersonId alice = enrol_alice();
  for (const StoreMode mode : {StoreMode::resident, StoreMode::per_command}) {
    auto store = open(mode);
    ASSERT_TRUE(store.has_value());
    const int logins = mode == StoreMode::resident ? 1200 : 300;
    const auto first = mode == StoreMode::resident ? 1 : 10'000;
    for (int i = 0; i < logins; ++i)
      ASSERT_EQ(writing(**store,
                        [&](Transaction& tx) {
                          tx.append(event_about("alice"));
                          return consume_step(tx, alice, first + i);
                        }),
                true)
          << journal.notes();
    store->reset();
    EXPECT_EQ(std::filesystem::file_size(log_path()), static_cast<std::uintmax_t>(kLogSize));
    EXPECT_GE(std::filesystem::file_size(path), static_cast<std::uintmax_t>(kLowRoom));
  }
  EXPECT_EQ(integrity(), "ok");
}

TEST_F(StoreFileTest, A_page_that_was_wiped_is_damage_and_never_a_fresh_store) {
  create();
  enrol_alice();
  const std::string whole = bytes_of(path);
  const auto pages = static_cast<std::ptrdiff_t>(Connection(path).number("PRAGMA page_count"));
  EXPECT_GT(pages, 8);
  for (std::ptrdiff_t page = 0; page < pages; ++page) {
    std::string bytes = whole;
    std::fill_n(bytes.begin() + page * kPageSize, kPageSize, '\xA5');
    write_bytes(path, bytes);
    const auto opened = open();
    ASSERT_FALSE(opened.has_value()) << "page " << page + 1 << " was wiped";
    EXPECT_EQ(opened.error(), StoreError::damaged);
    EXPECT_FALSE(SqliteStore::create(path, keys, journal, kStart));
  }
  EXPECT_NE(journal.notes().find("mfa.db"), std::string::npos);
}

// Whatever is flipped, nothing crashes, hangs or makes a new store; what is sealed never opens as something else.
TEST_F(StoreFileTest, Flipped_bits_never_yield_another_key) {
  create();
  const PersonId alice = enrol_alice();
  const std::string whole = bytes_of(path);
  const auto used = static_cast<std::size_t>(Connection(path).number("PRAGMA page_count")) * 4096;
  std::minstd_rand random(20'261'122);
  int refused = 0;
  for (int round = 0; round < 300; ++round) {
    std::string bytes = whole;
    for (int flips = 0; flips < 8; ++flips) {
      const std::size_t at = random() % used;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
    }
    write_bytes(path, bytes);
    SqliteStore store(path, keys, journal, {.mode = round % 2 == 0 ? StoreMode::resident : StoreMode::per_command});
    const auto factors = reading(store, [&](Transaction& tx) { return tx.factors(alice); });
    if (!factors) ++refused;
    if (factors && !factors->empty()) {
      EXPECT_EQ(std::get<TotpFactor>(factors->front().detail).key, Secret("12345678901234567890"));
    }
    static_cast<void>(store.write([&](Transaction& tx) { tx.append(event_about("alice")); }));
    static_cast<void>(store.verify_trail([] {}));
  }
  EXPECT_GT(refused, 0);
}

TEST_F(StoreFileTest, A_sealed_key_moved_to_another_person_is_refused_for_that_one_alone) {
  create();
  const PersonId alice = enrol_alice();
  {
    auto store = open();
    ASSERT_TRUE((*store)->write([&](Transaction& tx) {
      const Person bob = tx.add_person({"bob"}, {1002}, kStart);
      tx.add_factor(bob.id, totp_factor(1, "bob's key of 20 byte"));
    }));
  }
  tamper("UPDATE factor SET sealed = (SELECT sealed FROM factor WHERE person = 1) WHERE person = 2");
  auto store = open();
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ((*store)->read([&](Transaction& tx) { static_cast<void>(tx.factors({2})); }),
            std::unexpected(StoreError::damaged));
  EXPECT_TRUE((*store)->read([&](Transaction& tx) { EXPECT_EQ(tx.factors(alice).size(), 1U); }));
}

TEST_F(StoreFileTest, Old_step_ups_are_swept_out_along_the_way) {
  create();
  const PersonId alice = enrol_alice();
  const auto until = [](UnixTime time) { return StepUpMark{.until = time, .epoch = 0, .password_version = ""}; };
  auto store = open();
  ASSERT_TRUE((*store)->write([&](Transaction& tx) {
    tx.record_step_up(alice, {"old"}, until(kStart));
    tx.record_step_up(alice, {"recent"}, until(kStart + std::chrono::hours(2)));
    tx.record_step_up(alice, {"new"}, until(kStart + std::chrono::hours(2) + std::chrono::minutes(5)));
  }));
  store->reset();
  EXPECT_EQ(Connection(path).number("SELECT count(*) FROM step_up"), 2);
}

}  // namespace
}  // namespace mfa::test
