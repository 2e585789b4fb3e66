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
  auto part = purge(10, 0, 0, 99);  // only looks
  EXPECT_EQ(part.rows, 0U);
  EXPECT_EQ(part.oldest, UnixTime{5});
  EXPECT_FALSE(part.more);
  EXPECT_EQ(purge(5, 0, 0, 99).oldest, std::nullopt);
  EXPECT_EQ(purge(30, 2, 0, 99).oldest, UnixTime{6}) << "not the first one, but the earliest";
  EXPECT_EQ(users(), (std::vector<std::string>{"alice", "bob", "carol", "dora"}));
  part = purge(10, 0, 2, 99);
  EXPECT_EQ(part.rows, 2U);
  EXPECT_EQ(part.seen, before_all + 4);
  EXPECT_TRUE(part.more);
  EXPECT_EQ(part.oldest, UnixTime{5});
  EXPECT_EQ(users(), (std::vector<std::string>{"", "bob", "", "dora"}));
  part = purge(10, 0, 9, 4);
  EXPECT_EQ(part.rows, 0U);
  EXPECT_TRUE(part.more) << "not all was looked at";
  part = purge(10, 4, 9, 99);
  EXPECT_EQ(part.rows, 1U);
  EXPECT_FALSE(part.more);
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

// Parts of any size come to the same, and nobody is counted twice.
TEST_P(StoreRows, People_are_counted_in_parts) {
  for (std::uint32_t i = 0; i < 7; ++i) person_called("user" + std::to_string(i), 1000 + i);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    const auto id = [&](std::uint32_t i) { return tx.person_by_uid({1000 + i}).value().id; };
    tx.add_factor(id(1), totp_factor(1, "12345678901234567890"));
    tx.add_factor(id(1), totp_factor(2, "12345678901234567890"));
    tx.add_factor(id(1), phone_factor(3));
    tx.add_factor(id(4), key_factor(1));
    Person locked = tx.person_by_uid({1006}).value();
    locked.lockout.locked_until = kStart + std::chrono::seconds(60);
    tx.save(locked);
    tx.remove_person(id(5));
  }));
  for (const std::size_t most : {1U, 2U, 3U, 100U}) {
    PeopleCount all;
    for (bool more = true; more;) {
      const auto part =
          reading(*store, [&](Transaction& tx) { return tx.count_people(all.last, most, kStart); }).value();
      EXPECT_LE(part.people, static_cast<std::int64_t>(most));
      all.people += part.people;
      all.enrolled += part.enrolled;
      all.locked += part.locked;
      for (const auto& [kind, people] : part.with_factor) all.with_factor[kind] += people;
      all.last = part.last;
      more = part.people > 0;
    }
    EXPECT_EQ(all.people, 6) << most;
    EXPECT_EQ(all.enrolled, 2) << most;
    EXPECT_EQ(all.locked, 1) << most;
    EXPECT_EQ(all.with_factor,
              (std::map<FactorKind, std::int64_t>{{FactorKind::totp, 1}, {FactorKind::sms, 1}, {FactorKind::key, 1}}))
        << most;
  }
  const auto later =
      reading(*store, [](Transaction& tx) { return tx.count_people({}, 100, kStart + std::chrono::seconds(60)); });
  EXPECT_EQ(later->locked, 0);
}

TEST_P(StoreRows, Events_are_counted_back_to_a_moment) {
  ASSERT_TRUE(store->write([](Transaction& tx) {
    for (int i = 0; i < 10; ++i) {
      Event event = event_about("alice", i % 2 == 0 ? EventKind::login_passed : EventKind::login_failed);
      event.at = kStart + std::chrono::hours(i);
      tx.append(event);
    }
  }));
  for (const std::size_t most : {1U, 3U, 100U}) {
    std::map<EventKind, std::int64_t> all;
    std::int64_t before = std::numeric_limits<std::int64_t>::max();
    for (bool more = true; more;) {
      const auto part = reading(*store, [&](Transaction& tx) {
                          return tx.count_events(before, kStart + std::chrono::hours(5), most);
                        }).value();
      for (const auto& [kind, times] : part.times) all[kind] += times;
      more = part.more;
      before = part.last;
    }
    EXPECT_EQ(all[EventKind::login_passed], 2) << most;
    EXPECT_EQ(all[EventKind::login_failed], 3) << most;
  }
}

TEST_P(StoreRows, One_row_of_a_clock_that_was_wrong_ends_no_count) {
  ASSERT_TRUE(store->write([](Transaction& tx) {
    for (int i = 0; i < 10; ++i) {
      Event event = event_about("alice", EventKind::login_passed);
      event.at = i == 5 ? UnixTime{0} : kStart + std::chrono::hours(i);
      tx.append(event);
    }
  }));
  const auto count = reading(*store, [&](Transaction& tx) {
                       return tx.count_events(std::numeric_limits<std::int64_t>::max(), kStart, 100);
                     }).value();
  EXPECT_EQ(count.times.at(EventKind::login_passed), 9);
}

}  // namespace
}  // namespace mfa::test
