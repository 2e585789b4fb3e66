#include "common/flows/requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/domain/base32.h"
#include "common/domain/otpauth.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::Script;
using doubles::World;
using testing::Contains;
using testing::HasSubstr;
using testing::SizeIs;

constexpr char kPassword[] = "correct horse";

class Requests : public testing::Test {
 protected:
  Asker asker(Uid uid = {1000}) {
    return {.caller = {.uid = uid, .pid = 42},
            .terminal = terminal,
            .password = world.passwords,
            .dialogue = world.dialogue};
  }
  void say(std::vector<std::expected<std::string, DialogueError>> answers) {
    world.dialogue.prompts.clear();
    world.dialogue.answers = std::move(answers);
  }
  void later(int seconds) { world.clock.time = world.clock.time + std::chrono::seconds(seconds); }
  // Answers the last prompt of an enrolment with the code of the key that was offered.
  void answer_with_the_offered_key() {
    world.dialogue.before_answer = [this](Script& script) {
      if (script.answers.empty() && !script.offered_key.empty())
        script.answers.emplace_back(world.code_of(*base32_decode(script.offered_key)));
    };
  }
  std::vector<EventKind> kinds() {
    std::vector<EventKind> result;
    for (const Event& event : world.store.state.events) result.push_back(event.kind);
    return result;
  }

  World world;
  std::optional<TerminalId> terminal = TerminalId{"session 7 tty 3"};
};

TEST_F(Requests, TheStatusEndsWithTheNextSensibleStep) {
  const auto next = [this] { return status(world.engine, asker())->next; };
  world.settings.helpdesk = "Service Desk";
  EXPECT_EQ(next(), "Set one up, step by step: mfa-enroll");
  world.enrol("alice", Uid{1000});
  EXPECT_EQ(next(), "Only 2 recovery codes left. Make new ones: mfa-enroll codes");
  auto& codes = world.store.state.codes.at(1);
  codes.clear();
  EXPECT_EQ(next(), "You have no recovery codes for the day your phone is not at hand. Make some: mfa-enroll codes");
  codes.assign({"000000000001", "000000000002", "000000000003"});
  EXPECT_EQ(next(), "Try whether your codes work before you need them: mfa-enroll test");
  world.store.state.factors.at(1).at(0).last_used = world.clock.time;
  EXPECT_EQ(next(),
            "A second device gets you in when the first is lost. Add an app there: mfa-enroll totp --name NAME");
  for (int wrong = 0; wrong < 5; ++wrong) {
    say({world.wrong_code()});
    EXPECT_FALSE(test_code(world.engine, asker()));
  }
  EXPECT_EQ(next(), "Wait 1 minute, then log in again; or ask Service Desk.");
}

TEST_F(Requests, AnAppIsAddedOnceItsCodeWasTyped) {
  say({kPassword});
  answer_with_the_offered_key();
  const auto reply = enrol_totp(world.engine, asker(), "iPhone");
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->factor, "totp-1");
  EXPECT_EQ(reply->secret, world.dialogue.offered_key);
  EXPECT_EQ(parse_otpauth_uri(reply->uri)->account, "alice");
  EXPECT_EQ(parse_otpauth_uri(reply->uri)->issuer, "lab-gw");
  EXPECT_THAT(reply->recovery_codes, SizeIs(10));
  EXPECT_FALSE(world.dialogue.prompts.at(0).echo) << "a password is not shown";
  EXPECT_EQ(kinds(), (std::vector{EventKind::factor_added, EventKind::recovery_codes_made}));
  EXPECT_EQ(world.store.state.factors.at(1).at(0).name, "iPhone");
}

TEST_F(Requests, TheConfirmingCodeIsSpent) {
  say({kPassword});
  answer_with_the_offered_key();
  ASSERT_TRUE(enrol_totp(world.engine, asker(), ""));
  const auto& totp = std::get<TotpFactor>(world.store.state.factors.at(1).at(0).detail);
  EXPECT_EQ(totp.last_step, time_step(world.clock.time, totp.parameters.period));
}

