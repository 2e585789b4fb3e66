// The trail for administrators: by what its rows are about, whether it is whole, and its purge.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "common/flows/audit.h"
#include "common/flows/purge.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Trail : public testing::Test {
 protected:
  Asker asker(Uid uid = Uid{0}) {
    return {.caller = {.uid = uid, .pid = 42},
            .terminal = TerminalId{"session 7 tty 3"},
            .password = world.passwords,
            .dialogue = world.dialogue};
  }
  void append(EventKind kind, const std::string& user, std::int64_t at, const std::string& actor = "") {
    Event event;
    event.kind = kind;
    event.at = {at};
    event.user = user;
    event.actor = actor;
    event.service = "sshd";
    event.from = user == "alice" ? "192.0.2.7" : "console";
    world.store.state.events.push_back(event);
  }
  // Numbers of the rows of one reply.
  std::vector<std::int64_t> numbers(const AuditRequest& request) {
    const auto reply = audit(world.engine, asker(), request);
    std::vector<std::int64_t> found;
    if (!reply) return {-1};
    for (const TrailRow& row : reply->rows) found.push_back(row.seq);
    return found;
  }
  World world;
};

TEST_F(Trail, RowsAreFoundByWhatTheyAreAbout) {
  append(EventKind::login_passed, "alice", 100);
  append(EventKind::login_failed, "bob", 200);
  append(EventKind::provisioned, "alice", 300, "root");
  append(EventKind::login_passed, "bob", 150);  // a clock that was put back
  append(EventKind::store_created, "", 400);
  const auto filtered = [&](void (*set)(AuditFilter&)) {
    AuditRequest request;
    request.after = 0;
    set(request.filter);
    return numbers(request);
  };
  EXPECT_THAT(filtered([](AuditFilter& /*f*/) {}), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(filtered([](AuditFilter& f) { f.user = "alice"; }), ElementsAre(1, 3));
  EXPECT_THAT(filtered([](AuditFilter& f) { f.actor = "root"; }), ElementsAre(3));
  EXPECT_THAT(filtered([](AuditFilter& f) {
                f.service = "sshd";
                f.from = "console";
              }),
              ElementsAre(2, 4, 5));
  EXPECT_THAT(filtered([](AuditFilter& f) { f.event = "login.passed"; }), ElementsAre(1, 4));
  EXPECT_THAT(filtered([](AuditFilter& f) { f.event = "login"; }), ElementsAre(1, 2, 4));
  EXPECT_THAT(filtered([](AuditFilter& f) { f.event = "log"; }), IsEmpty());
  EXPECT_THAT(filtered([](AuditFilter& f) { f.since = UnixTime{150}; }), ElementsAre(2, 3, 4, 5));
  EXPECT_THAT(filtered([](AuditFilter& f) { f.until = UnixTime{150}; }), ElementsAre(1));
  EXPECT_THAT(filtered([](AuditFilter& f) {
                f.user = "bob";
                f.since = UnixTime{160};
              }),
              ElementsAre(2));
  EXPECT_THAT(filtered([](AuditFilter& f) { f.user = "Alice"; }), IsEmpty());
  EXPECT_THAT(numbers({}), ElementsAre(5, 4, 3, 2, 1)) << "the newest first";
  EXPECT_THAT(numbers({.filter = {}, .after = 3, .before = {}}), ElementsAre(4, 5));
  EXPECT_THAT(numbers({.filter = {}, .after = {}, .before = 3}), ElementsAre(2, 1));
}

TEST_F(Trail, ComesInPagesBothWays) {
  for (int i = 0; i < 250; ++i) append(EventKind::login_passed, "alice", i);
  for (const bool forwards : {true, false}) {
    AuditRequest request;
    if (forwards) request.after = 0;
    std::vector<std::int64_t> seen;
    for (int pages = 0;; ++pages) {
      const auto reply = audit(world.engine, asker(), request);
      ASSERT_TRUE(reply);
      ASSERT_LE(reply->rows.size(), kAuditPage);
      for (const TrailRow& row : reply->rows) seen.push_back(row.seq);
      (forwards ? request.after : request.before) = reply->next;
      if (!reply->next) break;
      ASSERT_LT(pages, 5);
    }
    EXPECT_THAT(seen, SizeIs(250));
    EXPECT_EQ(seen.front(), forwards ? 1 : 250);
    EXPECT_EQ(seen.back(), forwards ? 250 : 1);
  }
}

TEST_F(Trail, NoRequestLooksAtAllOfALongTrail) {
  for (std::size_t i = 0; i < 2 * kAuditLooks + 10; ++i)
    append(EventKind::login_passed, "alice", static_cast<std::int64_t>(i));
  append(EventKind::login_failed, "alice", 0);
  AuditRequest request;
  request.filter.event = "login.failed";
  request.after = 0;
  for (int page = 0; page < 2; ++page) {
    const auto reply = audit(world.engine, asker(), request);
    EXPECT_THAT(reply->rows, IsEmpty());
    request.after = reply->next;
    ASSERT_TRUE(request.after);
  }
  EXPECT_THAT(audit(world.engine, asker(), request)->rows, SizeIs(1));
}

TEST_F(Trail, IsRootsAlone) {
  append(EventKind::login_passed, "alice", 100);
  const Asker other = asker(Uid{1000});
  EXPECT_THAT(audit(world.engine, other, {}).error().hint, HasSubstr("mfa-enroll history"));
  EXPECT_FALSE(verify_trail(world.engine, other));
  EXPECT_FALSE(trail_heads(world.engine, other, 0));
  EXPECT_FALSE(line_origins(world.engine, other, {}));
  EXPECT_FALSE(purge_records(world.engine, other));
  EXPECT_THAT(world.store.state.events, SizeIs(1)) << "and nothing was done";
}

TEST_F(Trail, WhatTheStoreCannotDoIsSaid) {
  world.store.fail_at = 0;
  EXPECT_EQ(audit(world.engine, asker(), {}).error().kind, RequestError::Kind::unavailable);
  world.store.fail_at = 0;
  EXPECT_EQ(verify_trail(world.engine, asker()).error().kind, RequestError::Kind::unavailable);
  world.store.fail_at = 0;
  EXPECT_EQ(purge_records(world.engine, asker()).error().kind, RequestError::Kind::unavailable);
}

TEST_F(Trail, ItsHeadsComeInRunsWithoutAGap) {
  for (int i = 0; i < 3; ++i) append(EventKind::login_passed, "alice", i);
  const auto reply = trail_heads(world.engine, asker(), 1);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->first, 2);
  EXPECT_EQ(reply->heads, "head 2head 3");
  EXPECT_EQ(trail_heads(world.engine, asker(), 3)->heads, "");
  EXPECT_THAT(*line_origins(world.engine, asker(), {{"x", "proof of x"}, {"x", "proof of y"}}),
              ElementsAre(LineOrigin::engine, LineOrigin::unknown));
}

