#include "common/flows/login.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::World;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr Caller kRoot{.uid = Uid{0}, .pid = 1};

class Logins : public testing::Test {
 protected:
  LoginVerdict log_in(std::vector<std::expected<std::string, DialogueError>> answers,
                      const std::string& user = "alice") {
    world.dialogue.prompts.clear();
    world.dialogue.answers = std::move(answers);
    LoginFacts facts;
    facts.user = user;
    facts.service = "sshd";
    facts.rhost = "203.0.113.7";
    facts.tty = "ssh";
    facts.from_root = true;
    facts.password_passed = password_passed;
    return login(world.engine, facts, kRoot, world.dialogue);
  }
  void require() {
    Rule rule;
    rule.name = "everyone";
    rule.mfa = Requirement::require;
    world.settings.rules = {rule};
  }
  const std::string& prompt(std::size_t number) { return world.dialogue.prompts.at(number).text; }
  const Event& last_event() { return world.store.state.events.back(); }
  std::uint32_t failures() { return world.person("alice").lockout.failures; }

  World world;
  bool password_passed = true;
};

TEST_F(Logins, TheRightCodePassesAndIsRecorded) {
  world.enrol("alice", Uid{1000});
  EXPECT_EQ(log_in({world.code()}).result, LoginResult::passed);
  EXPECT_EQ(last_event().kind, EventKind::login_passed);
  EXPECT_EQ(last_event().user, "alice");
  EXPECT_EQ(last_event().service, "sshd");
  EXPECT_EQ(last_event().from, "203.0.113.7");
  EXPECT_EQ(last_event().server, "lab-gw");
  EXPECT_EQ(last_event().factor, "totp-1");
  EXPECT_EQ(last_event().at, world.clock.time);
}

TEST_F(Logins, ThePromptIsTheOneThatTheProductPageShows) {
  world.enrol("alice", Uid{1000});
  (void)log_in({world.code()});
  EXPECT_EQ(prompt(0),
            "Multi-factor authentication for alice on lab-gw\n"
            "Enter the code from your authenticator app (iPhone).\n"
            "Other ways: recovery code, help\n"
            "Verification code: ");
  EXPECT_TRUE(world.dialogue.prompts[0].echo);
}

TEST_F(Logins, WhatTheRuleDoesNotTakeIsNeitherAskedForNorCountedAsWrong) {
  world.enrol("alice", Uid{1000});
  ASSERT_TRUE(world.store.write([&](Transaction& tx) {
    tx.add_factor(world.person("alice").id, Factor{.number = 2,
                                                   .name = "YubiKey",
                                                   .added = world.clock.time,
                                                   .last_used = {},
                                                   .detail = KeyFactor{.type = "sk-x", .fingerprint = "SHA256:x"}});
  }));
  require();
  world.settings.rules[0].factors = {FactorKind::key};
  EXPECT_EQ(log_in({world.code(), "7k3m92qxd4tp"}).result, LoginResult::passed);
  EXPECT_THAT(prompt(0), Not(HasSubstr("authenticator app")));
  EXPECT_THAT(prompt(1), HasSubstr("That is not a code."));
  EXPECT_EQ(failures(), 0U);
}

TEST_F(Logins, AGreeterGetsOneLineAndTheRestApart) {
  world.enrol("alice", Uid{1000});
  LoginFacts facts;
  facts.user = "alice";
  facts.service = "gdm-password";
  facts.tty = "/dev/tty1";
  facts.from_root = true;
  world.dialogue.answers = {world.wrong_code(), world.code()};
  EXPECT_EQ(login(world.engine, facts, kRoot, world.dialogue).result, LoginResult::passed);
  EXPECT_EQ(prompt(0), "Verification code: ");
  EXPECT_EQ(prompt(1), "Verification code: ");
  EXPECT_EQ(world.dialogue.shown.at(0),
            "Multi-factor authentication for alice on lab-gw\n"
            "Enter the code from your authenticator app (iPhone).\n"
            "Other ways: recovery code, help");
  EXPECT_THAT(world.dialogue.shown.at(1), HasSubstr("That code is not right. 2 tries left."));
}

TEST_F(Logins, CostOneWriteToTheStore) {
  world.enrol("alice", Uid{1000});
  const int before = world.store.writes;
  (void)log_in({world.code()});
  EXPECT_EQ(world.store.writes, before + 1);
}