TEST_F(Requests, NothingIsKeptUntilItIsConfirmed) {
  say({kPassword, "000000", "", "", "", ""});
  EXPECT_FALSE(enrol_totp(world.engine, asker(), ""));
  say({kPassword, std::unexpected(DialogueError::gone)});
  const auto gone = enrol_totp(world.engine, asker(), "");
  EXPECT_EQ(gone.error().kind, RequestError::Kind::gone);
  EXPECT_TRUE(world.store.state.people.empty());
}

TEST_F(Requests, AWrongPasswordChangesNothingAndIsRecorded) {
  say({"guess", "guess", "guess", kPassword});
  const auto reply = enrol_totp(world.engine, asker(), "");
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().text, HasSubstr("password is not right"));
  EXPECT_THAT(kinds(),
              testing::ElementsAre(EventKind::step_up_failed, EventKind::step_up_failed, EventKind::step_up_failed));
  EXPECT_TRUE(world.dialogue.offered_key.empty());
}

TEST_F(Requests, WhoHasAFactorProvesItBeforeAddingAnother) {
  world.enrol("alice", Uid{1000});
  say({kPassword, "000000", std::unexpected(DialogueError::gone)});
  EXPECT_FALSE(enrol_totp(world.engine, asker(), "second"));
  EXPECT_TRUE(world.dialogue.offered_key.empty()) << "no key before the proof";

  say({kPassword, world.code()});
  answer_with_the_offered_key();
  const auto reply = enrol_totp(world.engine, asker(), "second");
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->factor, "totp-2");
  EXPECT_TRUE(reply->recovery_codes.empty()) << "the old ones go on working";
}

TEST_F(Requests, AFactorThatCameMeanwhileStopsAFirstEnrolment) {
  say({kPassword});
  world.dialogue.before_answer = [this](Script& script) {
    if (!script.answers.empty() || script.offered_key.empty()) return;
    world.enrol("alice", Uid{1000});
    script.answers.emplace_back(world.code_of(*base32_decode(script.offered_key)));
  };
  const auto reply = enrol_totp(world.engine, asker(), "");
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().text, HasSubstr("in the meantime"));
  EXPECT_THAT(world.store.state.factors.at(1), SizeIs(1));
}

TEST_F(Requests, AStepUpIsGoodForFiveMinutesAtThisTerminalOnly) {
  world.enrol("alice", Uid{1000});
  say({kPassword, world.code()});
  ASSERT_TRUE(rename_factor(world.engine, asker(), "totp-1", "phone"));
  say({});
  EXPECT_TRUE(rename_factor(world.engine, asker(), "totp-1", "phone 2"));
  EXPECT_TRUE(world.dialogue.prompts.empty());

  terminal = TerminalId{"session 8 tty 4"};
  EXPECT_FALSE(rename_factor(world.engine, asker(), "totp-1", "phone 3"));
  terminal.reset();
  EXPECT_FALSE(rename_factor(world.engine, asker(), "totp-1", "phone 3"));
  terminal = TerminalId{"session 7 tty 3"};
  later(299);
  EXPECT_TRUE(rename_factor(world.engine, asker(), "totp-1", "phone 3"));
  later(1);
  EXPECT_FALSE(rename_factor(world.engine, asker(), "totp-1", "phone 4"));
}

TEST_F(Requests, AClockSetBackMakesNoStepUpLast) {
  world.enrol("alice", Uid{1000});
  say({kPassword, world.code()});
  ASSERT_TRUE(rename_factor(world.engine, asker(), "totp-1", "phone"));
  later(-3600);
  say({});
  EXPECT_FALSE(rename_factor(world.engine, asker(), "totp-1", "phone 2"));
}

