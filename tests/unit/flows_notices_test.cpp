// What a login tells first and once, and what stays to be told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/flows/login.h"
#include "common/flows/requests.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr Caller kRoot{.uid = Uid{0}, .pid = 1};
using Answers = std::vector<std::expected<std::string, DialogueError>>;

class Notices : public testing::Test {
 protected:
  Notices() {
    Rule rule;
    rule.name = "everyone";
    rule.mfa = Requirement::require;
    rule.trust = std::chrono::hours(24 * 30);
    world.settings.rules = {rule};
    world.enrol("alice", Uid{1000});
    facts.user = "alice";
    facts.service = "sshd";
    facts.rhost = "203.0.113.7";
    facts.tty = "ssh";
    facts.from_root = true;
    facts.password_passed = true;
  }
  LoginResult log_in(Answers answers) {
    world.dialogue.prompts.clear();
    world.dialogue.shown.clear();
    world.dialogue.answers = std::move(answers);
    verdict = login(world.engine, facts, kRoot, world.dialogue);
    return verdict.result;
  }
  std::string next_code() {
    world.clock.time = world.clock.time + world.settings.totp.period;
    return world.code() + " n";
  }
  const std::string& prompt(std::size_t number) { return world.dialogue.prompts.at(number).text; }
  void happens(EventKind kind, const std::string& factor = "totp-1", const std::string& user = "alice") {
    Event event;
    event.kind = kind;
    event.at = world.clock.time;
    event.user = user;
    event.factor = factor;
    ASSERT_TRUE(world.store.write([&](Transaction& tx) { tx.append(event); }));
  }
  std::vector<std::string> in_status() {
    const Asker asker{.caller = {.uid = Uid{1000}, .pid = 2},
                      .terminal = std::nullopt,
                      .password = world.passwords,
                      .dialogue = world.dialogue};
    return status(world.engine, asker)->notices;
  }

  World world;
  LoginFacts facts;
  LoginVerdict verdict;
};

TEST_F(Notices, AreToldFirstAndOnce) {
  happens(EventKind::factor_added);
  ASSERT_EQ(log_in({next_code()}), LoginResult::passed);
  EXPECT_EQ(prompt(0),
            "Multi-factor authentication for alice on lab-gw\n"
            "An authenticator app (iPhone) was added on 15 Jan 08:0.\n"
            "Not what you wanted? Type notme.\n"
            "Enter the code from your authenticator app (iPhone).\n"
            "Other ways: recovery code, help\n"
            "Verification code: ");
  ASSERT_EQ(log_in({next_code()}), LoginResult::passed);
  EXPECT_THAT(prompt(0), Not(HasSubstr("was added")));
}

TEST_F(Notices, SayWhatWasDoneAndByWhom) {
  struct Row {
    EventKind kind;
    std::string factor, words;
  };
  const Row rows[] = {
      {EventKind::factor_added, "totp-1", "An authenticator app (iPhone) was added on"},
      {EventKind::factor_removed, "key-2", "A security key (key-2) was removed on"},
      {EventKind::recovery_codes_made, "recovery", "New recovery codes were made on"},
      {EventKind::asking_disabled, "", "asking for a code was switched off where that is left to you."},
      {EventKind::provisioned, "totp-1", "An administrator added an authenticator app (iPhone) on"},
      {EventKind::imported, "totp-1", "An administrator added an authenticator app (iPhone) on"},
      {EventKind::helpdesk_key_added, "key-2", "The helpdesk added a security key (key-2) on"},
      {static_cast<EventKind>(97), "", "The helpdesk changed something about your second factor on"},
      {static_cast<EventKind>(55), "", "An administrator changed something about your second factor on"},
      {EventKind::factor_added, "", "A factor was added on"},  // of nothing that could be named
      {EventKind::factor_added, "laser-9", "A factor (laser-9) was added on"},
  };
  for (const Row& row : rows) {
    happens(row.kind, row.factor);
    ASSERT_EQ(log_in({next_code()}), LoginResult::passed);
    EXPECT_THAT(prompt(0), HasSubstr(row.words));
  }
}

