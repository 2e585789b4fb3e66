// Backups: a copy is whole and gives nothing away; what comes back brings back no code that was used, and whatever goes
// wrong leaves the store that is there.
#include <signal.h>

#include <atomic>
#include <span>
#include <thread>

#include "tests/unit/killed.h"
#include "tests/unit/store_backup.h"

namespace mfa::test {
namespace {

TEST_F(StoreBackup, A_copy_is_a_store_of_its_own_and_leaves_no_file_behind) {
  auto store = opened();
  const std::string bytes = copied(*store);
  EXPECT_EQ(names(), (std::vector<std::string>{"key", "mfa.db", "mfa.db-wal"}));
  EXPECT_EQ(bytes.find("12345678901234567890"), std::string::npos);
  EXPECT_EQ(bytes.find(kUsed), std::string::npos);
  store.reset();
  path = folder / "copy.db";
  write_bytes(path, bytes);
  EXPECT_EQ(integrity(), "ok");
  Connection connection(path);
  EXPECT_EQ(connection.number("SELECT count(*) FROM person"), 1);
}

TEST_F(StoreBackup, A_copy_has_what_others_write_while_it_is_made) {
  auto store = opened();
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    for (int i = 0; i < 20'000; ++i) tx.append(event_about("somebody"));
  }));
  std::atomic<bool> stop = false;
  std::atomic<int> written = 0;
  std::thread other([&] {
    while (!stop) {
      EXPECT_TRUE(store->write([&](Transaction& tx) { tx.append(event_about("bob")); }));
      ++written;
    }
  });
  for (int i = 0; i < 5; ++i) {
    const int before = written;
    const std::string bytes = copied(*store);
    EXPECT_GT(bytes.size(), 3'000'000U);
    write_bytes(folder / "copy.db", bytes);
    Connection connection(folder / "copy.db");
    EXPECT_GE(connection.number("SELECT count(*) FROM event WHERE user = 'bob'"), before);
    while (written <= before) std::this_thread::yield();
  }
  stop = true;
  other.join();
}

TEST_F(StoreBackup, What_comes_back_knows_what_was_used_since) {
  auto store = opened();
  const std::string bytes = copied(*store);
  use(*store);
  const auto done = restored(*store, bytes);
  ASSERT_TRUE(done.has_value()) << journal.notes();
  EXPECT_TRUE(done->continued);
  EXPECT_EQ(done->facts.people, 1);
  expect_nothing_lives(*store);
  const Seen found = seen(*store);
  EXPECT_EQ(found.last_step, 99'999'999);
  EXPECT_EQ(found.counter, 7);
  EXPECT_FALSE(found.used);
  EXPECT_TRUE(found.unused);
  expect_trail_whole(*store);
}

TEST_F(StoreBackup, Without_the_old_store_no_code_that_may_have_been_used_counts) {
  const std::string bytes = copied(*opened());
  for (const bool missing : {true, false}) {
    if (missing)
      fs::remove(path);
    else
      write_bytes(path, bytes_of(path).replace(0, 5000, std::string(5000, 'x')));
    fs::remove(log_path());
    auto store = closed();
    EXPECT_FALSE(store->check());
    const auto done = restored(*store, bytes);
    ASSERT_TRUE(done.has_value()) << journal.notes();
    EXPECT_FALSE(done->continued);
    EXPECT_EQ(done->aside.empty(), missing);
    expect_nothing_lives(*store);
    const Seen found = seen(*store);
    EXPECT_EQ(found.last_step, kSpent);
    EXPECT_EQ(found.counter, kNeverPressed);
    EXPECT_FALSE(found.used);
    EXPECT_FALSE(found.unused);
    expect_trail_whole(*store);
  }
}

