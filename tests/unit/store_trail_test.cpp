// The trail: whoever alters, removes, inserts or swaps rows without the key is found out, at the row where it begins.
#include "common/store/trail.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <ranges>
#include <tuple>
#include <vector>

#include "common/domain/event_line.h"
#include "common/store/schema.h"
#include "common/store/trail_check.h"
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
  // With 5020 rows.
  std::unique_ptr<SqliteStore> open_long() {
    auto store = open();
    EXPECT_TRUE((*store)->write([](Transaction& tx) {
      for (int i = 0; i < 5000; ++i) tx.append(event_about("alice"));
    }));
    return *std::move(store);
  }
  TrailVerdict verdict() {
    auto store = SqliteStore::open(path, keys, journal);
    EXPECT_TRUE(store.has_value()) << journal.notes();
    if (!store) return {};
    const auto found = (*store)->verify_trail([] {});
    EXPECT_TRUE(found.has_value()) << journal.notes();
    return found.value_or(TrailVerdict{});
  }
  [[nodiscard]] TrailVerdict walked(Connection& connection) const {
    TrailCheck check;
    while (check.go_on(connection, keys)) continue;
    return check.verdict();
  }
  // "altered 7-7, removed 9-12"
  static std::string told(const TrailVerdict& found) {
    std::string text;
    for (const DamagedRows& one : found.damage)
      text += (text.empty() ? "" : ", ") + std::string(name_of(one.damage)) + " " + std::to_string(one.first) + "-" +
              std::to_string(one.last);
    return text + (found.more_damage ? " and more" : "");
  }
  // Afterwards all is as it was.
  void expect(const char* sql, const char* damage) const {
    Connection connection(path);
    connection.execute("BEGIN");
    connection.execute(sql);
    EXPECT_EQ(told(walked(connection)), damage) << sql;
    connection.execute("ROLLBACK");
  }
};

constexpr const char* kRow =
    "at, kind, user, actor, service, place, server, factor, reason, salt, commitment, chain_key, chain";

// Rows from `first` on get other numbers, in steps that never meet.
std::string renumbered(int first, int by) {
  const std::string from = std::to_string(first);
  return "UPDATE event SET seq = seq + 100000 WHERE seq >= " + from + "; UPDATE event SET seq = seq - 100000 + " +
         std::to_string(by) + " WHERE seq > 100000;";
}
std::string inserted_at(int seq, int copy_of) {
  return renumbered(seq, 1) + "INSERT INTO event SELECT " + std::to_string(seq) + ", " + kRow +
         " FROM event WHERE seq = " + std::to_string(copy_of);
}
std::string swapped(int one, int other) {
  return "UPDATE event SET seq = 1000 WHERE seq = " + std::to_string(one) +
         "; UPDATE event SET seq = " + std::to_string(one) + " WHERE seq = " + std::to_string(other) +
         "; UPDATE event SET seq = " + std::to_string(other) + " WHERE seq = 1000;";
}

// The rows with these numbers, renumbered from 1 on.
std::string rearranged(const std::vector<int>& rows) {
  const std::string columns = kRow;
  std::string sql = "CREATE TEMP TABLE new_order AS SELECT * FROM event; DELETE FROM event;";
  for (std::size_t i = 0; i < rows.size(); ++i)
    sql += "INSERT INTO event SELECT " + std::to_string(i + 1) + ", " + columns +
           " FROM temp.new_order WHERE seq = " + std::to_string(rows[i]) + ";";
  return sql + "DROP TABLE temp.new_order";
}

TEST_F(StoreTrail, An_untouched_trail_is_whole_and_ends_where_the_journal_says) {
  const auto found = verdict();
  EXPECT_EQ(told(found), "");
  EXPECT_EQ(found.rows, 20);
  EXPECT_EQ(found.purged, 0);
  const auto last = journal.events().back().second;
  EXPECT_EQ(found.last, last.seq);
  EXPECT_EQ(found.head, last.head);
}