TEST_F(Notices, AreNotOfWhatIsNoNews) {
  for (const EventKind kind : {EventKind::login_passed, EventKind::login_failed, EventKind::factor_renamed,
                               EventKind::factor_default, EventKind::step_up_passed, EventKind::test_failed,
                               EventKind::helpdesk_refused, EventKind::enrolment_code_made, EventKind::asking_enabled})
    happens(kind);
  happens(EventKind::factor_added, "totp-1", "bob");
  ASSERT_EQ(log_in({next_code()}), LoginResult::passed);
  EXPECT_THAT(prompt(0), Not(HasSubstr("Not what you wanted?")));
}

TEST_F(Notices, AreNotUsedUpByWhoDoesNotGetIn) {
  happens(EventKind::helpdesk_key_added, "key-2");
  EXPECT_NE(log_in({world.wrong_code(), world.wrong_code(), world.wrong_code()}), LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("The helpdesk added"));
  EXPECT_EQ(log_in({std::unexpected(DialogueError::gone)}), LoginResult::conversation);
  EXPECT_EQ(log_in({"notme"}), LoginResult::denied);
  ASSERT_EQ(log_in({next_code()}), LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("The helpdesk added"));
}

TEST_F(Notices, AreForNobodyWhoHasNotShownAPassword) {
  happens(EventKind::factor_added);
  facts.password_passed = false;
  ASSERT_EQ(log_in({next_code()}), LoginResult::passed);
  EXPECT_THAT(prompt(0), Not(HasSubstr("was added")));
  facts.password_passed = true;
  facts.from_root = false;  // a program of the user's own says that a password passed
  world.dialogue.prompts.clear();
  world.dialogue.answers = {next_code()};
  ASSERT_EQ(login(world.engine, facts, Caller{.uid = Uid{1000}}, world.dialogue).result, LoginResult::passed);
  EXPECT_THAT(prompt(0), Not(HasSubstr("was added")));
  facts.from_root = true;
  ASSERT_EQ(log_in({next_code()}), LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("was added"));
}

// What came between the prompt and the code was not read by anyone.
TEST_F(Notices, OfTheMomentOfTheCodeAreToldNextTime) {
  happens(EventKind::factor_added);
  world.dialogue.before_answer = [this](doubles::Script&) {
    world.dialogue.before_answer = {};
    happens(EventKind::factor_removed, "totp-7");
  };
  ASSERT_EQ(log_in({next_code()}), LoginResult::passed);
  ASSERT_EQ(log_in({next_code()}), LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("totp-7"));
  EXPECT_THAT(prompt(0), Not(HasSubstr("was added")));
}

TEST_F(Notices, AreAFewLinesAndTheHistoryHasTheRest) {
  for (const char* factor : {"totp-1", "totp-2", "totp-3", "totp-4", "totp-5"})
    happens(EventKind::factor_removed, factor);
  ASSERT_EQ(log_in({next_code()}), LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("lab-gw\nBefore that there were more changes: mfa-enroll history shows them.\n"
                                   "An authenticator app (totp-3)"));
  EXPECT_THAT(prompt(0), HasSubstr("(totp-5) was removed on 15 Jan 08:0.\nNot what you wanted?"));
  ASSERT_EQ(log_in({next_code()}), LoginResult::passed);
  EXPECT_THAT(prompt(0), Not(HasSubstr("was removed"))) << "all of them are told";
}

TEST_F(Notices, OfRecoveryCodesThatCameWithAFactorAreNone) {
  happens(EventKind::factor_added);
  happens(EventKind::recovery_codes_made, "recovery");
  EXPECT_THAT(in_status(), ElementsAre(HasSubstr("was added")));
  world.clock.time = world.clock.time + std::chrono::seconds(1);
  happens(EventKind::recovery_codes_made, "recovery");
  EXPECT_THAT(in_status(), ElementsAre(HasSubstr("was added"), HasSubstr("New recovery codes")));
}

// Somebody else's right behind them are no part of it.
TEST_F(Notices, OfRecoveryCodesRightBehindSomethingElseAreTold) {
  happens(EventKind::factor_added);
  happens(EventKind::recovery_codes_made, "recovery");
  happens(EventKind::recovery_codes_made, "recovery");
  EXPECT_THAT(in_status(), ElementsAre(HasSubstr("was added"), HasSubstr("New recovery codes")));
}