// --- purge

constexpr std::int64_t kDay = 86'400;

TEST_F(Trail, APurgeTakesTheDetailOfWhatIsOlderAndRecordsThatItDid) {
  world.settings.records_keep = std::chrono::hours(10 * 24);
  const std::int64_t now = world.clock.time.seconds;
  append(EventKind::store_created, "nobody", now - 99 * kDay);
  append(EventKind::login_passed, "alice", now - 11 * kDay);
  append(EventKind::login_passed, "bob", now - 9 * kDay);
  append(EventKind::login_passed, "carol", now - 12 * kDay);  // a clock that was put back
  append(EventKind::login_passed, "dora", now - 10 * kDay);   // just not older
  const auto reply = purge_records(world.engine, asker());
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->purged.events, 2U);
  EXPECT_EQ(reply->purged.before, UnixTime{now - 10 * kDay});
  const auto& events = world.store.state.events;
  ASSERT_THAT(events, SizeIs(6));
  EXPECT_EQ(events[0].user, "nobody") << "of the store itself nothing goes";
  EXPECT_EQ(events[1].user, "");
  EXPECT_EQ(events[1].from, "");
  EXPECT_EQ(events[1].at, UnixTime{now - 11 * kDay});
  EXPECT_EQ(events[2].user, "bob");
  EXPECT_EQ(events[3].user, "");
  EXPECT_EQ(events[4].user, "dora");
  EXPECT_EQ(events[5].kind, EventKind::records_purged);
  EXPECT_EQ(events[5].actor, "root");
  EXPECT_EQ(purged_before(events[5].reason), UnixTime{now - 10 * kDay});
  EXPECT_EQ(purge_records(world.engine, asker())->purged.events, 0U);
  EXPECT_THAT(world.store.state.events, SizeIs(6)) << "nothing done, nothing recorded";
}