TEST_F(Logins, TheSameCodeAgainIsRefusedWithItsReasonAndIsNoFailure) {
  world.enrol("alice", Uid{1000});
  (void)log_in({world.code()});
  EXPECT_EQ(log_in({world.code()}).result, LoginResult::conversation);
  EXPECT_THAT(prompt(1), HasSubstr("That code was already used. Wait for the next one.\n"));
  EXPECT_EQ(failures(), 0U);
}

TEST_F(Logins, AnOlderCodeIsSpentToo) {
  world.enrol("alice", Uid{1000});
  (void)log_in({world.code()});
  (void)log_in({world.code(-1)});
  EXPECT_THAT(prompt(1), HasSubstr("already used"));
  EXPECT_EQ(log_in({world.code(1)}).result, LoginResult::passed);
}

TEST_F(Logins, AClockSetBackMakesNoCodeGoodAgain) {
  world.enrol("alice", Uid{1000});
  const std::string code = world.code();
  (void)log_in({code});
  world.clock.time = world.clock.time - std::chrono::hours(1);
  EXPECT_NE(log_in({world.code()}).result, LoginResult::passed);
}

TEST_F(Logins, AWrongCodeTellsTheTriesLeftAndTheRightOneClearsThem) {
  world.enrol("alice", Uid{1000});
  EXPECT_EQ(log_in({world.wrong_code(), world.wrong_code(), world.code()}).result, LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("That code is not right. 2 tries left.\n"));
  EXPECT_THAT(prompt(2), HasSubstr("That code is not right. 1 try left.\n"));
  EXPECT_EQ(failures(), 0U);
}

TEST_F(Logins, TheTriesLeftAreThoseOfThisLoginOrUntilTheLockWhicheverEndsFirst) {
  world.enrol("alice", Uid{1000});
  world.settings.lockout.tries = 5;
  (void)log_in({world.wrong_code(), world.wrong_code(), world.wrong_code()});
  (void)log_in({world.wrong_code(), world.wrong_code()});
  EXPECT_THAT(prompt(1), HasSubstr("That code is not right. 1 try left, then you have to wait.\n"));
  world.clock.time = world.clock.time + std::chrono::hours(1);
  EXPECT_EQ(log_in({world.wrong_code()}).result, LoginResult::locked) << "one guess a lock";
  // Whatever else takes a round, or one of the prompts, makes them fewer.
  world.clock.time = world.clock.time + std::chrono::hours(1);
  ASSERT_EQ(log_in({world.code()}).result, LoginResult::passed);
  (void)log_in({"hunter2!", world.wrong_code()});
  EXPECT_THAT(prompt(2), HasSubstr("1 try left.\n"));
  (void)log_in({"help", "help", "help", "help", world.wrong_code()});
  EXPECT_THAT(prompt(5), HasSubstr("1 try left.\n"));
}

TEST_F(Logins, ThreeRoundsEndTheDialogue) {
  world.enrol("alice", Uid{1000});
  const auto verdict = log_in({world.wrong_code(), world.wrong_code(), world.wrong_code(), world.code()});
  EXPECT_EQ(verdict.result, LoginResult::wrong);
  EXPECT_EQ(world.dialogue.prompts.size(), 3U);
  EXPECT_EQ(failures(), 3U);
}

TEST_F(Logins, TheFifthWrongCodeLocksAndARightOneDoesNotHelpThen) {
  world.enrol("alice", Uid{1000});
  (void)log_in({world.wrong_code(), world.wrong_code(), world.wrong_code()});
  const auto fifth = log_in({world.wrong_code(), world.wrong_code(), world.code()});
  EXPECT_EQ(fifth.result, LoginResult::locked);
  EXPECT_THAT(fifth.text, HasSubstr("Try again in 1 minute"));
  EXPECT_EQ(world.dialogue.prompts.size(), 2U);
  EXPECT_EQ(last_event().kind, EventKind::locked_out);

  EXPECT_EQ(log_in({world.code()}).result, LoginResult::locked);
  EXPECT_TRUE(world.dialogue.prompts.empty()) << "whoever is locked out is not asked";
  world.clock.time = world.clock.time + std::chrono::seconds(60);
  EXPECT_EQ(log_in({world.code()}).result, LoginResult::passed);
  EXPECT_EQ(world.person("alice").lockout, LockoutState{});
}

