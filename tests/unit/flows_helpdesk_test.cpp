// The helpdesk looks at somebody, ends a lockout, begins a second factor anew.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/flows/helpdesk_acts.h"
#include "common/flows/helpdesk_show.h"
#include "common/flows/history.h"
#include "common/flows/keys.h"
#include "common/flows/login.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr char kPassword[] = "correct horse";
constexpr char kKeyLine[] =
    "sk-ssh-ed25519@openssh.com "
    "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAID399lLVLyVJbvy7+5p3nr74hsJhLvdkSB7LCsjcyBqVAAAABHNzaDo=";
constexpr Caller kRoot{.uid = Uid{0}, .pid = 1};
using Answers = std::vector<std::expected<std::string, DialogueError>>;

class HelpdeskActs : public testing::Test {
 protected:
  HelpdeskActs() {
    world.accounts.people.push_back({{"clerk"}, Uid{2000}, Gid{2000}});
    world.accounts.people.push_back({{"other"}, Uid{2001}, Gid{2001}});
    world.accounts.groups["mfa-helpdesk"] = {"clerk", "other"};
    world.accounts.groups["wheel"] = {"bob"};
    world.settings.protected_groups = {"wheel"};
    Rule everyone;
    everyone.name = "everyone";
    everyone.mfa = Requirement::require;
    everyone.trust = std::chrono::hours(24);
    world.settings.rules = {everyone};
  }
  Asker asker(Uid uid = {2000}) {
    return {.caller = {.uid = uid, .pid = 42},
            .terminal = TerminalId{"session 7 tty 3"},
            .password = world.passwords,
            .dialogue = world.dialogue};
  }
  void say(Answers answers) {
    world.dialogue.prompts.clear();
    world.dialogue.answers = std::move(answers);
  }
  static HelpdeskRequest about(const std::string& user) {
    return {.user = user, .reason = "lost phone", .checked = "student card"};
  }
  std::expected<ResetReply, RequestError> reset(const HelpdeskRequest& request = about("alice"),
                                                const std::string& factor = "", Uid clerk = {2000}) {
    say({kPassword});
    return helpdesk_reset(world.engine, asker(clerk), request, factor);
  }
  LoginVerdict log_in(Answers answers) {
    say(std::move(answers));
    LoginFacts facts;
    facts.user = "alice";
    facts.service = "sshd";
    facts.rhost = "203.0.113.7";
    facts.tty = "ssh";
    facts.from_root = true;
    facts.password_passed = true;
    return login(world.engine, facts, kRoot, world.dialogue);
  }
  // Sets up the app that is offered at the login, once the answers before are given.
  LoginVerdict enrol_with(Answers before) {
    std::size_t asked = 0;
    const std::size_t count = before.size();
    world.dialogue.before_answer = [this, asked, count](doubles::Script& script) mutable {
      if (asked++ != count) return;
      const std::string& text = script.prompts.back().text;
      EXPECT_THAT(text, HasSubstr("Scan this"));
      const auto pending = world.store.state.pending.begin();
      ASSERT_NE(pending, world.store.state.pending.end());
      script.answers = {world.code_of(pending->second.key), "phone", ""};
    };
    const LoginVerdict verdict = log_in(std::move(before));
    world.dialogue.before_answer = nullptr;
    return verdict;
  }
  void lock_alice() {
    ASSERT_TRUE(world.store.write([&](Transaction& tx) {
      Person person = *tx.person_by_name({"alice"});
      person.lockout = {.failures = 5,
                        .locks = 1,
                        .locked_at = world.clock.time,
                        .locked_until = world.clock.time + std::chrono::minutes(1)};
      tx.save(person);
    }));
  }
  std::vector<Factor>& factors() { return world.store.state.factors.begin()->second; }
  const Event& last() { return world.store.state.events.back(); }
  std::vector<std::string> names() {
    std::vector<std::string> result;
    for (const Event& event : world.store.state.events) result.emplace_back(name_of(event.kind));
    return result;
  }

  World world;
};

// --- show

