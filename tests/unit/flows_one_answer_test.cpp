// Programs that ask once: which codes the one answer may hold, and what becomes of the one that is in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/flows/login.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

constexpr Caller kRoot{.uid = Uid{0}, .pid = 1};

class OneAnswer : public testing::Test {
 protected:
  LoginFacts facts(Phase phase) const {
    LoginFacts facts;
    facts.user = user;
    facts.service = service;
    facts.rhost = "203.0.113.7";
    facts.phase = phase;
    facts.from_root = true;
    return facts;
  }
  LoginVerdict split() { return login(world.engine, facts(Phase::split), kRoot, world.dialogue); }
  LoginVerdict log_in(const std::string& code) {
    LoginFacts now = facts(Phase::authenticate);
    now.password_passed = true;
    now.one_answer = true;
    world.dialogue.prompts.clear();
    world.dialogue.shown.clear();
    // Whatever else is asked gets what the module says then.
    world.dialogue.answers = {code, std::unexpected(DialogueError::conversation)};
    return login(world.engine, now, kRoot, world.dialogue);
  }
  Rule& rule(Requirement requirement) {
    Rule made;
    made.name = "everyone";
    made.mfa = requirement;
    world.settings.rules = {made};
    return world.settings.rules.front();
  }
  void add(std::uint32_t number, const std::string& name, int digits) {
    Factor factor;
    factor.number = number;
    factor.name = name;
    factor.added = world.clock.time;
    factor.detail = TotpFactor{.key = Secret("key of " + name), .parameters = {.digits = digits}, .last_step = {-1}};
    ASSERT_TRUE(world.store.write([&](Transaction& tx) { tx.add_factor(world.person("alice").id, factor); }));
  }

  std::string user = "alice", service = "i3lock";
  World world;
};

// --- before the password

TEST_F(OneAnswer, ACodeIsDueFromWhoHasAFactor) {
  world.enrol("alice", Uid{1000});
  const auto verdict = split();
  EXPECT_EQ(verdict.result, LoginResult::done);
  EXPECT_THAT(verdict.codes, Optional(ElementsAre(6)));
  EXPECT_EQ(verdict.text, "");
}

TEST_F(OneAnswer, TheDefaultFactorsDigitsComeFirst) {
  world.enrol("alice", Uid{1000});
  add(2, "tablet", 8);
  add(3, "Pixel", 6);
  EXPECT_THAT(split().codes, Optional(ElementsAre(6, 8)));
  ASSERT_TRUE(world.store.write([&](Transaction& tx) {
    Person person = world.person("alice");
    person.default_factor = 2;
    tx.save(person);
  }));
  EXPECT_THAT(split().codes, Optional(ElementsAre(8, 6)));
}

TEST_F(OneAnswer, ABypassCodesDigitsComeFirstWhileItHolds) {
  world.enrol("alice", Uid{1000});
  const auto keep = [&](std::chrono::seconds length) {
    ASSERT_TRUE(world.store.write([&](Transaction& tx) {
      tx.keep_bypass_code(world.person("alice").id, "04711337", {.until = world.clock.time + length, .uses = 1});
    }));
  };
  keep(std::chrono::hours(1));
  EXPECT_THAT(split().codes, Optional(ElementsAre(8, 6)));
  keep(std::chrono::seconds(0));
  EXPECT_THAT(split().codes, Optional(ElementsAre(6)));
}

TEST_F(OneAnswer, OfWhatTheRuleLeavesOutNoDigitsAreDue) {
  world.enrol("alice", Uid{1000});
  ASSERT_TRUE(world.store.write([&](Transaction& tx) {
    Factor key;
    key.number = 2;
    key.detail = KeyFactor{.type = "sk-x", .fingerprint = "SHA256:x"};
    tx.add_factor(world.person("alice").id, key);
  }));
  rule(Requirement::require).factors = {FactorKind::key};
  EXPECT_THAT(split().codes, Optional(IsEmpty())) << "a recovery code, at most";
}

TEST_F(OneAnswer, NoneIsDueFromWhoHasNothingOrIsNotAsked) {
  EXPECT_EQ(split().codes, std::nullopt) << "nothing enrolled, and nothing required";
  rule(Requirement::require);
  EXPECT_EQ(split().codes, std::nullopt) << "there is no code to be had";
  world.enrol("alice", Uid{1000});
  EXPECT_NE(split().codes, std::nullopt);
  rule(Requirement::skip);
  EXPECT_EQ(split().codes, std::nullopt);
  rule(Requirement::deny);
  EXPECT_EQ(split().codes, std::nullopt);
  for (const std::string name : {"mallory", "nobody"}) {
    user = name;
    const auto verdict = split();
    EXPECT_EQ(verdict.result, LoginResult::done) << name << ": the password decides, as for anybody";
    EXPECT_EQ(verdict.codes, std::nullopt) << name;
  }
}

TEST_F(OneAnswer, NoneIsDueFromATrustedDevice) {
  world.enrol("alice", Uid{1000});
  rule(Requirement::require).trust = std::chrono::hours(24);
  EXPECT_NE(split().codes, std::nullopt);
  LoginFacts ssh = facts(Phase::authenticate);
  ssh.password_passed = true;
  world.dialogue.answers = {world.code() + " y"};
  ASSERT_EQ(login(world.engine, ssh, kRoot, world.dialogue).result, LoginResult::passed);
  EXPECT_EQ(split().codes, std::nullopt);
  EXPECT_EQ(log_in("").result, LoginResult::trusted);
}