TEST_F(Requests, AStepUpByPasswordAloneIsWorthNothingBesideALaterFactor) {
  world.enrol("alice", Uid{1000});
  ASSERT_TRUE(world.store.write([](Transaction& tx) { tx.remove_factor({1}, 1); }));
  say({kPassword});
  EXPECT_FALSE(new_codes(world.engine, asker())) << "nothing to stand in for, but the password was right";
  ASSERT_TRUE(provision_totp(world.engine, asker(Uid{0}), "alice", "new"));
  say({});
  EXPECT_FALSE(enrol_totp(world.engine, asker(), "thief's"));
  EXPECT_THAT(world.dialogue.prompts, SizeIs(1)) << "asked again";
  EXPECT_TRUE(world.dialogue.offered_key.empty());
}

TEST_F(Requests, WhatCannotBeDoneIsSaidBeforeAnythingIsProven) {
  world.enrol("alice", Uid{1000});
  say({kPassword, world.code()});
  EXPECT_FALSE(remove_factor(world.engine, asker(), "totp-9"));
  EXPECT_TRUE(world.dialogue.prompts.empty());
}

TEST_F(Requests, RemovingAlwaysAsksAfresh) {
  world.enrol("alice", Uid{1000});
  say({kPassword, world.code()});
  ASSERT_TRUE(rename_factor(world.engine, asker(), "totp-1", "phone"));
  say({});
  EXPECT_FALSE(remove_factor(world.engine, asker(), "totp-1"));
  later(30);
  say({kPassword, world.code()});
  EXPECT_TRUE(remove_factor(world.engine, asker(), "phone"));
  EXPECT_TRUE(world.store.state.factors.at(1).empty());
  EXPECT_TRUE(world.store.state.codes.at(1).empty()) << "recovery codes without a factor would be one";
}

TEST_F(Requests, TheLastFactorStaysWhereMfaIsRequired) {
  world.enrol("alice", Uid{1000});
  Rule rule;
  rule.name = "everyone";
  rule.mfa = Requirement::require;
  world.settings.rules = {rule};
  say({kPassword, world.code()});
  const auto reply = remove_factor(world.engine, asker(), "totp-1");
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().text, HasSubstr("last factor"));
  EXPECT_THAT(world.store.state.factors.at(1), SizeIs(1));
}

TEST_F(Requests, WhatARuleLeavesOutIsNotTheFactorThatItNeeds) {
  world.enrol("alice", Uid{1000});
  ASSERT_TRUE(world.store.write([&](Transaction& tx) {
    Factor key;
    key.number = 2;
    key.name = "YubiKey";
    key.added = world.clock.time;
    key.detail = KeyFactor{.type = "sk-ssh-ed25519@openssh.com", .fingerprint = "SHA256:x"};
    tx.add_factor(world.person("alice").id, key);
  }));
  Rule rule;
  rule.name = "apps";
  rule.mfa = Requirement::require;
  rule.factors = {FactorKind::totp};
  world.settings.rules = {rule};
  say({kPassword, world.code()});
  const auto last = remove_factor(world.engine, asker(), "totp-1");
  ASSERT_FALSE(last) << "the key alone would not let in";
  EXPECT_THAT(last.error().text, HasSubstr("last factor that counts here"));
  EXPECT_TRUE(world.dialogue.prompts.empty()) << "told before anything is proven";
  say({kPassword, world.code()});
  EXPECT_TRUE(remove_factor(world.engine, asker(), "key-2")) << "but the key may go";
  world.settings.rules[0].factors = {FactorKind::totp, FactorKind::key};
  EXPECT_THAT(remove_factor(world.engine, asker(), "totp-1").error().text, HasSubstr("your last factor, and"));
}

TEST_F(Requests, AnAccountWithoutAPasswordProvesAFactor) {
  world.passwords.fixed = PasswordAnswer::none;
  say({""});
  EXPECT_FALSE(enrol_totp(world.engine, asker(), "")) << "neither password nor factor";
  world.enrol("alice", Uid{1000});
  say({"", world.code()});
  EXPECT_TRUE(set_default(world.engine, asker(), "totp-1"));
}