TEST_F(StoreBackup, The_store_that_was_there_is_kept_aside_with_all_it_held) {
  auto store = opened();
  const std::string bytes = copied(*store);
  use(*store);
  const auto done = restored(*store, bytes);
  ASSERT_TRUE(done.has_value()) << journal.notes();
  EXPECT_EQ(done->aside, fmt::format("{}.replaced-20261002-001320", fs::canonical(folder).string() + "/mfa.db"));
  store.reset();
  path = done->aside;
  EXPECT_EQ(integrity(), "ok");
  {
    Connection connection(path);
    EXPECT_EQ(connection.number("SELECT counter FROM factor WHERE number = 2"), 7);
  }
  path = folder / "mfa.db";
  EXPECT_EQ(integrity(), "ok");
}

TEST_F(StoreBackup, What_is_no_sound_backup_changes_nothing) {
  auto store = opened();
  const std::string bytes = copied(*store);
  const std::string inside = unproven(bytes);
  std::string torn = inside;
  std::fill(torn.begin() + 8192, torn.begin() + 16384, 'x');
  std::string newer = inside;
  newer[63] = 99;  // user_version, https://sqlite.org/fileformat2.html §1.3
  std::string foreign = inside;
  foreign[71] = 0;  // application_id
  struct Row {
    std::string bytes;
    StoreError error;
  };
  for (const auto& [given, error] :
       {Row{"", StoreError::damaged}, Row{"x", StoreError::damaged},
        Row{std::string(100'000, 'x'), StoreError::damaged}, Row{proven(torn), StoreError::damaged},
        Row{bytes.substr(0, bytes.size() / 2), StoreError::damaged},
        Row{proven(inside.substr(0, inside.size() / 2)), StoreError::damaged}, Row{proven(newer), StoreError::too_new},
        Row{proven(foreign), StoreError::damaged}}) {
    const auto done = restored(*store, given);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(name_of(done.error()), name_of(error)) << given.size();
    EXPECT_EQ(names(), (std::vector<std::string>{"key", "mfa.db", "mfa.db-wal"}));
  }
  EXPECT_TRUE(seen(*store).unused);
}

// Whose name stands beside a secret is not sealed: so nothing comes back but what this host wrote, byte for byte.
TEST_F(StoreBackup, What_was_changed_after_it_was_made_does_not_come_back) {
  auto store = opened();
  const std::string bytes = copied(*store);
  const std::string inside = unproven(bytes);
  std::string renamed = bytes;
  const std::size_t name = renamed.find("alice");
  ASSERT_NE(name, std::string::npos);
  renamed[name] = 'A';
  std::string other_proof = bytes;
  other_proof[bytes.size() - 2] = other_proof[bytes.size() - 2] == '0' ? '1' : '0';
  std::string later = bytes;
  later[inside.size() + std::string_view("mfa-backup ").size()] = '2';
  std::string other_key = bytes;
  other_key[inside.size() + std::string_view("mfa-backup 1 ").size()] ^= 1;
  std::string no_key = bytes;
  no_key[inside.size() + std::string_view("mfa-backup 1 ").size()] = 'x';
  struct Row {
    const char* what;
    std::string bytes;
    StoreError error;
  };
  for (const auto& [what, given, error] :
       {Row{"a name", renamed, StoreError::damaged}, Row{"no proof", inside, StoreError::damaged},
        Row{"another proof", other_proof, StoreError::damaged},
        Row{"cut", bytes.substr(0, bytes.size() - 1), StoreError::damaged},
        Row{"more", bytes + "\n", StoreError::damaged},
        Row{"proof twice", bytes + bytes.substr(inside.size()), StoreError::damaged},
        Row{"proof alone", bytes.substr(inside.size()), StoreError::damaged},
        Row{"a later release's", later, StoreError::too_new}, Row{"another key's", other_key, StoreError::wrong_key},
        Row{"no key", no_key, StoreError::damaged}}) {
    const auto done = restored(*store, given);
    ASSERT_FALSE(done.has_value()) << what;
    EXPECT_EQ(name_of(done.error()), name_of(error)) << what;
  }
  EXPECT_TRUE(restored(*store, bytes).has_value()) << journal.notes();
  EXPECT_TRUE(restored(*store, proven(inside)).has_value());
}

TEST_F(StoreBackup, With_another_key_it_comes_back_with_that_key_alone) {
  const std::string bytes = copied(*opened());
  const Secret old_key(bytes_of(key_path_));
  begin_host();
  auto store = opened();
  EXPECT_EQ(restored(*store, bytes).error(), StoreError::wrong_key);
  EXPECT_EQ(restored(*store, bytes, Secret(KeyRing::generate()->text())).error(), StoreError::wrong_key);
  EXPECT_EQ(restored(*store, bytes, Secret("no key file")).error(), StoreError::wrong_key);
  const KeyId own = ring().newest();
  ASSERT_TRUE(restored(*store, bytes, old_key).has_value()) << journal.notes();
  EXPECT_EQ(ring().newest(), own);
  EXPECT_EQ(ring().openers(), 1U);
  expect_trail_whole(*store);
  store.reset();
  store = opened();
  EXPECT_EQ(seen(*store).last_step, kSpent);
  expect_trail_whole(*store);
}

TEST_F(StoreBackup, Of_before_a_new_key_it_comes_back_with_the_old_one) {
  auto store = opened();
  const std::string bytes = copied(*store);
  const Secret old_key(bytes_of(key_path_));
  ASSERT_TRUE(store->rotate_key(terms().about).has_value());
  EXPECT_EQ(restored(*store, bytes).error(), StoreError::wrong_key);
  const auto done = restored(*store, bytes, old_key);
  ASSERT_TRUE(done.has_value()) << journal.notes();
  EXPECT_TRUE(done->continued);
  const Seen found = seen(*store);
  EXPECT_TRUE(found.used && found.unused);
  expect_trail_whole(*store);
}

// Sessions without a service, which open the file for each command.
TEST_F(StoreBackup, Where_no_engine_runs_it_is_the_same) {
  auto store = closed(StoreMode::per_command);
  const std::string bytes = copied(*store);
  auto another = closed(StoreMode::per_command);
  use(*another);
  const auto done = restored(*store, bytes);
  ASSERT_TRUE(done.has_value()) << journal.notes();
  EXPECT_TRUE(done->continued);
  EXPECT_EQ(seen(*another).counter, 7);
}

TEST_F(StoreBackup, While_another_process_holds_the_store_nothing_is_replaced) {
  const std::string bytes = copied(*opened());
  auto holder = in_a_process([&] {
    auto store = opened();
    write_bytes(folder / "held", "x");
    for (;;) pause();
    return false;
  });
  while (!fs::exists(folder / "held")) std::this_thread::yield();
  auto session = closed(StoreMode::per_command);
  EXPECT_EQ(restored(*session, bytes).error(), StoreError::busy);
  kill(holder, SIGKILL);
  static_cast<void>(status_of(holder));
  EXPECT_TRUE(restored(*session, bytes).has_value()) << journal.notes();
}

// Killed before any change of the disk, there is the old store, the new one, or (its log not being empty) none, and
// never a mixture.
TEST_F(StoreBackup, Killed_at_any_moment) {
  const std::string bytes = copied(*opened());
  const auto restores = [&] { return restored(*closed(StoreMode::per_command), bytes).has_value(); };
  const auto moments = [&](std::span<const int> calls, int denser) {
    int count = 0;
    for (int change = 1; killed_before(change, calls, in_a_process(led(restores))); change += 1 + change / denser) {
      ++count;
      const bool there = fs::exists(path) || restores();
      EXPECT_TRUE(there && opened()->check()) << "before change " << change << ": " << journal.notes();
      const auto trail = opened()->verify_trail([] {});
      EXPECT_TRUE(trail && trail->damage.empty()) << "before change " << change;
    }
    return count;
  };
  EXPECT_GE(moments(kOfNames, 100), 4);
  EXPECT_GE(moments(kOfBytes, 4), 10);
  EXPECT_EQ(integrity(), "ok");
}

}  // namespace
}  // namespace mfa::test