TEST_F(OneAnswer, WhoIsLockedOutIsSplitLikeAnybodyAndRefusedAfterThePassword) {
  world.enrol("alice", Uid{1000});
  for (int wrong = 0; wrong < 5; ++wrong) (void)log_in(world.wrong_code());
  EXPECT_THAT(split().codes, Optional(ElementsAre(6)));
  EXPECT_EQ(log_in(world.code()).result, LoginResult::locked);
}

TEST_F(OneAnswer, SplittingLeavesNoTraceAndAsksNothing) {
  world.enrol("alice", Uid{1000});
  const int writes = world.store.writes;
  rule(Requirement::require).observe = true;
  for (const std::string name : {"alice", "bob", "mallory", "nobody"}) {
    user = name;
    (void)split();
  }
  EXPECT_EQ(world.store.writes, writes);
  EXPECT_THAT(world.journal.events, IsEmpty());
  EXPECT_THAT(world.journal.notes, IsEmpty());
  EXPECT_THAT(world.dialogue.prompts, IsEmpty());
}

TEST_F(OneAnswer, NobodyLearnsItOfSomebodyElse) {
  world.enrol("alice", Uid{1000});
  LoginFacts own = facts(Phase::split);
  own.from_root = false;
  EXPECT_THAT(login(world.engine, own, {.uid = Uid{1000}, .pid = 7}, world.dialogue).codes, Optional(ElementsAre(6)));
  for (const std::string name : {"alice", "mallory", "nobody"}) {
    own.user = name;
    const auto verdict = login(world.engine, own, {.uid = Uid{1001}, .pid = 7}, world.dialogue);
    EXPECT_EQ(verdict.result, LoginResult::denied) << name;
    EXPECT_EQ(verdict.codes, std::nullopt) << name;
  }
  EXPECT_THAT(world.journal.notes, IsEmpty());
}

TEST_F(OneAnswer, WhatCannotBeLookedUpIsUnavailable) {
  world.enrol("alice", Uid{1000});
  world.store.fail_at = 0;
  EXPECT_EQ(split().result, LoginResult::unavailable);
  EXPECT_THAT(world.journal.notes, SizeIs(1));
  world.accounts.down = true;
  EXPECT_EQ(split().result, LoginResult::unavailable);
  world.accounts.down = false;
  world.store.fail_at = 0;
  rule(Requirement::skip);
  EXPECT_EQ(split().result, LoginResult::done) << "what configuration decides needs no store";
}

// --- behind the password

TEST_F(OneAnswer, TheRightCodePassesWithoutAnotherQuestion) {
  world.enrol("alice", Uid{1000});
  rule(Requirement::require).trust = std::chrono::hours(24);
  EXPECT_EQ(log_in(world.code()).result, LoginResult::passed);
  EXPECT_THAT(world.dialogue.prompts, SizeIs(1)) << "nor whether to remember the device";
  EXPECT_THAT(world.dialogue.shown, IsEmpty());
}

TEST_F(OneAnswer, ARecoveryCodePassesToo) {
  world.enrol("alice", Uid{1000});
  EXPECT_EQ(log_in("7k3m-92qx-d4tp").result, LoginResult::passed);
}

TEST_F(OneAnswer, AWrongCodeEndsItWithItsReasonAndCounts) {
  world.enrol("alice", Uid{1000});
  const auto verdict = log_in(world.wrong_code());
  EXPECT_EQ(verdict.result, LoginResult::wrong);
  EXPECT_EQ(verdict.text, "That code is not right. 4 tries left, then you have to wait.");
  EXPECT_THAT(world.dialogue.prompts, SizeIs(1));
  EXPECT_EQ(world.person("alice").lockout.failures, 1U);
  ASSERT_EQ(log_in(world.code()).result, LoginResult::passed);
  EXPECT_EQ(log_in(world.code()).text, "That code was already used. Wait for the next one.");
}

TEST_F(OneAnswer, ACodeThatIsMissingIsToldAndRecordedAndNoGuess) {
  world.enrol("alice", Uid{1000});
  const auto verdict = log_in("");
  EXPECT_EQ(verdict.result, LoginResult::wrong);
  EXPECT_THAT(verdict.text, HasSubstr("No code came with the password."));
  EXPECT_EQ(world.store.state.events.back().kind, EventKind::login_failed);
  EXPECT_EQ(world.store.state.events.back().reason, "no_code");
  EXPECT_EQ(world.person("alice").lockout.failures, 0U);
}

TEST_F(OneAnswer, WhatThePromptWouldHaveToldIsTheLastWord) {
  world.enrol("alice", Uid{1000});
  (void)log_in(world.wrong_code());
  EXPECT_THAT(log_in("7k3m-92qx-d4tp").text, testing::AllOf(HasSubstr("1 login knew your password but not the code"),
                                                            HasSubstr("\nYou have 1 recovery")));
}

TEST_F(OneAnswer, NobodyEnrolsThere) {
  rule(Requirement::require);
  service = "vsftpd";
  const auto verdict = log_in("");
  EXPECT_EQ(verdict.result, LoginResult::denied);
  EXPECT_THAT(verdict.text, HasSubstr("log in to lab-gw over SSH"));
  rule(Requirement::require).since = world.clock.time + std::chrono::hours(24);
  EXPECT_EQ(log_in("").result, LoginResult::skipped) << "before the date it is not even offered";
  EXPECT_THAT(world.dialogue.prompts, IsEmpty());
}

}  // namespace
}  // namespace mfa