TEST_F(Requests, TheDefaultIsNamedFirst) {
  world.enrol("alice", Uid{1000});
  ASSERT_TRUE(provision_totp(world.engine, asker(Uid{0}), "alice", "iPad"));
  say({kPassword, world.code()});
  ASSERT_TRUE(set_default(world.engine, asker(), "iPad"));
  say({});
  (void)test_code(world.engine, asker());
  EXPECT_THAT(world.dialogue.prompts.at(0).text, HasSubstr("(iPad or iPhone)"));
  const auto reply = status(world.engine, asker());
  EXPECT_FALSE(reply->factors.at(0).is_default);
  EXPECT_TRUE(reply->factors.at(1).is_default);
}

TEST_F(Requests, NewCodesReplaceTheOld) {
  world.enrol("alice", Uid{1000});
  say({kPassword, world.code()});
  const auto codes = new_codes(world.engine, asker());
  ASSERT_TRUE(codes);
  EXPECT_THAT(*codes, SizeIs(10));
  EXPECT_THAT(world.store.state.codes.at(1), testing::Not(Contains("7k3m92qxd4tp")));
}

TEST_F(Requests, TestingSpendsACodeAndCountsAWrongOne) {
  world.enrol("alice", Uid{1000});
  say({world.wrong_code(), world.code()});
  const auto reply = test_code(world.engine, asker());
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->factor, "totp-1");
  EXPECT_EQ(reply->name, "iPhone");
  EXPECT_EQ(kinds(), (std::vector{EventKind::test_failed, EventKind::factor_tested}));
  say({world.code()});
  EXPECT_FALSE(test_code(world.engine, asker())) << "spent";
  for (int round = 0; round < 2; ++round) {
    say({world.wrong_code(), world.wrong_code(), world.wrong_code()});
    EXPECT_FALSE(test_code(world.engine, asker()));
  }
  EXPECT_TRUE(locked_out(world.person("alice").lockout, world.clock.time)) << "no way to guess beside the login";
}

TEST_F(Requests, ATestWithARecoveryCodeTellsHowManyAreLeft) {
  world.enrol("alice", Uid{1000});
  say({"7k3m-92qx-d4tp"});
  const auto reply = test_code(world.engine, asker());
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->factor, "recovery");
  EXPECT_EQ(reply->recovery_codes_left, 1U);
  say({world.code()});
  EXPECT_EQ(test_code(world.engine, asker())->recovery_codes_left, std::nullopt);
}

TEST_F(Requests, WhoIsLockedOutIsToldBeforeBeingAsked) {
  world.enrol("alice", Uid{1000});
  for (int round = 0; round < 2; ++round) {
    say({world.wrong_code(), world.wrong_code(), world.wrong_code()});
    EXPECT_FALSE(test_code(world.engine, asker()));
  }
  say({kPassword, world.code()});
  for (const RequestError& error :
       {test_code(world.engine, asker()).error(), new_codes(world.engine, asker()).error(),
        enrol_totp(world.engine, asker(), "second").error(), remove_factor(world.engine, asker(), "totp-1").error()})
    EXPECT_THAT(error.text, HasSubstr("Too many wrong codes. Try again in 1 minute"));
  EXPECT_TRUE(world.dialogue.prompts.empty());
  EXPECT_EQ(world.passwords.asked, 0);
  later(60);
  say({kPassword, world.code()});
  EXPECT_TRUE(new_codes(world.engine, asker())) << "and the lock's end allows a try";
}

TEST_F(Requests, HintsAreForWhoeverReadsThem) {
  world.store.fail_at = 0;
  world.store.error = StoreError::missing;
  EXPECT_THAT(status(world.engine, asker()).error().hint, HasSubstr("sudo mfa-enroll admin init"));
  world.store.fail_at = 0;
  EXPECT_EQ(status(world.engine, asker(Uid{0})).error().hint, "Make it with: mfa-enroll admin init");
  world.settings.helpdesk = "Service Desk";
  world.store.error = StoreError::damaged;
  world.store.fail_at = 0;
  EXPECT_EQ(status(world.engine, asker()).error().hint, "Try again soon, or ask Service Desk.");
  world.passwords.fixed = PasswordAnswer::unavailable;
  say({kPassword});
  EXPECT_EQ(enrol_totp(world.engine, asker(), "").error().hint, "Try again soon, or ask Service Desk.");
  say({kPassword});
  EXPECT_THAT(enrol_totp(world.engine, asker(Uid{0}), "").error().hint, HasSubstr("monitor"));
}