Purge own_purge(World& world, std::int64_t before, std::function<bool()> go_on = [] { return true; }) {
  return {.store = world.store, .before = {before}, .pace = kPurgePace, .event = {}, .go_on = std::move(go_on)};
}

TEST_F(Trail, TheServiceTakesAWeekOfTheTrailAtATime) {
  for (int day = 0; day < 20; ++day) append(EventKind::login_passed, "alice", day * kDay);
  EXPECT_EQ(purge(own_purge(world, 100 * kDay))->events, 7U);
  EXPECT_EQ(purge(own_purge(world, 100 * kDay))->events, 7U);
  EXPECT_EQ(purge(own_purge(world, 16 * kDay))->events, 2U) << "never what is to be kept";
  EXPECT_EQ(purge(own_purge(world, 16 * kDay))->events, 0U);
}

// Whatever stands before it: rows whose clock was ahead are not due, and are none to begin with.
TEST_F(Trail, ItsPaceIsOfTheOldestThatIsDue) {
  append(EventKind::login_passed, "alice", 9'000 * kDay);
  append(EventKind::login_passed, "alice", std::numeric_limits<std::int64_t>::max());
  for (int day = 20; day > 0; --day) append(EventKind::login_passed, "alice", day * kDay);
  const auto first = purge(own_purge(world, 100 * kDay));
  EXPECT_EQ(first->events, 7U);
  EXPECT_EQ(first->before, UnixTime{8 * kDay});
  EXPECT_EQ(purge(own_purge(world, 100 * kDay))->events, 7U);
  EXPECT_EQ(purge(own_purge(world, 100 * kDay))->events, 6U);
  EXPECT_EQ(purge(own_purge(world, 100 * kDay))->events, 0U);
  EXPECT_EQ(world.store.state.events[0].user, "alice");
  append(EventKind::login_passed, "alice", std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(purge(own_purge(world, 100 * kDay))->events, 1U);
}

// An older store was put back: what it had purged has its detail again.
TEST_F(Trail, WhatHasItsDetailAgainIsPurgedAgain) {
  for (int day = 0; day < 5; ++day) append(EventKind::login_passed, "alice", day * kDay);
  const auto before = world.store.state;
  EXPECT_EQ(purge(own_purge(world, 100 * kDay))->events, 5U);
  world.store.state = before;
  EXPECT_EQ(purge(own_purge(world, 100 * kDay))->events, 5U);
}

TEST_F(Trail, APurgeThatIsBrokenOffIsTakenUpAgain) {
  for (int i = 0; i < 1000; ++i) append(EventKind::login_passed, "alice", i);
  int batches = 0;
  Purge part = own_purge(world, 100 * kDay, [&] { return batches++ < 2; });
  EXPECT_EQ(purge(part)->events, 400U);
  EXPECT_EQ(world.store.state.events.back().kind, EventKind::records_purged) << "it says so from its first batch on";
  world.store.fail_at = world.store.operations == 0 ? 0 : 3;
  EXPECT_FALSE(purge(own_purge(world, 100 * kDay)));
  world.store.fail_at = -1;
  EXPECT_EQ(purge(own_purge(world, 100 * kDay))->events, 600U);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(world.store.state.events[static_cast<std::size_t>(i)].user, "");
  EXPECT_EQ(purge(own_purge(world, 100 * kDay))->events, 0U);
}

}  // namespace
}  // namespace mfa