TEST_F(Logins, ALockThatBeganAfterThePromptCountsAllTheSame) {
  world.enrol("alice", Uid{1000});
  world.dialogue.before_answer = [&](auto&) {  // meanwhile other sessions use up the guesses
    (void)world.store.write([&](Transaction& tx) {
      Person person = *tx.person_by_name({"alice"});
      person.lockout = {.failures = 5,
                        .locks = 1,
                        .locked_at = world.clock.time,
                        .locked_until = world.clock.time + std::chrono::seconds(60)};
      tx.save(person);
    });
  };
  EXPECT_EQ(log_in({world.code()}).result, LoginResult::locked);
}

TEST_F(Logins, ARecoveryCodeWorksOnceHoweverItIsWritten) {
  world.enrol("alice", Uid{1000});
  const auto verdict = log_in({" 7K3M 92QX-D4TP "});
  EXPECT_EQ(verdict.result, LoginResult::passed);
  EXPECT_THAT(verdict.text, HasSubstr("You have 1 recovery code left."));
  EXPECT_EQ(last_event().factor, "recovery");
  EXPECT_NE(log_in({"7k3m-92qx-d4tp"}).result, LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("That recovery code was already used. Each works once."));
  EXPECT_EQ(failures(), 0U) << "it was right once, and is no guess";
  EXPECT_NE(log_in({"7k3m-92qx-d4tq"}).result, LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("That code is not right."));
  EXPECT_EQ(failures(), 1U);
}

TEST_F(Logins, AUsedRecoveryCodeIsNotComparedWhileLockedNorKnownAfterNewOnes) {
  world.enrol("alice", Uid{1000});
  ASSERT_EQ(log_in({"7k3m-92qx-d4tp"}).result, LoginResult::passed);
  for (int i = 0; i < 5; ++i) (void)log_in({world.wrong_code()});
  EXPECT_EQ(log_in({"7k3m-92qx-d4tp"}).result, LoginResult::locked);
  EXPECT_THAT(world.dialogue.prompts, testing::IsEmpty());
  ASSERT_TRUE(world.store.write([&](Transaction& tx) {
    Person alice = *tx.person_by_name({"alice"});
    alice.lockout = {};
    tx.save(alice);
    tx.replace_recovery_codes(alice.id, std::vector<std::string>{"000000000001"});
  }));
  (void)log_in({"7k3m-92qx-d4tp"});
  EXPECT_EQ(failures(), 1U);
}

TEST_F(Logins, AnEmptyAnswerAndAWordAreNoFailure) {
  world.enrol("alice", Uid{1000});
  EXPECT_EQ(log_in({"", "HELP", "hunter2!", world.code()}).result, LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("Nothing was typed."));
  EXPECT_THAT(prompt(2),
              HasSubstr("You can type:\n- the code from your authenticator app (iPhone): open it on your phone"));
  EXPECT_THAT(prompt(3), HasSubstr("That is not a code."));
  EXPECT_EQ(failures(), 0U);
}

TEST_F(Logins, TypingWhatThePromptNamesIsExplainedAndCostsNothing) {
  world.enrol("alice", Uid{1000});
  EXPECT_EQ(log_in({"recovery code", "7k3m-92qx-d4tp"}).result, LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("Type one of the recovery codes you saved"));
}

TEST_F(Logins, WordsDoNotKeepADialogueOpenForever) {
  world.enrol("alice", Uid{1000});
  const auto verdict = log_in(std::vector<std::expected<std::string, DialogueError>>(50, "help"));
  EXPECT_EQ(verdict.result, LoginResult::wrong);
  EXPECT_EQ(world.dialogue.prompts.size(), 6U);
  EXPECT_THAT(prompt(4), Not(HasSubstr("last answer")));
  EXPECT_THAT(prompt(5), HasSubstr("This is the last answer that this login takes.\n"));
}

TEST_F(Logins, WhatCannotBeReadIsRefusedAndTheLogHoldsItsLengthAndClassOnly) {
  world.enrol("alice", Uid{1000});
  const std::string secret = "s3cret\x1b[2J";
  (void)log_in({secret, "\xFF\xFEsekrit", std::unexpected(DialogueError::too_long)});
  EXPECT_THAT(prompt(1), HasSubstr("cannot be read"));
  EXPECT_THAT(world.journal.notes, testing::Contains(HasSubstr("length=10 class=control")));
  EXPECT_THAT(world.journal.notes, testing::Contains(HasSubstr("length=8 class=not-utf8")));
  EXPECT_THAT(world.journal.notes, testing::Each(Not(HasSubstr("s3cret"))));
  EXPECT_EQ(failures(), 0U);
}

