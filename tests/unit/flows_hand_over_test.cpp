// Somebody's name became another, or somebody left: what goes on, what goes, and whom nobody becomes.
#include "common/flows/hand_over.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/flows/history.h"
#include "common/flows/login.h"
#include "common/flows/upkeep.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Caller kRootCalls{.uid = Uid{0}, .pid = 1};

class HandOver : public testing::Test {
 protected:
  HandOver() {
    Rule rule;
    rule.name = "everyone";
    rule.mfa = Requirement::require;
    rule.trust = std::chrono::hours(24 * 30);
    world.settings.rules = {rule};
    world.enrol("alice", Uid{1000});
    world.accounts.people = {{{"alice"}, Uid{1000}, Gid{1000}}, {{"bob"}, Uid{2000}, Gid{2000}}};
  }
  Asker asker(Uid uid) {
    return {.caller = {.uid = uid, .pid = 42},
            .terminal = std::nullopt,
            .password = world.passwords,
            .dialogue = world.dialogue};
  }
  // The directory gives alice's account another name, another uid, or both.
  void becomes(const std::string& name, Uid uid) {
    for (Account& account : world.accounts.people)
      if (account.name.value == "alice") account = {{name}, uid, Gid{uid.value}};
  }
  std::expected<RenamedReply, RequestError> rename(const std::string& user, const std::string& to) {
    return rename_person(world.engine, asker(Uid{0}), user, to);
  }
  LoginResult log_in(const std::string& user, std::vector<std::expected<std::string, DialogueError>> answers) {
    LoginFacts facts;
    facts.user = user;
    facts.service = "sshd";
    facts.rhost = "203.0.113.7";
    facts.tty = "ssh";
    facts.from_root = true;
    facts.password_passed = true;
    world.dialogue.answers = std::move(answers);
    return login(world.engine, facts, kRootCalls, world.dialogue).result;
  }
  std::string next_code() {
    world.clock.time = world.clock.time + world.settings.totp.period;
    return world.code();
  }
  std::vector<Event> events(EventKind kind) const {
    std::vector<Event> found;
    for (const Event& event : world.store.state.events)
      if (event.kind == kind) found.push_back(event);
    return found;
  }

  World world;
};

TEST_F(HandOver, WhatWasTheOldNamesIsTheNewOnes) {
  ASSERT_EQ(log_in("alice", {next_code() + " y"}), LoginResult::passed);
  becomes("alice.smith", Uid{1000});
  EXPECT_NE(log_in("alice.smith", {next_code()}), LoginResult::passed);
  const auto done = rename("alice", "alice.smith");
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_EQ(done->was, "alice");
  EXPECT_THAT(done->factors, ElementsAre("totp-1"));
  EXPECT_EQ(done->devices, 1U);
  EXPECT_EQ(log_in("alice.smith", {}), LoginResult::trusted);
  const auto renamed = events(EventKind::person_renamed);
  ASSERT_THAT(renamed, SizeIs(2));
  EXPECT_EQ(renamed[0].user, "alice");
  EXPECT_EQ(renamed[0].reason, "is alice.smith");
  EXPECT_EQ(renamed[1].user, "alice.smith");
  EXPECT_EQ(renamed[1].reason, "was alice");
  for (const Event& event : renamed) EXPECT_EQ(event.actor, "root");
}

TEST_F(HandOver, TheNewNameIsToldAtTheNextCode) {
  becomes("alice.smith", Uid{1000});
  ASSERT_TRUE(rename("alice", "alice.smith"));
  ASSERT_EQ(log_in("alice.smith", {next_code()}), LoginResult::passed);
  EXPECT_THAT(world.dialogue.prompts.front().text, HasSubstr("An administrator noted on"));
}

TEST_F(HandOver, ProofsOfBeforeDoNotCount) {
  const auto epoch = [&] { return world.store.state.people.front().epoch; };
  const auto before = epoch();
  becomes("alice.smith", Uid{1000});
  ASSERT_TRUE(rename("alice", "alice.smith"));
  EXPECT_GT(epoch(), before);
}

TEST_F(HandOver, OnlyTheUidMayBeAnotherOne) {
  becomes("alice", Uid{4711});
  EXPECT_NE(log_in("alice", {next_code()}), LoginResult::passed);
  ASSERT_TRUE(rename("alice", "alice"));
  EXPECT_EQ(log_in("alice", {next_code()}), LoginResult::passed);
  EXPECT_THAT(events(EventKind::person_renamed), SizeIs(1));
  EXPECT_EQ(events(EventKind::person_renamed).front().reason, "uid was 1000");
}

TEST_F(HandOver, NobodyIsMadeSomebodyElse) {
  struct Row {
    const char* user;
    const char* to;
    const char* why;
  };
  world.enrol("carol", Uid{1001});
  world.accounts.people.push_back({{"carol"}, Uid{1001}, Gid{1001}});
  world.accounts.people.push_back({{"carolina"}, Uid{1001}, Gid{1001}});
  for (const auto& [user, to, why] : {
           Row{"alice", "bob", "not the same account"},
           Row{"alice", "carol", "already (uid 1001)"},
           Row{"alice", "alice", "has that name and that uid already"},
           Row{"alice", "carolina", "is a second name of carol"},
           Row{"alice", "nobody-there", "There is no account nobody-there"},
           Row{"dora", "bob", "Nothing is kept of anybody by the name of dora"},
           Row{"Alice", "bob", "Nothing is kept"},
       }) {
    const auto refused = rename(user, to);
    ASSERT_FALSE(refused) << user << " " << to;
    EXPECT_THAT(refused.error().text, HasSubstr(why));
    EXPECT_THAT(events(EventKind::person_renamed), IsEmpty());
  }
  becomes("alice.smith", Uid{1001});
  const auto taken = rename("alice", "alice.smith");
  ASSERT_FALSE(taken);
}