TEST_F(Notices, OfWhoHadTheNameBeforeAreNone) {
  world.clock.time = world.clock.time + std::chrono::seconds(-1);
  happens(EventKind::factor_added);
  world.clock.time = world.clock.time + std::chrono::seconds(1);
  ASSERT_EQ(log_in({next_code()}), LoginResult::passed);
  EXPECT_THAT(prompt(0), Not(HasSubstr("was added")));
  EXPECT_THAT(in_status(), IsEmpty());
}

TEST_F(Notices, AreInTheStatusUntilALoginTellsThem) {
  happens(EventKind::factor_added);
  (void)log_in({world.wrong_code()});
  for (int i = 0; i < 2; ++i)
    EXPECT_THAT(in_status(), ElementsAre("An authenticator app (iPhone) was added on 15 Jan 08:0.",
                                         "Since your last login, 1 login knew your password but not the code."));
  ASSERT_EQ(log_in({next_code()}), LoginResult::passed);
  EXPECT_THAT(in_status(), IsEmpty());
}

TEST_F(Notices, InAOneLinePromptStandApartFromIt) {
  happens(EventKind::factor_added);
  facts.service = "gdm-password";
  ASSERT_EQ(log_in({next_code()}), LoginResult::passed);
  EXPECT_EQ(prompt(0), "Verification code: ");
  ASSERT_EQ(world.dialogue.shown.size(), 1U);
  EXPECT_THAT(world.dialogue.shown[0], HasSubstr("was added"));
}

TEST_F(Notices, AreTheLastWordsWhereNothingIsAsked) {
  const std::string code = world.code() + " y";
  ASSERT_EQ(log_in({code}), LoginResult::passed);
  happens(EventKind::helpdesk_key_added, "key-2");
  ASSERT_EQ(log_in({}), LoginResult::trusted);
  EXPECT_EQ(verdict.text,
            "The helpdesk added a security key (key-2) on 15 Jan 08:0.\n"
            "Not what you wanted? Run: mfa-enroll report");
  ASSERT_EQ(log_in({}), LoginResult::trusted);
  EXPECT_EQ(verdict.text, "");
  // The account phase shows nothing, and so uses nothing up.
  happens(EventKind::factor_removed, "key-2");
  facts.phase = Phase::account;
  ASSERT_EQ(log_in({}), LoginResult::trusted);
  EXPECT_EQ(verdict.text, "");
  facts.phase = Phase::authenticate;
  ASSERT_EQ(log_in({}), LoginResult::trusted);
  EXPECT_THAT(verdict.text, HasSubstr("was removed"));
}

TEST_F(Notices, AreToldWhoSwitchedAskingOff) {
  world.settings.rules[0].mfa = Requirement::optional;
  ASSERT_TRUE(world.store.write([&](Transaction& tx) {
    Person alice = *tx.person_by_name({"alice"});
    alice.asks_off = true;
    tx.save(alice);
  }));
  happens(EventKind::asking_disabled, "");
  facts.password_passed = false;
  ASSERT_EQ(log_in({}), LoginResult::skipped);
  EXPECT_EQ(verdict.text, "");
  facts.password_passed = true;
  ASSERT_EQ(log_in({}), LoginResult::skipped);
  EXPECT_THAT(verdict.text, HasSubstr("asking for a code was switched off"));
  const int writes = world.store.writes;
  ASSERT_EQ(log_in({}), LoginResult::skipped);
  EXPECT_EQ(verdict.text, "");
  EXPECT_EQ(world.store.writes, writes) << "with no news, no write";
}

// A store that cannot note it denies nobody who is not asked; and whoever is asked is told again.
TEST_F(Notices, EveryFailureOfTheStoreTellsAgain) {
  happens(EventKind::factor_added);
  for (int call = 0; call < 40; ++call) {
    const auto before = world.store.state;
    world.store.fail_at = call;
    const LoginResult result = log_in({next_code()});
    world.store.fail_at = -1;
    const bool told = world.person("alice").told != 0;
    EXPECT_EQ(told, result == LoginResult::passed) << call;
    world.store.state = before;
  }
}

}  // namespace
}  // namespace mfa
