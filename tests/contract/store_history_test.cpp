// What the trail tells a person: all of their own, page by page, and what a login has to tell them.
#include <limits>

#include "tests/contract/store_contract.h"

namespace mfa::test {
namespace {

constexpr std::int64_t kNewest = std::numeric_limits<std::int64_t>::max();

std::vector<std::string> reasons_of(const std::vector<TrailRow>& rows) {
  std::vector<std::string> reasons;
  reasons.reserve(rows.size());
  for (const TrailRow& row : rows) reasons.push_back(row.event.reason);
  return reasons;
}

TEST_P(StoreRows, Events_about_somebody_come_newest_first_page_by_page_and_of_nobody_else) {
  Event whole = event_about("alice", EventKind::helpdesk_key_added, "first");
  whole.actor = "carol";
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.append(whole);
    tx.append(event_about("alic", EventKind::login_passed, "another's"));
    tx.append(event_about("alice", EventKind::login_failed, "second"));
    tx.append(event_about("", EventKind::login_failed, "nobody's"));
    tx.append(event_about("Alice", EventKind::login_failed, "another's"));
    tx.append(event_about("alice", EventKind::login_passed, "third"));
  }));
  reopen();
  ASSERT_TRUE(store->read([&](Transaction& tx) {
    const auto newest = tx.events_about("alice", kNewest, 2);
    EXPECT_EQ(reasons_of(newest), (std::vector<std::string>{"third", "second"}));
    ASSERT_EQ(newest.size(), 2U);
    EXPECT_GT(newest[0].seq, newest[1].seq);
    const auto older = tx.events_about("alice", newest.back().seq, 2);
    ASSERT_EQ(older.size(), 1U);
    EXPECT_EQ(older.front().event, whole) << "each field";
    EXPECT_TRUE(tx.events_about("alice", older.front().seq, 2).empty());
    EXPECT_TRUE(tx.events_about("alice", kNewest, 0).empty());
    EXPECT_TRUE(tx.events_about("bob", kNewest, 9).empty());
  }));
}

TEST_P(StoreRows, What_a_login_tells_is_of_the_kinds_that_are_told) {
  std::vector<EventKind> told;
  for (unsigned number = 1; number < 200; ++number) {
    // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): the question is which values are kinds
    const auto kind = static_cast<EventKind>(number);
    ASSERT_TRUE(store->write([&](Transaction& tx) { tx.append(event_about("alice", kind)); }));
    if (is_told(kind)) told.push_back(kind);
  }
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.append(event_about("bob", EventKind::factor_added)); }));
  ASSERT_TRUE(store->read([&](Transaction& tx) {
    std::vector<EventKind> found;
    for (const TrailRow& row : tx.told_about("alice", 0, 200)) found.insert(found.begin(), row.event.kind);
    EXPECT_EQ(found, told);
    EXPECT_FALSE(told.empty());
  }));
}

TEST_P(StoreRows, What_was_told_is_not_told_again) {
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.append(event_about("alice", EventKind::factor_added, "first"));
    tx.append(event_about("alice", EventKind::login_passed, "never"));
    tx.append(event_about("alice", EventKind::factor_removed, "second"));
    tx.append(event_about("alice", EventKind::provisioned, "third"));
  }));
  ASSERT_TRUE(store->read([&](Transaction& tx) {
    const auto all = tx.told_about("alice", 0, 9);
    EXPECT_EQ(reasons_of(all), (std::vector<std::string>{"third", "second", "first"}));
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(reasons_of(tx.told_about("alice", all.back().seq, 9)), (std::vector<std::string>{"third", "second"}));
    EXPECT_EQ(reasons_of(tx.told_about("alice", 0, 1)), (std::vector<std::string>{"third"}));
    EXPECT_TRUE(tx.told_about("alice", all.front().seq, 9).empty());
  }));
}

}  // namespace
}  // namespace mfa::test