TEST_F(HandOver, AUidThatIsKeptAsAnothersStaysTheirs) {
  world.enrol("carol", Uid{1001});
  becomes("alice", Uid{1001});
  const auto refused = rename("alice", "alice");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("is kept as that of carol"));
  EXPECT_EQ(refused.error().hint, "If that is nobody any more: mfa-enroll admin retire carol");
}

TEST_F(HandOver, WhoLeftLeavesTheTrailAlone) {
  ASSERT_EQ(log_in("alice", {next_code() + " y"}), LoginResult::passed);
  const std::size_t before = world.store.state.events.size();
  std::erase_if(world.accounts.people, [](const Account& account) { return account.name.value == "alice"; });
  const auto done = retire_person(world.engine, asker(Uid{0}), "alice");
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_EQ(done->uid, Uid{1000});
  EXPECT_THAT(done->removed, ElementsAre("totp-1"));
  EXPECT_EQ(done->devices, 1U);
  EXPECT_THAT(world.store.state.people, IsEmpty());
  EXPECT_THAT(events(EventKind::person_retired), SizeIs(1));
  EXPECT_EQ(events(EventKind::person_retired).front().factor, "totp-1");
  EXPECT_EQ(events(EventKind::person_retired).front().actor, "root");
  EXPECT_THAT(events(EventKind::trust_ended), SizeIs(1));
  EXPECT_EQ(world.store.state.events.size(), before + 2);
  EXPECT_FALSE(retire_person(world.engine, asker(Uid{0}), "alice"));
}

TEST_F(HandOver, WhoHasTheNameNextBeginsWithNothing) {
  ASSERT_EQ(log_in("alice", {next_code() + " y"}), LoginResult::passed);
  ASSERT_TRUE(retire_person(world.engine, asker(Uid{0}), "alice"));
  becomes("alice", Uid{3000});
  world.clock.time = world.clock.time + std::chrono::seconds(60);
  EXPECT_NE(log_in("alice", {next_code()}), LoginResult::passed);
  const auto seen = history(world.engine, asker(Uid{3000}), {});
  ASSERT_TRUE(seen);
  for (const TrailRow& row : seen->rows) EXPECT_GE(row.event.at, world.clock.time);
  const auto state = status(world.engine, asker(Uid{3000}));
  ASSERT_TRUE(state);
  EXPECT_THAT(state->factors, IsEmpty());
  EXPECT_THAT(state->devices, IsEmpty());
  EXPECT_THAT(state->notices, IsEmpty());
}

TEST_F(HandOver, HistoryGoesOnUnderTheNameOfBefore) {
  ASSERT_EQ(log_in("alice", {next_code() + " y"}), LoginResult::passed);
  becomes("alice.smith", Uid{1000});
  ASSERT_TRUE(rename_person(world.engine, asker(Uid{0}), "alice", "alice.smith"));
  Event of_another;  // who has the old name now
  of_another.kind = EventKind::login_failed;
  of_another.user = "alice";
  of_another.at = world.clock.time;
  world.store.state.events.push_back(of_another);
  const auto seen = history(world.engine, asker(Uid{1000}), {});
  ASSERT_TRUE(seen);
  std::vector<std::string> names;
  std::vector<EventKind> kinds;
  for (const TrailRow& row : seen->rows) {
    names.push_back(row.event.user);
    kinds.push_back(row.event.kind);
  }
  EXPECT_THAT(kinds, testing::Contains(EventKind::login_passed));
  EXPECT_THAT(kinds, testing::Not(testing::Contains(EventKind::login_failed)));
  EXPECT_EQ(names.back(), "alice.smith");
  // Page by page the same.
  std::vector<TrailRow> all;
  HistoryRequest page{.before = {}, .since = {}, .most = 1};
  for (int pages = 0; pages < 50; ++pages) {
    const auto one = history(world.engine, asker(Uid{1000}), page);
    ASSERT_TRUE(one);
    all.insert(all.begin(), one->rows.begin(), one->rows.end());
    if (!one->before) break;
    page.before = one->before;
  }
  EXPECT_EQ(all.size(), seen->rows.size());
}

TEST_F(HandOver, IsRootsAlone) {
  for (const Uid uid : {Uid{1000}, Uid{2000}, Uid{65534}}) {
    EXPECT_FALSE(rename_person(world.engine, asker(uid), "alice", "bob"));
    EXPECT_FALSE(retire_person(world.engine, asker(uid), "alice"));
    EXPECT_FALSE(rotate_key(world.engine, asker(uid)));
  }
  EXPECT_THAT(world.store.state.people, SizeIs(1));
}

// Nothing of it stays half done.
TEST_F(HandOver, AStoreThatFailsAtAnyPointLeavesAllAsItWas) {
  becomes("alice.smith", Uid{1000});
  for (int at = 0;; ++at) {
    world.store.fail_at = at;
    const bool renamed = rename("alice", "alice.smith").has_value();
    world.store.fail_at = -1;
    if (renamed) break;
    EXPECT_EQ(world.store.state.people.front().name.value, "alice") << at;
    EXPECT_THAT(events(EventKind::person_renamed), IsEmpty()) << at;
  }
  for (int at = 0;; ++at) {
    world.store.fail_at = at;
    const bool retired = retire_person(world.engine, asker(Uid{0}), "alice.smith").has_value();
    world.store.fail_at = -1;
    if (retired) break;
    EXPECT_THAT(world.store.state.factors.begin()->second, SizeIs(1)) << at;
    EXPECT_THAT(events(EventKind::person_retired), IsEmpty()) << at;
  }
}

}  // namespace
}  // namespace mfa
