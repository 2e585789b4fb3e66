// History and notices in SQLite: what a look costs, and rows that were purged or are of a newer release.
#include <limits>

#include "tests/unit/store_fixture.h"
#include "tests/unit/store_steps.h"

namespace mfa::test {
namespace {

constexpr std::int64_t kNewest = std::numeric_limits<std::int64_t>::max();

class StoreHistory : public StoreFolder {
 protected:
  void SetUp() override {
    StoreFolder::SetUp();
    create();
    auto store = open();
    ASSERT_TRUE((*store)->write([](Transaction& tx) {
      for (const EventKind kind : {EventKind::factor_added, EventKind::login_passed, EventKind::factor_removed})
        tx.append(event_about("alice", kind));
    }));
  }
  // In the name of alice, none of which is told: what an attacker could bring about.
  void add_events(int count) const {
    tamper(("WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(count) +
            ") INSERT INTO event SELECT (SELECT max(seq) FROM event) + i, 1790000300, 3, 'alice', '', 'sshd', 'x', "
            "'lab-gw', '', 'locked', zeroblob(16), zeroblob(32), 1, zeroblob(32) FROM n")
               .c_str());
  }
  [[nodiscard]] std::vector<TrailRow> told() {
    auto store = open();
    return reading(**store, [](Transaction& tx) { return tx.told_about("alice", 0, 9); }).value();
  }
};

TEST_F(StoreHistory, A_look_costs_the_same_after_100_000_other_events) {
  const auto steps = [&] {
    const StepCounter counter;
    auto store = open();
    return StepCounter::of([&] {
      ASSERT_TRUE((*store)->read([](Transaction& tx) {
        EXPECT_EQ(tx.told_about("alice", 0, 9).size(), 2U);
        EXPECT_EQ(tx.events_about("alice", kNewest, 9).size(), 9U);
        EXPECT_EQ(tx.events_about("alice", 3, 9).size(), 1U);
      }));
    });
  };
  add_events(10);
  const int among_few = steps();
  EXPECT_GT(among_few, 0);
  add_events(100'000);
  EXPECT_EQ(steps(), among_few);
}

TEST_F(StoreHistory, What_was_purged_is_nobodys) {
  ASSERT_EQ(told().size(), 2U);
  tamper(
      "UPDATE event SET user = NULL, actor = NULL, service = NULL, place = NULL, server = NULL, factor = NULL,"
      " reason = NULL, salt = NULL WHERE kind = 20");
  EXPECT_EQ(told().size(), 1U);
  auto store = open();
  ASSERT_TRUE((*store)->read([](Transaction& tx) {
    EXPECT_EQ(tx.events_about("alice", kNewest, 9).size(), 2U);
    EXPECT_TRUE(tx.events_about("", kNewest, 9).size() <= 1U) << "the store's own alone";
  }));
}

TEST_F(StoreHistory, A_kind_of_a_newer_release_has_no_name_and_denies_nobody) {
  tamper("UPDATE event SET kind = 97 WHERE kind = 20");
  const auto rows = told();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(name_of(rows.back().event.kind).empty());
}

}  // namespace
}  // namespace mfa::test