TEST_F(StoreTrail, Every_altered_field_shows) {
  for (const char* field : {"user", "actor", "service", "place", "server", "factor", "reason"})
    expect(("UPDATE event SET " + std::string(field) + " = 'mallory' WHERE seq = 7").c_str(), "altered 7-7");
  expect("UPDATE event SET at = at + 1 WHERE seq = 7", "altered 7-7");
  expect("UPDATE event SET kind = 1 WHERE seq = 7", "altered 7-7");
  expect("UPDATE event SET salt = randomblob(16) WHERE seq = 7", "altered 7-7");
  expect("UPDATE event SET commitment = randomblob(32) WHERE seq = 7", "altered 7-7");
  expect("UPDATE event SET chain = randomblob(32) WHERE seq = 7", "altered 7-7");
  expect("UPDATE event SET chain_key = chain_key + 1 WHERE seq = 7", "unknown_key 7-7");
  expect("UPDATE event SET user = 'mallory' WHERE seq IN (3, 7, 8, 9, 20)", "altered 3-3, altered 7-9, altered 20-20");
  expect("UPDATE event SET at = at + 1 WHERE seq IN (3, 7)", "altered 3-3, altered 7-7");
  expect("UPDATE event SET user = 'mallory', at = at + 1 WHERE seq = 1", "altered 1-1");
}

TEST_F(StoreTrail, Fields_moved_from_one_column_to_the_next_show) {
  expect("UPDATE event SET user = user || 's', service = 'shd' WHERE seq = 7", "altered 7-7");
  expect("UPDATE event SET user = service, service = user WHERE seq = 7", "altered 7-7");
}

TEST_F(StoreTrail, Removed_rows_show) {
  expect("DELETE FROM event WHERE seq = 7", "removed 7-7");
  expect("DELETE FROM event WHERE seq = 1", "removed 1-1");
  expect("DELETE FROM event WHERE seq BETWEEN 3 AND 18", "removed 3-18");
  expect("DELETE FROM event WHERE seq IN (4, 9, 10, 15)", "removed 4-4, removed 9-10, removed 15-15");
  expect("DELETE FROM event", "removed 1-1");
  for (const auto& [first, count, damage] :
       {std::tuple{7, 1, "removed 7-7"}, {7, 5, "removed 7-11"}, {1, 6, "removed 1-6"}}) {
    const std::string gone = "DELETE FROM event WHERE seq BETWEEN " + std::to_string(first) + " AND " +
                             std::to_string(first + count - 1) + ";";
    expect((gone + renumbered(first, -count)).c_str(), damage);
  }
}

TEST_F(StoreTrail, Inserted_rows_show) {
  for (const auto& [at, copy_of, damage] :
       {std::tuple{7, 3, "inserted 7-7"}, {7, 8, "inserted 8-8"}, {1, 5, "inserted 1-1"}, {20, 2, "inserted 20-20"}})
    expect(inserted_at(at, copy_of).c_str(), damage);
  expect((inserted_at(7, 3) + ";" + inserted_at(8, 12)).c_str(), "inserted 7-8");
  expect((inserted_at(7, 3) + ";" + inserted_at(14, 12)).c_str(), "inserted 7-7, inserted 14-14");
  expect((inserted_at(7, 3) + "; UPDATE event SET user = 'carol' WHERE seq = 7").c_str(), "inserted 7-7");
}

// Behind it stands nothing that would tell.
TEST_F(StoreTrail, Of_the_last_row_it_shows_that_it_was_altered_or_put_in) {
  const std::string copy = std::string(", ") + kRow + " FROM event WHERE seq = 20";
  expect(("INSERT INTO event SELECT 21" + copy).c_str(), "broken 21-21");
  expect(("INSERT INTO event SELECT 99" + copy).c_str(), "removed 21-98, broken 99-99");
  expect("UPDATE event SET at = at + 1 WHERE seq = 20", "broken 20-20");
  expect("DELETE FROM event WHERE seq BETWEEN 3 AND 19", "removed 3-19, broken 20-20");
}