TEST_F(Logins, WhoDidNotTryToLogInReportsItWithAWord) {
  world.enrol("alice", Uid{1000});
  EXPECT_EQ(log_in({"NotMe", world.code()}).result, LoginResult::denied);
  EXPECT_EQ(last_event().kind, EventKind::reported);
}

// Whoever knows the password, and a user's own programs, can say so as often as they like.
TEST_F(Logins, WhatWasReportedAMomentAgoIsNoRowOnceMore) {
  world.enrol("alice", Uid{1000});
  LoginFacts facts;
  facts.user = "alice";
  const auto report = [&] {
    world.dialogue.answers = {"notme"};
    return login(world.engine, facts, Caller{.uid = Uid{1000}}, world.dialogue).result;
  };
  const auto rows = [&] { return std::ranges::count(world.store.state.events, EventKind::reported, &Event::kind); };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(log_in({"notme"}).result, LoginResult::denied);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(report(), LoginResult::denied);
  EXPECT_EQ(rows(), 1);
  world.clock.time = world.clock.time + std::chrono::seconds(601);
  EXPECT_EQ(report(), LoginResult::denied);
  EXPECT_EQ(log_in({"notme"}).result, LoginResult::denied);
  EXPECT_EQ(rows(), 2);
}

// Whoever has a spent code has it for ever, and it is no guess.
TEST_F(Logins, ASpentCodeOverAndOverIsTenRowsAnHour) {
  world.enrol("alice", Uid{1000});
  ASSERT_EQ(log_in({"7k3m92qxd4tp"}).result, LoginResult::passed);
  const auto rows = [&] {
    return std::ranges::count(world.store.state.events, std::string("replayed"), &Event::reason);
  };
  for (int i = 0; i < 30; ++i) EXPECT_NE(log_in({"7k3m92qxd4tp"}).result, LoginResult::passed);
  EXPECT_EQ(rows(), 10);
  EXPECT_THAT(prompt(1), HasSubstr("already used"));
  world.clock.time = world.clock.time + std::chrono::seconds(3601);
  (void)log_in({"7k3m92qxd4tp"});
  EXPECT_EQ(rows(), 11);
}

TEST_F(Logins, AReportAboutNobodyIsARowWithoutAName) {
  LoginFacts facts;
  facts.user = "nosuch";
  facts.service = "sshd";
  facts.from_root = true;
  Rule rule;
  rule.name = "everyone";
  rule.mfa = Requirement::require;
  world.settings.rules = {rule};
  for (int i = 0; i < 3; ++i) {
    world.dialogue.answers = {"notme"};
    EXPECT_EQ(login(world.engine, facts, kRoot, world.dialogue).result, LoginResult::denied);
  }
  ASSERT_EQ(std::ranges::count(world.store.state.events, EventKind::reported, &Event::kind), 1) << "in ten minutes";
  EXPECT_EQ(world.store.state.events.back().user, "");
  world.store.fail_at = 0;
  world.dialogue.answers = {"notme"};
  (void)login(world.engine, facts, kRoot, world.dialogue);
  EXPECT_EQ(world.journal.events.back().kind, EventKind::reported);
}

TEST_F(Logins, TheNextLoginTellsHowManyKnewThePasswordOnly) {
  world.enrol("alice", Uid{1000});
  (void)log_in({world.wrong_code(), world.wrong_code()});
  (void)log_in({world.wrong_code()});
  (void)log_in({world.code()});
  EXPECT_THAT(prompt(0), HasSubstr("2 logins knew your password but not the code"));
  world.clock.time = world.clock.time + std::chrono::seconds(60);
  (void)log_in({world.code()});
  EXPECT_THAT(prompt(0), Not(HasSubstr("knew your password")));
}