TEST_F(HelpdeskActs, ShowTellsWhatThereIsAndThatItWasLookedAt) {
  world.enrol("alice", Uid{1000});
  ASSERT_EQ(log_in({world.code(), "y"}).result, LoginResult::passed);
  const auto shown = helpdesk_show(world.engine, asker(), {.user = "alice", .reason = "", .checked = ""});
  ASSERT_TRUE(shown) << shown.error().text;
  EXPECT_EQ(shown->status.user, "alice");
  EXPECT_THAT(shown->status.factors, SizeIs(1));
  EXPECT_THAT(shown->status.devices, SizeIs(1));
  EXPECT_EQ(shown->status.recovery_codes_left, 2U);
  EXPECT_EQ(shown->last_login, world.clock.time);
  EXPECT_THAT(shown->events, SizeIs(2));
  EXPECT_THAT(world.dialogue.answers, IsEmpty());
  EXPECT_EQ(world.passwords.asked, 0);
  EXPECT_EQ(last().kind, EventKind::helpdesk_looked);
  EXPECT_EQ(last().user, "alice");
  EXPECT_EQ(last().actor, "clerk");
  const auto own = history(world.engine, asker(Uid{1000}), {});
  ASSERT_TRUE(own);
  EXPECT_EQ(own->rows.back().event.kind, EventKind::helpdesk_looked);
}

TEST_F(HelpdeskActs, ShowIsRecordedOnceAnHourForEachClerk) {
  world.enrol("alice", Uid{1000});
  const auto look = [&](Uid clerk, const std::string& reason) {
    EXPECT_TRUE(helpdesk_show(world.engine, asker(clerk), {.user = "alice", .reason = reason, .checked = ""}));
    return std::ranges::count(world.store.state.events, EventKind::helpdesk_looked, &Event::kind);
  };
  EXPECT_EQ(look({2000}, ""), 1);
  EXPECT_EQ(look({2000}, ""), 1);
  EXPECT_EQ(look({2000}, "called"), 2) << "another reason";
  EXPECT_EQ(look({2001}, ""), 3) << "another clerk";
  for (int i = 0; i < 20; ++i) (void)look({2000}, std::to_string(i));
  EXPECT_EQ(look({2000}, "more"), 6) << "and no flood of them";
  world.clock.time = world.clock.time + std::chrono::hours(2);
  EXPECT_EQ(look({2000}, ""), 7);
}

TEST_F(HelpdeskActs, ShowIsForTheHelpdeskAboutThoseItLooksAfter) {
  world.enrol("alice", Uid{1000});
  world.accounts.groups["students"] = {"alice"};
  world.settings.helpdesk_scope = {"students"};
  const auto why = [&](Uid clerk, const std::string& user) {
    const auto shown = helpdesk_show(world.engine, asker(clerk), about(user));
    return shown ? std::string() : shown.error().text;
  };
  EXPECT_EQ(why({2000}, "alice"), "");
  EXPECT_EQ(why({1001}, "alice"), "Only the helpdesk may do that.");
  EXPECT_EQ(why({1000}, "alice"), "Only the helpdesk may do that.") << "nor about oneself";
  EXPECT_EQ(why({2000}, "clerk"), "Nobody helps themselves this way.");
  EXPECT_EQ(why({2000}, "other"), "other is a colleague of yours.");
  EXPECT_EQ(why({2000}, "root"), "root is root or an account of the system.");
  EXPECT_EQ(why({2000}, "bob"), "bob is in a protected group.");
  EXPECT_EQ(why({0}, "bob"), "") << "root looks at anybody";
  world.settings.helpdesk_scope = {"staff"};
  world.accounts.groups["staff"] = {};
  EXPECT_EQ(why({2000}, "alice"), "alice is nobody your helpdesk looks after.");
}

// --- unlock

TEST_F(HelpdeskActs, UnlockEndsALockout) {
  world.enrol("alice", Uid{1000});
  lock_alice();
  EXPECT_EQ(log_in({}).result, LoginResult::locked);
  say({kPassword});
  const auto done = helpdesk_unlock(world.engine, asker(), {.user = "alice", .reason = "called", .checked = ""});
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_TRUE(done->unlocked);
  EXPECT_EQ(last().kind, EventKind::helpdesk_unlocked);
  EXPECT_EQ(last().actor, "clerk");
  EXPECT_EQ(last().reason, "called");
  EXPECT_EQ(log_in({world.code()}).result, LoginResult::passed);
  EXPECT_THAT(world.dialogue.prompts[0].text, HasSubstr("The helpdesk ended a lockout of yours on 15 Jan"));
}