TEST_F(Requests, NamesAreOnesOwnAndPrintable) {
  world.enrol("alice", Uid{1000});
  say({kPassword, world.code()});
  EXPECT_TRUE(rename_factor(world.engine, asker(), "iPhone", "iPad"));
  for (const std::string bad : {"", "totp-9", "a\x1b[2J", "\xFF"})
    EXPECT_FALSE(rename_factor(world.engine, asker(), "iPad", bad)) << bad;
  EXPECT_FALSE(rename_factor(world.engine, asker(), "totp-7", "x"));
}

TEST_F(Requests, StatusTellsWhatIsThere) {
  world.enrol("alice", Uid{1000});
  const auto reply = status(world.engine, asker());
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->user, "alice");
  EXPECT_EQ(reply->mfa, Requirement::optional);
  ASSERT_THAT(reply->factors, SizeIs(1));
  EXPECT_EQ(reply->factors[0].id, "totp-1");
  EXPECT_TRUE(reply->factors[0].is_default);
  EXPECT_EQ(reply->recovery_codes_left, 2U);
  EXPECT_EQ(status(world.engine, asker(Uid{1001}))->factors.size(), 0U) << "bob sees his own";
}

TEST_F(Requests, OnlyRootProvisions) {
  EXPECT_FALSE(provision_totp(world.engine, asker(), "bob", ""));
  const auto reply = provision_totp(world.engine, asker(Uid{0}), "bob", "");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->factor, "totp-1");
  EXPECT_THAT(reply->recovery_codes, SizeIs(10));
  EXPECT_EQ(world.store.state.events.at(0).user, "bob");
  EXPECT_EQ(world.store.state.events.at(0).actor, "root");
  EXPECT_FALSE(provision_totp(world.engine, asker(Uid{0}), "mallory", ""));
  EXPECT_FALSE(provision_totp(world.engine, asker(Uid{0}), "nobody", ""));
}

TEST_F(Requests, EightFactorsAreTheMost) {
  for (int number = 0; number < 8; ++number)
    ASSERT_TRUE(provision_totp(world.engine, asker(Uid{0}), "alice", "")) << number;
  EXPECT_FALSE(provision_totp(world.engine, asker(Uid{0}), "alice", ""));
}

TEST_F(Requests, ACallerWithoutANameIsNobody) {
  for (const Uid uid : {Uid{4711}, kOverflowUid, kNoUid}) {
    EXPECT_FALSE(status(world.engine, asker(uid)));
    EXPECT_FALSE(enrol_totp(world.engine, asker(uid), ""));
  }
}

TEST_F(Requests, EveryFailureOfTheStoreChangesNothing) {
  world.enrol("alice", Uid{1000});
  const auto before = world.store.state;
  const auto attempt = [&] {
    world.store.state = before;
    say({kPassword, world.code()});
    answer_with_the_offered_key();
    return enrol_totp(world.engine, asker(), "second").has_value();
  };
  world.store.operations = 0;
  ASSERT_TRUE(attempt());
  const int operations = world.store.operations;
  for (int failing = 0; failing < operations; ++failing) {
    world.store.fail_at = failing;
    EXPECT_FALSE(attempt()) << "operation " << failing;
    EXPECT_THAT(world.store.state.factors.at(1), SizeIs(1));
  }
}

TEST_F(Requests, WithoutRandomnessNothingIsMade) {
  world.random.works = false;
  EXPECT_FALSE(provision_totp(world.engine, asker(Uid{0}), "bob", ""));
  EXPECT_TRUE(world.store.state.people.empty());
}

}  // namespace
}  // namespace mfa