// sudo without a password, say: whoever is there has shown nothing yet.
TEST_F(Logins, BeforeThePasswordNothingIsToldNorCountedAsIfItWasKnown) {
  world.enrol("alice", Uid{1000});
  (void)log_in({world.wrong_code()});
  password_passed = false;
  (void)log_in({world.wrong_code()});
  (void)log_in({world.code()});
  EXPECT_THAT(prompt(0), Not(HasSubstr("knew your password")));
  world.clock.time = world.clock.time + std::chrono::seconds(60);
  password_passed = true;
  (void)log_in({world.code()});
  EXPECT_THAT(prompt(0), HasSubstr("1 login knew your password but not the code"));
}

TEST_F(Logins, AProgramThatCannotAskEndsTheAttempt) {
  world.enrol("alice", Uid{1000});
  for (const DialogueError error : {DialogueError::gone, DialogueError::conversation, DialogueError::is_password})
    EXPECT_EQ(log_in({std::unexpected(error), world.code()}).result, LoginResult::conversation);
  EXPECT_EQ(failures(), 0U);
}

TEST_F(Logins, WhereMfaIsOptionalWhoHasNotEnrolledIsNotAsked) {
  EXPECT_EQ(log_in({}).result, LoginResult::skipped);
  EXPECT_EQ(world.store.writes, 0);
}

TEST_F(Logins, WhereMfaIsRequiredWhoHasNotEnrolledIsDenied) {
  password_passed = false;  // or it could be set up here
  require();
  const auto verdict = log_in({});
  EXPECT_EQ(verdict.result, LoginResult::denied);
  EXPECT_THAT(verdict.text, HasSubstr("needs a second factor"));
}

TEST_F(Logins, WhatConfigurationDecidesNeedsNoStore) {
  world.store.fail_at = 0;
  Rule rule;
  rule.name = "no questions";
  rule.mfa = Requirement::skip;
  world.settings.rules = {rule};
  EXPECT_EQ(log_in({}).result, LoginResult::skipped);
  world.settings.rules[0].mfa = Requirement::deny;
  EXPECT_EQ(log_in({}).result, LoginResult::denied);
}

TEST_F(Logins, AGroupThatCannotBeLookedUpDenies) {
  Rule rule;
  rule.name = "staff";
  rule.group = {"staff"};
  rule.mfa = Requirement::skip;
  world.settings.rules = {rule};
  EXPECT_EQ(log_in({}).result, LoginResult::unavailable);
}

TEST_F(Logins, NobodyElsesNameOrNumberIsAWayAround) {
  world.enrol("alice", Uid{1000});
  EXPECT_EQ(log_in({world.code()}, "alias").result, LoginResult::denied) << "a second name of alice's uid";
  world.accounts.people[1].uid = Uid{2000};
  EXPECT_EQ(log_in({world.code()}).result, LoginResult::denied) << "alice's name on another uid";
  world.accounts.people[2].uid = Uid{1000};
  EXPECT_EQ(log_in({world.code()}, "bob").result, LoginResult::denied) << "alice's uid under bob's name";
  EXPECT_EQ(log_in({}, "nobody").result, LoginResult::denied);
  EXPECT_EQ(log_in({}, "Alice").result, LoginResult::denied) << "other letters, and the directory knows none such";
}

TEST_F(Logins, ADirectoryThatIgnoresLettersLeadsToTheSamePerson) {
  world.enrol("alice", Uid{1000});
  class Folding : public doubles::Directory {
   public:
    std::expected<Account, LookupError> by_name(std::string_view name) override {
      std::string lower(name);
      std::ranges::transform(lower, lower.begin(), [](char c) { return c == 'A' ? 'a' : c; });
      return doubles::Directory::by_name(lower);
    }
  } folding;
  Engine engine{world.settings, world.store,    world.clock,     world.random,
                folding,        world.versions, world.countries, world.failed_passwords,
                world.mailbox,  world.numbers,  world.journal,   "lab-gw"};
  LoginFacts facts;
  facts.user = "Alice";
  facts.from_root = true;
  world.dialogue.answers = {world.code()};
  EXPECT_EQ(login(engine, facts, kRoot, world.dialogue).result, LoginResult::passed);
  EXPECT_THAT(world.dialogue.prompts.at(0).text, HasSubstr("for alice on"));
}

TEST_F(Logins, ASecondNameIsHeldToTheFirstNamesPolicy) {
  Rule rule;
  rule.name = "alice must";
  rule.user = {"alice"};
  rule.mfa = Requirement::require;
  world.settings.rules = {rule};
  EXPECT_EQ(log_in({}, "alias").result, LoginResult::denied);
  world.settings.rules.clear();
  EXPECT_EQ(log_in({}, "alias").result, LoginResult::skipped);
}