TEST_F(HelpdeskActs, UnlockOfWhoIsNotLockedIsNoAct) {
  world.enrol("alice", Uid{1000});
  const auto events = world.store.state.events.size();
  say({kPassword});
  EXPECT_FALSE(helpdesk_unlock(world.engine, asker(), about("alice"))->unlocked);
  EXPECT_FALSE(helpdesk_unlock(world.engine, asker(), {.user = "alias", .reason = "r", .checked = ""}));
  EXPECT_EQ(world.store.state.events.size(), events);
}

// --- reset

TEST_F(HelpdeskActs, ResetLeavesNothingButACode) {
  world.enrol("alice", Uid{1000});
  ASSERT_EQ(log_in({world.code(), "y"}).result, LoginResult::passed);
  lock_alice();
  ASSERT_TRUE(world.store.write([&](Transaction& tx) {
    tx.record_step_up(
        {1}, TerminalId{"her terminal"},
        {.until = world.clock.time + std::chrono::minutes(4), .epoch = 0, .password_version = "version-1"});
    tx.keep_pending({1}, {.key = World::key(),
                          .parameters = {},
                          .until = world.clock.time,
                          .place = "address:x",
                          .password_version = "v"});
  }));
  const auto done = reset();
  ASSERT_TRUE(done) << done.error().text;
  ASSERT_THAT(done->removed, SizeIs(1));
  EXPECT_EQ(done->removed[0].factor, "totp-1");
  EXPECT_THAT(done->enrolment_code, SizeIs(14));
  EXPECT_EQ(done->until, world.clock.time + std::chrono::hours(24));
  EXPECT_THAT(factors(), IsEmpty());
  EXPECT_THAT(world.store.state.codes[1], IsEmpty());
  EXPECT_THAT(world.store.state.pending, IsEmpty());
  EXPECT_THAT(world.store.state.step_ups, Not(testing::Contains(testing::Key(std::pair(1L, "her terminal")))));
  EXPECT_EQ(world.person("alice").lockout, LockoutState{});
  EXPECT_TRUE(world.person("alice").enrol_by_code);
  for (const Trust& trust : world.store.state.trusts[1]) EXPECT_EQ(trust.ended, TrustEnd::reset);
  const auto act = std::ranges::find(world.store.state.events, EventKind::helpdesk_reset, &Event::kind);
  ASSERT_NE(act, world.store.state.events.end());
  EXPECT_EQ(act->actor, "clerk");
  EXPECT_EQ(act->factor, "totp-1");
  EXPECT_EQ(act->reason, "lost phone; checked: student card");
}

TEST_F(HelpdeskActs, AfterAResetTheNextLoginEnrolsWithTheCodeAndNotWithout) {
  world.enrol("alice", Uid{1000});
  const auto done = reset();
  ASSERT_TRUE(done);
  EXPECT_NE(log_in({"", "7k3m-92qx-d4tp", "0000-0000-0000"}).result, LoginResult::passed);
  EXPECT_THAT(world.dialogue.prompts[0].text,
              HasSubstr("The helpdesk reset your second factor on 15 Jan 08:0: an authenticator app\n(totp-1) was "
                        "removed.\nNot what you wanted? Type notme.\n"));
  EXPECT_THAT(factors(), IsEmpty());
  EXPECT_EQ(enrol_with({done->enrolment_code, "app"}).result, LoginResult::passed);
  ASSERT_THAT(factors(), SizeIs(1));
  EXPECT_EQ(factors()[0].id(), "totp-2") << "a number is never used again";
  EXPECT_FALSE(world.person("alice").enrol_by_code);
  EXPECT_THAT(world.store.state.enrolment_codes, IsEmpty()) << "it works once";
  EXPECT_EQ(log_in({}).result, LoginResult::conversation);
  EXPECT_THAT(world.dialogue.prompts[0].text, Not(HasSubstr("The helpdesk"))) << "told once";
}