TEST_F(StoreTrail, Swapped_rows_show) {
  expect(swapped(7, 8).c_str(), "swapped 7-8");
  expect(swapped(7, 12).c_str(), "swapped 7-12");
  expect(swapped(1, 20).c_str(), "swapped 1-20");
  expect((swapped(7, 12) + swapped(4, 5)).c_str(), "swapped 4-5, swapped 7-12");
  expect((swapped(7, 9) + "UPDATE event SET user = 'mallory' WHERE seq = 15").c_str(), "swapped 7-9, altered 15-15");
}

// In the first pair rows stand in a block's place that is as long as what was taken out of it, with every row's own
// predecessor somewhere else in the store.
TEST_F(StoreTrail, Blocks_of_rows_that_were_exchanged_show) {
  expect(rearranged({1, 2, 3, 4, 7, 8, 9, 10, 5, 6, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}).c_str(),
         "swapped 5-7, swapped 9-5");
  expect(rearranged({1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 17, 18, 9, 10, 11, 12, 13, 14, 19, 20}).c_str(),
         "swapped 9-15, swapped 13-9");
}

// Whatever somebody does to rows without the key, both checks of the chain see that there is damage.
TEST_F(StoreTrail, No_rearrangement_is_silent) {
  Connection connection(path);
  std::mt19937 dice(4711);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
  const auto roll = [&](std::size_t from, std::size_t to) {
    return std::uniform_int_distribution<std::size_t>(from, to)(dice);
  };
  std::vector<int> whole(20);
  std::iota(whole.begin(), whole.end(), 1);
  for (int round = 0; round < 400; ++round) {
    std::vector<int> rows = whole;
    for (std::size_t edits = roll(1, 3); edits > 0; --edits) {
      const std::size_t first = roll(0, rows.size() - 1);
      const std::size_t last = roll(first, rows.size() - 1) + 1;
      const std::vector<int> block(rows.begin() + static_cast<long>(first), rows.begin() + static_cast<long>(last));
      const bool copied = roll(0, 2) == 0;
      if (!copied) rows.erase(rows.begin() + static_cast<long>(first), rows.begin() + static_cast<long>(last));
      const bool cut = !copied && roll(0, 2) == 0;
      if (!cut) rows.insert(rows.begin() + static_cast<long>(roll(0, rows.size())), block.begin(), block.end());
      if (rows.empty()) rows.push_back(1);
    }
    if (std::ranges::equal(rows, whole | std::views::take(static_cast<long>(rows.size())))) continue;
    connection.execute("BEGIN");
    connection.execute(rearranged(rows).c_str());
    TrailReport report;
    static_cast<void>(verify_rows(connection, keys, 1000, report));
    ASSERT_FALSE(walked(connection).damage.empty()) << testing::PrintToString(rows);
    ASSERT_TRUE(report.first_bad.has_value()) << testing::PrintToString(rows);
    connection.execute("ROLLBACK");
  }
}

TEST_F(StoreTrail, Rows_without_a_proper_number_show) {
  const std::string put = std::string("PRAGMA ignore_check_constraints = ON; INSERT INTO event SELECT -5, ") + kRow +
                          " FROM event WHERE seq = 7";
  expect(put.c_str(), "inserted -5--5");
  const std::string far =
      std::string("INSERT INTO event SELECT 9223372036854775807, ") + kRow + " FROM event WHERE seq = 7";
  expect(far.c_str(), "removed 21-9223372036854775806, broken 9223372036854775807-9223372036854775807");
}

TEST_F(StoreTrail, Beside_a_gap_a_row_whose_fields_were_changed_shows_too) {
  expect("DELETE FROM event WHERE seq = 7; UPDATE event SET user = 'mallory' WHERE seq = 8",
         "removed 7-7, altered 8-8");
  expect(("DELETE FROM event WHERE seq = 7;" + renumbered(8, -1) + "UPDATE event SET user = 'mallory' WHERE seq = 7")
             .c_str(),
         "altered 7-7, removed 7-7");
}