TEST_F(Logins, WhoDoesNotExistIsAskedLikeWhoDoesAndNeverPasses) {
  require();
  world.enrol("alice", Uid{1000});
  (void)log_in({world.wrong_code(), world.wrong_code()});
  const auto real = world.dialogue.prompts;
  EXPECT_EQ(log_in({world.wrong_code(), world.wrong_code(), world.wrong_code()}, "mallory").result, LoginResult::wrong);
  ASSERT_EQ(world.dialogue.prompts.size(), 3U);
  EXPECT_THAT(prompt(0), StartsWith("Multi-factor authentication for mallory on lab-gw\n"));
  EXPECT_THAT(prompt(0), EndsWith("Other ways: recovery code, help\nVerification code: "));
  EXPECT_THAT(prompt(1), HasSubstr("That code is not right. 2 tries left."));
  EXPECT_THAT(real[1].text, HasSubstr("That code is not right. 2 tries left."));
  EXPECT_EQ(world.store.state.people.size(), 1U);
}

TEST_F(Logins, AnUnprivilegedProgramIsServedForItsOwnUserOnlyAndNotBelieved) {
  world.enrol("alice", Uid{1000});
  world.enrol("bob", Uid{1001});
  Rule rule;
  rule.name = "console";
  rule.service = {"login"};
  rule.mfa = Requirement::skip;
  world.settings.rules = {rule};
  LoginFacts facts;
  facts.service = "login";
  facts.tty = "tty1";
  world.dialogue.answers = {world.code()};
  facts.user = "alice";
  EXPECT_EQ(login(world.engine, facts, {.uid = Uid{1001}, .pid = 7}, world.dialogue).result, LoginResult::denied);
  EXPECT_TRUE(world.dialogue.prompts.empty());
  facts.user = "bob";
  EXPECT_EQ(login(world.engine, facts, {.uid = Uid{1001}, .pid = 7}, world.dialogue).result, LoginResult::passed);
}

TEST_F(Logins, AnUnprivilegedProgramFillsNoTrail) {
  world.enrol("alice", Uid{1000});
  world.enrol("bob", Uid{1001});
  LoginFacts facts;
  for (const std::string user : {"alice", "bob", "nobody", "mallory"}) {
    facts.user = user;
    world.dialogue.answers = {"", std::unexpected(DialogueError::gone)};
    EXPECT_NE(login(world.engine, facts, {.uid = Uid{1001}, .pid = 7}, world.dialogue).result, LoginResult::passed);
  }
  world.dialogue.answers = {world.code()};
  facts.user = "bob";
  ASSERT_EQ(login(world.engine, facts, {.uid = Uid{1001}, .pid = 7}, world.dialogue).result, LoginResult::passed);
  world.dialogue.answers = {world.code(), world.code(), world.code()};
  EXPECT_EQ(login(world.engine, facts, {.uid = Uid{1001}, .pid = 7}, world.dialogue).result, LoginResult::wrong);
  EXPECT_THAT(world.store.state.events, testing::SizeIs(1)) << "the one login that passed";
  EXPECT_TRUE(world.journal.events.empty());
  EXPECT_TRUE(world.journal.notes.empty());
}

TEST_F(Logins, EveryFailureOfTheStoreDenies) {
  world.enrol("alice", Uid{1000});
  const auto before = world.store.state;
  world.store.operations = 0;
  ASSERT_EQ(log_in({world.code()}).result, LoginResult::passed);
  const int operations = world.store.operations;
  ASSERT_GT(operations, 5);
  for (int failing = 0; failing < operations; ++failing) {
    world.store.state = before;
    world.store.fail_at = failing;
    EXPECT_EQ(log_in({world.code()}).result, LoginResult::unavailable) << "operation " << failing;
    EXPECT_EQ(world.store.state.factors.at(1).at(0).last_used, std::nullopt);
  }
}

TEST_F(Logins, ADirectoryThatDoesNotAnswerDenies) {
  world.enrol("alice", Uid{1000});
  world.accounts.down = true;
  EXPECT_EQ(log_in({world.code()}).result, LoginResult::unavailable);
}

}  // namespace
}  // namespace mfa