TEST_F(HelpdeskActs, ResetOfOneFactorLeavesTheOthers) {
  world.enrol("alice", Uid{1000});
  ASSERT_TRUE(world.store.write([&](Transaction& tx) {
    Person person = *tx.person_by_name({"alice"});
    Factor second = tx.factors(person.id)[0];
    second.number = person.next_factor++;
    second.name = "tablet";
    person.default_factor = second.number;
    tx.add_factor(person.id, second);
    tx.save(person);
  }));
  EXPECT_FALSE(reset(about("alice"), "hotp-9"));
  EXPECT_THAT(factors(), SizeIs(2));
  const auto done = reset(about("alice"), "tablet");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->removed.at(0).factor, "totp-2");
  EXPECT_EQ(done->enrolment_code, "");
  EXPECT_FALSE(done->until);
  ASSERT_THAT(factors(), SizeIs(1));
  EXPECT_FALSE(world.person("alice").enrol_by_code);
  EXPECT_EQ(world.person("alice").default_factor, 0U);
  EXPECT_EQ(world.store.state.codes[1].size(), 2U);
  const auto rest = reset(about("alice"), "totp-1");
  ASSERT_TRUE(rest);
  EXPECT_NE(rest->enrolment_code, "") << "that was the last one";
  EXPECT_TRUE(world.person("alice").enrol_by_code);
  EXPECT_THAT(world.store.state.codes[1], IsEmpty());
}

TEST_F(HelpdeskActs, ResetOfSomebodyUnknownHereGivesThemACode) {
  const auto done = reset();
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_THAT(done->removed, IsEmpty());
  EXPECT_NE(done->enrolment_code, "");
  EXPECT_TRUE(world.person("alice").enrol_by_code);
  EXPECT_EQ(enrol_with({done->enrolment_code, "app"}).result, LoginResult::passed);
}

TEST_F(HelpdeskActs, ResetAsksAfreshEachTime) {
  world.enrol("alice", Uid{1000});
  ASSERT_TRUE(reset());
  ASSERT_TRUE(reset());
  EXPECT_EQ(world.passwords.asked, 2);
  say({"a wrong password"});
  EXPECT_FALSE(helpdesk_reset(world.engine, asker(), about("alice"), ""));
  EXPECT_EQ(last().kind, EventKind::helpdesk_refused);
  EXPECT_EQ(last().reason, "helpdesk reset: not_proven");
}

TEST_F(HelpdeskActs, ResetIsRefusedAndThatRecorded) {
  world.enrol("alice", Uid{1000});
  const auto why = [&](const HelpdeskRequest& request, Uid clerk = {2000}) {
    const auto done = reset(request, "", clerk);
    EXPECT_FALSE(done);
    return last().kind == EventKind::helpdesk_refused ? last().reason : std::string("not recorded");
  };
  EXPECT_EQ(why(about("clerk")), "helpdesk reset: oneself");
  EXPECT_EQ(why(about("other")), "helpdesk reset: colleague");
  EXPECT_EQ(why(about("root")), "helpdesk reset: system_account");
  EXPECT_EQ(why(about("bob")), "helpdesk reset: protected");
  EXPECT_EQ(why({.user = "alice", .reason = "", .checked = "c"}), "helpdesk reset: no_reason");
  EXPECT_EQ(why({.user = "alice", .reason = "r", .checked = ""}), "helpdesk reset: not_identified");
  EXPECT_EQ(why({.user = "alice", .reason = "r", .checked = ""}, {0}), "helpdesk reset: not_identified");
  world.settings.acts_per_day = 0;
  EXPECT_EQ(why(about("alice")), "helpdesk reset: too_many_acts");
  EXPECT_FALSE(reset(about("alice"), "", {1001}));
  EXPECT_THAT(factors(), SizeIs(1));
}