TEST_F(StoreTrail, Many_damages_are_counted_up_to_a_limit_and_each_kind_is_named) {
  append(200);
  expect("UPDATE event SET at = at + 1 WHERE seq % 2 = 0 AND seq < 40",
         "altered 2-2, altered 4-4, altered 6-6, altered 8-8, altered 10-10, altered 12-12, altered 14-14,"
         " altered 16-16, altered 18-18, altered 20-20, altered 22-22, altered 24-24, altered 26-26, altered 28-28,"
         " altered 30-30, altered 32-32, altered 34-34, altered 36-36, altered 38-38");
  tamper("UPDATE event SET user = 'mallory' WHERE seq % 2 = 0");
  const auto found = verdict();
  EXPECT_EQ(found.damage.size(), kMostDamage);
  EXPECT_TRUE(found.more_damage);
  tamper("UPDATE event SET chain = randomblob(32)");
  EXPECT_FALSE(verdict().damage.empty());
}

TEST_F(StoreTrail, A_trail_of_another_store_with_the_same_key_shows) {
  expect("UPDATE meta SET store_id = randomblob(16)", "altered 1-1");
}

// The chain itself cannot tell; the journal's last line can.
TEST_F(StoreTrail, A_cut_tail_shows_against_the_journal) {
  tamper("DELETE FROM event WHERE seq > 15");
  const auto found = verdict();
  EXPECT_EQ(told(found), "");
  EXPECT_EQ(found.last, 15);
  EXPECT_NE(found.last, journal.events().back().second.seq);
}

constexpr const char* kErase =
    "UPDATE event SET user = NULL, actor = NULL, service = NULL, place = NULL, server = NULL, factor = NULL,"
    " reason = NULL, salt = NULL WHERE seq BETWEEN 2 AND 10";

