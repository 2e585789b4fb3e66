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

TEST_P(StoreRows, The_whole_trail_can_be_read_both_ways_and_by_user) {
  ASSERT_TRUE(store->write([](Transaction& tx) {
    for (const char* user : {"alice", "bob", "alice", "alice"}) tx.append(event_about(user, EventKind::login_passed));
  }));
  reopen();
  const auto read = [&](const TrailStretch& stretch) {
    return reading(*store, [&](Transaction& tx) { return tx.trail(stretch); }).value();
  };
  const auto all = read({.from = 0, .backwards = false, .most = 99, .user = ""});
  ASSERT_GE(all.size(), 4U);
  const std::int64_t last = all.back().seq;
  const auto numbers = [](const std::vector<TrailRow>& rows) {
    std::vector<std::int64_t> found;
    for (const TrailRow& row : rows) found.push_back(row.seq);
    return found;
  };
  using Numbers = std::vector<std::int64_t>;
  EXPECT_EQ(numbers(read({.from = last - 3, .backwards = false, .most = 2, .user = ""})),
            (Numbers{last - 2, last - 1}));
  EXPECT_EQ(numbers(read({.from = last, .backwards = true, .most = 2, .user = ""})), (Numbers{last - 1, last - 2}));
  EXPECT_EQ(numbers(read({.from = 0, .backwards = false, .most = 2, .user = "alice"})), (Numbers{last - 3, last - 1}));
  EXPECT_EQ(numbers(read({.from = last, .backwards = true, .most = 9, .user = "alice"})),
            (Numbers{last - 1, last - 3}));
  EXPECT_TRUE(read({.from = last, .backwards = false, .most = 9, .user = ""}).empty());
  const auto heads = reading(*store, [&](Transaction& tx) { return tx.trail_heads(last - 2, 9); }).value();
  ASSERT_EQ(heads.size(), 2U);
  EXPECT_EQ(heads[0].seq, last - 1);
  EXPECT_NE(heads[0].head, heads[1].head);
}

TEST_P(StoreRows, Old_detail_goes_in_parts_and_what_tells_of_the_store_stays) {
  const auto at = [](Event event, std::int64_t seconds) {
    event.at = {seconds};
    return event;
  };
  std::int64_t before_all = 0;
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    const auto rows = tx.trail({.from = 0, .backwards = false, .most = 99, .user = ""});
    if (!rows.empty()) before_all = rows.back().seq;
    tx.append(at(event_about("", EventKind::records_purged, "before"), 1));
    tx.append(at(event_about("alice"), 5));
    tx.append(at(event_about("bob"), 20));
    tx.append(at(event_about("carol"), 6));
    tx.append(at(event_about("dora"), 7));
  }));
  const auto purge = [&](std::int64_t time, std::int64_t after, std::size_t most, std::size_t looks) {
    return writing(*store, [&](Transaction& tx) { return tx.purge({time}, before_all + after, most, looks); }).value();
  };
  const auto users = [&] {
    std::vector<std::string> found;
    const auto rows = reading(*store, [&](Transaction& tx) {
                        return tx.trail({.from = before_all + 1, .backwards = false, .most = 99, .user = ""});
                      }).value();
    for (const TrailRow& row : rows) found.push_back(row.event.user);
    return found;
  };
  auto part = purge(10, 0, 2, 99);
  EXPECT_EQ(part.rows, 2U);
  EXPECT_EQ(part.seen, before_all + 4);
  EXPECT_TRUE(part.more);
  EXPECT_EQ(part.oldest, UnixTime{5});
  EXPECT_EQ(part.left, before_all + 3);
  EXPECT_EQ(users(), (std::vector<std::string>{"", "bob", "", "dora"}));
  part = purge(10, 0, 9, 4);
  EXPECT_EQ(part.rows, 0U);
  EXPECT_TRUE(part.more) << "not all was looked at";
  part = purge(10, 4, 9, 99);
  EXPECT_EQ(part.rows, 1U);
  EXPECT_FALSE(part.more);
  EXPECT_FALSE(part.left);
  EXPECT_EQ(purge(10, 0, 9, 99).rows, 0U) << "once";
  reopen();
  EXPECT_EQ(users(), (std::vector<std::string>{"", "bob", "", ""}));
  const auto rows = reading(*store, [&](Transaction& tx) {
                      return tx.trail({.from = before_all, .backwards = false, .most = 2, .user = ""});
                    }).value();
  EXPECT_EQ(rows[0].event.reason, "before");
  EXPECT_EQ(rows[1].event.kind, EventKind::login_passed);
  EXPECT_EQ(rows[1].event.at, UnixTime{5});
  EXPECT_EQ(rows[1].event.from + rows[1].event.service + rows[1].event.server + rows[1].event.factor, "");
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