TEST_F(HelpdeskActs, ResetIsAllOrNothing) {
  for (int at = 0; at < 60; ++at) {
    World fresh;
    fresh.settings.protected_groups = {"wheel"};
    const Person alice = fresh.enrol("alice", Uid{1000});
    (void)alice;
    fresh.store.fail_at = at;
    const Asker root{
        .caller = {.uid = Uid{0}, .pid = 1}, .terminal = {}, .password = fresh.passwords, .dialogue = fresh.dialogue};
    const auto done = helpdesk_reset(fresh.engine, root, about("alice"), "");
    fresh.store.fail_at = -1;
    EXPECT_EQ(fresh.store.state.factors.begin()->second.empty(), done.has_value()) << at;
    EXPECT_EQ(fresh.store.state.enrolment_codes.empty(), !done.has_value()) << at;
    EXPECT_EQ(std::ranges::count(fresh.store.state.events, EventKind::helpdesk_reset, &Event::kind), done ? 1 : 0)
        << at;
    if (done) return;
  }
  FAIL() << "never came to an end";
}

// --- a security key and nothing else

TEST_F(HelpdeskActs, AKeyAloneComesWithACodeThatStandsInForOne) {
  say({kPassword});
  const auto key = helpdesk_key(world.engine, asker(),
                                {.user = "alice", .line = kKeyLine, .name = "", .reason = "r", .checked = "c"});
  ASSERT_TRUE(key) << key.error().text;
  EXPECT_THAT(key->recovery_codes, IsEmpty()) << "they would be the clerk's to read";
  EXPECT_THAT(key->enrolment_code, SizeIs(14));
  EXPECT_EQ(last().kind, EventKind::enrolment_code_made);
  EXPECT_EQ(last().actor, "clerk");

  say({kPassword, "7k3m-92qx-d4tp", "7k3m-92qx-d4tp", "7k3m-92qx-d4tp"});
  EXPECT_FALSE(new_codes(world.engine, asker(Uid{1000})));
  EXPECT_EQ(world.person("alice").lockout.failures, 3U) << "counted as any code";
  say({kPassword, key->enrolment_code});
  const auto codes = new_codes(world.engine, asker(Uid{1000}));
  ASSERT_TRUE(codes) << codes.error().text;
  EXPECT_THAT(world.dialogue.prompts[1].text,
              HasSubstr("Your security key (security key) counts only over SSH, together with your\npassword.\n"));
  EXPECT_THAT(*codes, SizeIs(10));
  EXPECT_THAT(world.store.state.enrolment_codes, IsEmpty()) << "it works once";
}

TEST_F(HelpdeskActs, ACodeStandsInForNothingThatCouldBeTyped) {
  world.enrol("alice", Uid{1000});
  say({kPassword});
  const auto key = helpdesk_key(world.engine, asker(),
                                {.user = "alice", .line = kKeyLine, .name = "", .reason = "r", .checked = "c"});
  ASSERT_TRUE(key) << key.error().text;
  EXPECT_EQ(key->enrolment_code, "");
  EXPECT_THAT(world.store.state.enrolment_codes, IsEmpty());
  ASSERT_TRUE(world.store.write(
      [&](Transaction& tx) { tx.keep_enrolment_code({1}, "7k3m92qxd4tp", world.clock.time + std::chrono::hours(1)); }));
  say({kPassword, "7k3m-92qx-d4tq"});
  EXPECT_FALSE(new_codes(world.engine, asker(Uid{1000})));
  EXPECT_THAT(world.dialogue.prompts.at(1).text, Not(HasSubstr("Enrolment code: ")));
}

TEST_F(HelpdeskActs, WithAKeyAloneALoginEnrolsByTheCode) {
  world.settings.rules[0].factors = {FactorKind::totp};
  say({kPassword});
  const auto key = helpdesk_key(world.engine, asker(),
                                {.user = "alice", .line = kKeyLine, .name = "", .reason = "r", .checked = "c"});
  ASSERT_TRUE(key) << key.error().text;
  EXPECT_EQ(enrol_with({key->enrolment_code, "app"}).result, LoginResult::passed);
  EXPECT_THAT(factors(), SizeIs(2));
}

}  // namespace
}  // namespace mfa