// Who erases detail needs no key; who records that it was purged does.
TEST_F(StoreTrail, Erased_detail_shows_unless_a_purge_is_on_record) {
  tamper(kErase);
  EXPECT_EQ(told(verdict()), "erased 2-10");
  const auto record = [&](UnixTime before) {
    auto store = open();
    ASSERT_TRUE((*store)->write([&](Transaction& tx) {
      Event event = event_about("", EventKind::records_purged, purge_reason(before));
      tx.append(event);
    }));
  };
  record({1'790'000'200});  // rows of just then are not among them
  EXPECT_EQ(told(verdict()), "erased 2-10");
  record({1'790'000'201});
  EXPECT_EQ(told(verdict()), "");
  EXPECT_EQ(verdict().purged, 9);
  EXPECT_EQ(verdict().rows, 22);
  expect("UPDATE event SET user = 'mallory' WHERE seq = 7", "altered 7-7");
  expect("UPDATE event SET reason = 'invented' WHERE seq = 7", "altered 7-7");
  expect("UPDATE event SET reason = 'before 2099-01-01T00:00:00Z' WHERE seq = 22", "altered 22-22");
}

TEST_F(StoreTrail, Of_the_store_itself_no_purge_takes_the_detail) {
  {
    auto store = open();
    ASSERT_TRUE((*store)->write([&](Transaction& tx) {
      tx.append(event_about("", EventKind::records_purged, purge_reason({1'790'000'100})));
      tx.append(event_about("", EventKind::records_purged, purge_reason({1'890'000'000})));
    }));
  }
  EXPECT_EQ(told(verdict()), "");
  tamper(
      "UPDATE event SET service = NULL, place = NULL, server = NULL, factor = NULL, user = NULL, actor = NULL,"
      " reason = NULL, salt = NULL WHERE seq IN (1, 21)");
  EXPECT_EQ(told(verdict()), "erased 1-1, erased 21-21");
}

TEST_F(StoreTrail, A_purge_that_begins_meanwhile_is_no_damage) {
  const auto store = open_long();
  int parts = 0;
  const auto found = store->verify_trail([&] {
    if (++parts != 1) return;
    ASSERT_TRUE(store->write([](Transaction& tx) {
      EXPECT_EQ(tx.purge({1'790'000'300}, 3000, 1000, 1000).rows, 1000U);
      tx.append(event_about("", EventKind::records_purged, purge_reason({1'790'000'300})));
    }));
  });
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(told(*found), "");
  EXPECT_EQ(found->purged, 1000);
}

// As somebody does who has the file, in the midst of it.
TEST_F(StoreTrail, Detail_that_is_erased_meanwhile_shows) {
  const auto store = open_long();
  int parts = 0;
  const auto found = store->verify_trail([&] {
    if (++parts != 1) return;
    ASSERT_TRUE(store->write([](Transaction& tx) { EXPECT_EQ(tx.purge({1'790'000'300}, 4000, 2, 9).rows, 2U); }));
  });
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(told(*found), "erased 4001-4002");
}

TEST_F(StoreTrail, It_goes_on_under_a_new_key_and_never_back_to_the_old_one) {
  const std::string first(KeyRing::generate().value().text());
  const std::string second(KeyRing::generate().value().text());
  path = folder / "rotated.db";
  const KeyRing old = KeyRing::parse(Secret(first)).value();
  keys = old;
  create();
  append(5);
  keys = KeyRing::parse(Secret(first + second.substr(second.find('\n') + 1))).value();
  Connection connection(path);
  TrailHead head = read_head(connection, keys);
  append_event(connection, keys, event_about("alice"), head);
  EXPECT_EQ(told(walked(connection)), "");
  EXPECT_EQ(walked(connection).rows, 7);
  append_event(connection, old, event_about("mallory"), head);  // by who has the old key alone
  EXPECT_EQ(told(walked(connection)), "old_key 8-8");
}

TEST_F(StoreTrail, A_purge_keeps_the_chain_and_leaves_nothing_in_the_file) {
  {
    auto store = open();
    ASSERT_TRUE((*store)->write([](Transaction& tx) {
      EXPECT_EQ(tx.purge({1'790'000'300}, 0, 100, 100).rows, 19U);
      tx.append(event_about("", EventKind::records_purged, purge_reason({1'790'000'300})));
    }));
  }
  EXPECT_EQ(told(verdict()), "");
  EXPECT_EQ(verdict().purged, 19);
  EXPECT_EQ(bytes_of(path).find("user1"), std::string::npos);
  append(1);
  EXPECT_EQ(told(verdict()), "");
}

TEST_F(StoreTrail, Nobody_without_the_key_writes_a_line_that_passes) {
  const auto [event, mark] = journal.events().back();
  ASSERT_EQ(mark.proof.size(), 32U);
  const std::string line = event_line(event, mark);
  const ProvenLine whole{.text = line.substr(0, line.rfind(" proof=")), .proof = mark.proof};
  Connection connection(path);
  ASSERT_EQ(origin_of(connection, keys, whole), LineOrigin::engine);
  EXPECT_EQ(origin_of(connection, new_keys(), whole), LineOrigin::unknown);
  for (std::size_t i = 0; i < whole.text.size(); ++i) {  // not a letter of it
    ProvenLine other = whole;
    other.text[i] = other.text[i] == '0' ? '1' : '0';
    EXPECT_EQ(origin_of(connection, keys, other), LineOrigin::unknown) << other.text;
  }
  for (const std::string& proof : {std::string(), mark.proof.substr(1), mark.proof + "0"})
    EXPECT_EQ(origin_of(connection, keys, {.text = whole.text, .proof = proof}), LineOrigin::unknown) << proof;
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
  const auto store = open_long();
  int signs = 0;
  const auto found = store->verify_trail([&] { ++signs; });
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(told(*found), "");
  EXPECT_EQ(found->rows, 5020);
  EXPECT_EQ(signs, 3);
}

}  // namespace
}  // namespace mfa::test
