// The trail: whoever alters, removes, inserts or swaps rows without the key is found out, at the row where it begins.
#include "common/store/trail.h"

#include "common/store/schema.h"
#include "tests/unit/store_fixture.h"

namespace mfa::test {
namespace {

class StoreTrail : public StoreFolder {
 protected:
  void SetUp() override {
    StoreFolder::SetUp();
    create();
    append(19);  // 20 rows with the creation
  }
  void append(int count) {
    auto store = open();
    ASSERT_TRUE(store.has_value());
    for (int i = 0; i < count; ++i)
      ASSERT_TRUE((*store)->write([&](Transaction& tx) {
        tx.append(event_about("user" + std::to_string(i % 3), EventKind::login_failed, "wrong"));
      }));
  }
  TrailReport report(const KeyRing& with) {
    auto store = SqliteStore::open(path, with, journal);
    EXPECT_TRUE(store.has_value()) << journal.notes();
    if (!store) return {};
    const auto found = (*store)->verify_trail();
    EXPECT_TRUE(found.has_value()) << journal.notes();
    return found.value_or(TrailReport{});
  }
  TrailReport report() { return report(keys); }
  void expect_bad(const char* sql, std::int64_t seq, TrailFault fault) {
    const std::string before = bytes_of(path);
    tamper(sql);
    const auto found = report();
    ASSERT_TRUE(found.first_bad.has_value()) << sql;
    EXPECT_EQ(found.first_bad->seq, seq) << sql;
    EXPECT_EQ(name_of(found.first_bad->fault), name_of(fault)) << sql;
    EXPECT_EQ(found.rows, std::min<std::int64_t>(seq - 1, found.head.seq)) << sql;
    write_bytes(path, before);
  }
};

TEST_F(StoreTrail, An_untouched_trail_is_whole_and_ends_where_the_journal_says) {
  const auto found = report();
  EXPECT_FALSE(found.first_bad.has_value());
  EXPECT_EQ(found.rows, 20);
  EXPECT_EQ(found.purged, 0);
  const auto last = journal.events().back().second;
  EXPECT_EQ(mark_of(found.head).seq, last.seq);
  EXPECT_EQ(mark_of(found.head).head, last.head);
}

TEST_F(StoreTrail, Every_altered_field_shows) {
  for (const char* field : {"user", "actor", "service", "place", "server", "factor", "reason"})
    expect_bad(("UPDATE event SET " + std::string(field) + " = 'mallory' WHERE seq = 7").c_str(), 7,
               TrailFault::altered);
  expect_bad("UPDATE event SET at = at + 1 WHERE seq = 7", 7, TrailFault::unchained);
  expect_bad("UPDATE event SET kind = 1 WHERE seq = 7", 7, TrailFault::unchained);
  expect_bad("UPDATE event SET salt = randomblob(16) WHERE seq = 7", 7, TrailFault::altered);
  expect_bad("UPDATE event SET commitment = randomblob(32) WHERE seq = 7", 7, TrailFault::altered);
  expect_bad("UPDATE event SET chain = randomblob(32) WHERE seq = 7", 7, TrailFault::unchained);
  expect_bad("UPDATE event SET chain_key = chain_key + 1 WHERE seq = 7", 7, TrailFault::unknown_key);
}

TEST_F(StoreTrail, Fields_moved_from_one_column_to_the_next_show) {
  expect_bad("UPDATE event SET user = user || 's', service = 'shd' WHERE seq = 7", 7, TrailFault::altered);
  expect_bad("UPDATE event SET user = service, service = user WHERE seq = 7", 7, TrailFault::altered);
}

TEST_F(StoreTrail, A_removed_row_shows) {
  expect_bad("DELETE FROM event WHERE seq = 7", 8, TrailFault::missing);
  expect_bad("DELETE FROM event WHERE seq = 1", 2, TrailFault::missing);
  expect_bad("DELETE FROM event WHERE seq BETWEEN 3 AND 19", 20, TrailFault::missing);
  expect_bad("DELETE FROM event WHERE seq = 7; UPDATE event SET seq = seq - 1 WHERE seq > 7", 7, TrailFault::unchained);
  expect_bad("DELETE FROM event WHERE seq < 7; UPDATE event SET seq = seq - 6", 1, TrailFault::unchained);
}

TEST_F(StoreTrail, An_inserted_row_shows) {
  expect_bad(
      "INSERT INTO event SELECT 21, at, kind, user, actor, service, place, server, factor, reason, salt,"
      " commitment, chain_key, chain FROM event WHERE seq = 20",
      21, TrailFault::unchained);
  expect_bad(
      "INSERT INTO event SELECT 99, at, kind, user, actor, service, place, server, factor, reason, salt,"
      " commitment, chain_key, chain FROM event WHERE seq = 20",
      99, TrailFault::missing);
}

TEST_F(StoreTrail, Swapped_rows_show) {
  expect_bad(
      "UPDATE event SET seq = 1000 WHERE seq = 7; UPDATE event SET seq = 7 WHERE seq = 8;"
      "UPDATE event SET seq = 8 WHERE seq = 1000",
      7, TrailFault::unchained);
}

TEST_F(StoreTrail, A_trail_of_another_store_with_the_same_key_shows) {
  expect_bad("UPDATE meta SET store_id = randomblob(16)", 1, TrailFault::unchained);
}

// The chain itself cannot tell; the journal's last line can.
TEST_F(StoreTrail, A_cut_tail_shows_against_the_journal) {
  tamper("DELETE FROM event WHERE seq > 15");
  const auto found = report();
  EXPECT_FALSE(found.first_bad.has_value());
  EXPECT_EQ(found.head.seq, 15);
  EXPECT_NE(mark_of(found.head).seq, journal.events().back().second.seq);
}

TEST_F(StoreTrail, Purging_personal_detail_keeps_the_chain) {
  tamper(
      "UPDATE event SET user = NULL, actor = NULL, service = NULL, place = NULL, server = NULL, factor = NULL,"
      " reason = NULL, salt = NULL WHERE seq <= 10");
  const auto found = report();
  EXPECT_FALSE(found.first_bad.has_value());
  EXPECT_EQ(found.rows, 20);
  EXPECT_EQ(found.purged, 10);
  append(1);
  EXPECT_EQ(report().rows, 21);
  expect_bad("UPDATE event SET user = 'mallory' WHERE seq = 7", 7, TrailFault::altered);
  expect_bad("UPDATE event SET reason = 'invented' WHERE seq = 7", 7, TrailFault::altered);
}

TEST_F(StoreTrail, It_goes_on_under_a_new_key_and_is_still_whole) {
  const std::string first(KeyRing::generate().value().text());
  const std::string second(KeyRing::generate().value().text());
  path = folder / "rotated.db";
  keys = KeyRing::parse(Secret(first)).value();
  create();
  append(5);
  keys = KeyRing::parse(Secret(first + second.substr(second.find('\n') + 1))).value();
  append(5);
  const auto found = report();
  EXPECT_FALSE(found.first_bad.has_value());
  EXPECT_EQ(found.rows, 11);
}

TEST_F(StoreTrail, A_look_through_the_store_tells_of_it) {
  const auto examine = [this] {
    auto store = SqliteStore(path, keys, journal);
    return store.examine();
  };
  const auto sound = examine();
  ASSERT_TRUE(sound.has_value()) << journal.notes();
  EXPECT_EQ(sound->schema, static_cast<std::int64_t>(schema_steps().size()));
  EXPECT_EQ(sound->trouble, "");
  EXPECT_TRUE(sound->whole);
  EXPECT_EQ(sound->last, 20);
  EXPECT_EQ(sound->checked, 20);
  EXPECT_FALSE(sound->bad.has_value());
  tamper("UPDATE event SET user = 'mallory' WHERE seq = 7");
  const auto forged = examine();
  ASSERT_TRUE(forged.has_value());
  EXPECT_EQ(forged->bad, 7);
  EXPECT_EQ(forged->checked, 6);
  tamper("PRAGMA ignore_check_constraints = ON; UPDATE event SET kind = 0 WHERE seq = 7");
  const auto damaged = examine();
  ASSERT_FALSE(damaged.has_value());
  EXPECT_EQ(name_of(damaged.error()), "damaged");
}

TEST_F(StoreTrail, The_last_rows_alone_can_be_walked) {
  tamper("UPDATE event SET user = 'mallory' WHERE seq = 7");
  Connection connection(path);
  const auto bad_of_last = [&](std::int64_t rows) {
    TrailReport part;
    part.head = head_before(connection, keys, rows);
    static_cast<void>(verify_rows(connection, keys, 1000, part));
    return part.first_bad ? part.first_bad->seq : -part.rows;
  };
  EXPECT_EQ(bad_of_last(5), -5);
  EXPECT_EQ(bad_of_last(13), -13);
  EXPECT_EQ(bad_of_last(14), 7);
  EXPECT_EQ(bad_of_last(20), 7);
  EXPECT_EQ(bad_of_last(1000), 7);
}

TEST_F(StoreTrail, A_long_trail_is_walked_in_parts) {
  auto store = open();
  ASSERT_TRUE((*store)->write([](Transaction& tx) {
    for (int i = 0; i < 5000; ++i) tx.append(event_about("alice"));
  }));
  const auto found = (*store)->verify_trail();
  ASSERT_TRUE(found.has_value());
  EXPECT_FALSE(found->first_bad.has_value());
  EXPECT_EQ(found->rows, 5020);
}

}  // namespace
}  // namespace mfa::test
