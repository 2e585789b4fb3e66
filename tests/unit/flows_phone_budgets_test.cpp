// What can be sent no more: budgets, gateways that fail, and which ways are asked for then.
#include "tests/unit/flows_phones.h"

namespace mfa {
namespace {

// No word is offered for what cannot be had any more; what went before is still asked for.
TEST_F(Phones, WhatIsUsedUpIsNotOffered) {
  world.enrol("alice", Uid{1000});
  enrol();
  world.settings.phone.budget.per_user_per_hour = 0;
  static_cast<void>(log_in({"text", "resend", "call", "", "help"}));
  for (std::size_t at = 1; at < 6; ++at)
    EXPECT_THAT(prompt(at), HasSubstr("Enter the code from your authenticator app (iPhone).\n"
                                      "Other ways: recovery code, help\n"));
  EXPECT_THAT(prompt(2), HasSubstr("You have had as many texts and calls as you can get."));
  EXPECT_THAT(prompt(5), Not(HasSubstr("- text")));
  world.settings.phone.budget.per_user_per_hour = 1;
  static_cast<void>(log_in({"text", "call"}));
  EXPECT_THAT(prompt(2), HasSubstr("Enter the code from the text.\nOther ways: app, recovery code, help\n"));
  // Nor in the next login: what went before still works, and cannot be had again.
  world.store.state.people[0].default_factor = 2;
  world.clock.time = world.clock.time + 30s;
  static_cast<void>(log_in({"resend", "1"}));
  EXPECT_THAT(prompt(0), HasSubstr("lab-gw\nThe code we sent to your phone ending 1234 before still works.\n"
                                   "Enter the code from the text.\nOther ways: app, recovery code, help\n"));
  EXPECT_THAT(prompt(1), HasSubstr("The next one is possible\nin 60 minutes."));
  EXPECT_THAT(prompt(2), HasSubstr("That is not a code. Type the digits of the code we sent, or those your app\n"
                                   "shows now.\n"));
}

TEST_F(Phones, TwentyADayAndNoMore) {
  enrol();
  for (int i = 0; i < 48; ++i) {
    static_cast<void>(log_in({"resend"}));
    world.clock.time = world.clock.time + 20min;
  }
  EXPECT_EQ(sent(), 20U);
  static_cast<void>(log_in({"resend"}));
  EXPECT_THAT(prompt(1),
              HasSubstr("You have had as many texts and calls as you can get. The next one is possible\nin "));
}

// What was not sent is not paid for: an outage leaves everybody what they had.
TEST_F(Phones, AnOutageUsesUpNothing) {
  world.settings.phone.budget.proven_per_day = 1;
  enrol();
  world.mailbox.answer = Delivery::failed;
  static_cast<void>(log_in({"text", "call", "text"}));
  EXPECT_EQ(sent(), 3U) << "nobody waits half a minute for what was not sent";
  EXPECT_THAT(prompt(2), HasSubstr("The call could not be made."));
  EXPECT_THAT(prompt(3), HasSubstr("The last texts could not be sent. We can try again in 10 minutes.\n"
                                   "You have no recovery codes. Ask Service Desk, 0800 650 200.\n"));
  world.clock.time = world.clock.time + 599s;
  static_cast<void>(log_in({"call"}));
  EXPECT_EQ(sent(), 3U);
  world.clock.time = world.clock.time + 1s;
  world.mailbox.answer = Delivery::sent;
  EXPECT_EQ(log_in({kCode}).result, LoginResult::passed);
  static_cast<void>(log_in({}));
  EXPECT_THAT(prompt(0), HasSubstr("No more texts can be sent today.")) << "now it is used up";
}

std::string on_one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

// Whoever can make a provider hang up, or answer late, gets no text for nothing.
TEST_F(Phones, WhatMayHaveGoneOutCountsLikeWhatWasSent) {
  world.settings.phone.budget.proven_per_day = 5;
  enrol();
  world.mailbox.answer = Delivery::unclear;
  for (int i = 0; i < 20; ++i) {
    static_cast<void>(log_in({"resend"}));
    world.clock.time = world.clock.time + 1min;
  }
  EXPECT_EQ(sent(), 5U);
  EXPECT_THAT(world.journal.notes, Contains("messages at 80 percent numbers=proven per_day=5").Times(1));
  EXPECT_THAT(world.journal.notes, Contains("messages used up numbers=proven per_day=5").Times(1));
  world.settings.phone.budget.proven_per_day = 50;
  static_cast<void>(log_in({"resend"}));
  EXPECT_EQ(sent(), 6U) << "six an hour";
  static_cast<void>(log_in({"resend"}));
  EXPECT_EQ(sent(), 6U);
}

TEST_F(Phones, WhatMayHaveGoneOutIsSaidAndItsCodeLetsIn) {
  world.enrol("alice", Uid{1000});
  enrol();
  world.store.state.people[0].default_factor = 2;
  world.mailbox.answer = Delivery::unclear;
  EXPECT_EQ(log_in({kCode}).result, LoginResult::passed);
  EXPECT_THAT(
      on_one_line(prompt(0)),
      HasSubstr("Our text to your phone ending 1234 may come or not: we heard nothing more of it. Its code works "
                "for 10 minutes. If it does not come in 30 seconds, type resend, or use another way. Enter the "
                "code from the text. Other ways: resend, call, app, recovery code, help "));
  EXPECT_EQ(world.store.state.messages.back().end, MessageEnd::taken);
  EXPECT_EQ(world.store.state.events[1].kind, EventKind::message_failed);
  EXPECT_EQ(world.store.state.events[1].reason, "sms unclear");
  // It is not sent once more unless that is asked for, and it is the same code.
  static_cast<void>(log_in({}));
  const std::string code = world.mailbox.code();
  world.clock.time = world.clock.time + 30s;
  static_cast<void>(log_in({"resend"}));
  EXPECT_THAT(on_one_line(prompt(0)), HasSubstr("The code we sent to your phone ending 1234 before still works."));
  EXPECT_EQ(sent(), 3U);
  EXPECT_EQ(world.mailbox.code(), code);
}

TEST_F(Phones, WhoeverHasNoOtherWayIsToldWhomToAskForWhatMayNotCome) {
  enrol();
  world.settings.gateways = {gateway("first", true, false, false)};
  world.mailbox.answer = Delivery::unclear;
  world.mailbox.tries = {{.gateway = "first", .delivery = Delivery::unclear, .detail = "", .silent = true}};
  static_cast<void>(log_in({"resend"}));
  EXPECT_THAT(
      on_one_line(prompt(0)),
      HasSubstr("If it does not come, ask Service Desk, 0800 650 200. Enter the code from the text. Other ways: "
                "help "));
  EXPECT_EQ(sent(), 1U) << "nobody waits twice for whom does not answer";
}

TEST_F(Phones, ACallThatMayHaveGoneOutIsFollowedByItsCodeOrByAWord) {
  enrol();
  enrol(kLandline, PhoneUse::call);
  world.mailbox.rings = true;
  world.dialogue.before_answer = [this, usual = world.dialogue.before_answer](doubles::Script& script) {
    if (!world.mailbox.ringing.empty()) world.mailbox.ends(Delivery::unclear);
    usual(script);
  };
  EXPECT_EQ(log_in({"call 9900", "", kCode}).result, LoginResult::passed);
  EXPECT_THAT(on_one_line(prompt(2)), HasSubstr("Our call to your phone ending 9900 may come or not"));
  EXPECT_THAT(on_one_line(prompt(2)), HasSubstr("Enter the code from the call."));
  world.settings.phone.calls = MessageMode::press;
  world.clock.time = world.clock.time + 1min;
  static_cast<void>(log_in({"call 9900", "", "call 9900"}));
  EXPECT_THAT(
      on_one_line(prompt(2)),
      HasSubstr("We heard nothing more of our call to your phone ending 9900. If it rings, do not answer: # would "
                "do nothing. We can call again in 10 minutes."));
  EXPECT_EQ(world.mailbox.ringing.size(), 0U);
  EXPECT_EQ(world.store.state.messages.back().end, MessageEnd::unanswered);
}

// It is the crowd's fault, not that of who is turned away.
TEST_F(Phones, WhoFindsNoPlaceTriesAgainAtOnce) {
  enrol();
  world.mailbox.answer = Delivery::failed;
  world.mailbox.full = true;
  static_cast<void>(log_in({"text", "text", "text", "text"}));
  EXPECT_EQ(sent(), 5U);
  EXPECT_THAT(prompt(4), HasSubstr("The text could not be sent."));
  world.mailbox.answer = Delivery::sent;
  EXPECT_EQ(log_in({kCode}).result, LoginResult::passed);
}

TEST_F(Phones, AfterTheLastOneNoWordIsOfferedForAnother) {
  enrol();
  world.settings.phone.budget.per_user_per_hour = 1;
  EXPECT_EQ(log_in({kCode}).result, LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("Enter the code from the text.\nOther ways: help\n"));
  static_cast<void>(log_in({}));
  EXPECT_THAT(on_one_line(prompt(0)),
              HasSubstr("The next one is possible in 1 hour. You have no recovery codes. Ask Service Desk, 0800 650 "
                        "200. Other ways: help "))
      << "no other way is spoken of, and whom to ask is said once";
}

// Whoever has the password and waits at the prompt has nothing of it any more, nor their owner another text.
TEST_F(Phones, AReportEndsTheDialoguesThatAreOpen) {
  world.enrol("alice", Uid{1000});
  enrol();
  world.store.state.people[0].default_factor = 2;
  std::size_t texts = 0;
  for (const std::string typed : {"resend", "call", kCode, "(app)"}) {
    world.clock.time = world.clock.time + 20min;
    bool reported = false;
    const auto usual = world.dialogue.before_answer;
    world.dialogue.before_answer = [&](doubles::Script& script) {
      if (!std::exchange(reported, true)) {
        ASSERT_TRUE(report_login(world.engine, asker()));
        world.clock.time = world.clock.time + 1min;
      }
      usual(script);
    };
    const LoginVerdict verdict = log_in({typed == "(app)" ? world.code(2) : typed, world.code(2)});
    world.dialogue.before_answer = usual;
    EXPECT_EQ(verdict.result, LoginResult::denied) << typed;
    EXPECT_EQ(verdict.reason, "outdated") << typed;
    EXPECT_EQ(verdict.text, "Something about your second factor has changed since this login began. Log in again.");
    EXPECT_THAT(world.dialogue.prompts, SizeIs(1)) << typed;
    EXPECT_EQ(sent(), ++texts) << typed;
  }
  EXPECT_EQ(log_in({kCode}).result, LoginResult::passed) << "a new one is as ever";
}

TEST_F(Phones, WhatCameToNothingJustNowIsNotSaidToBeForSomethingElse) {
  enrol();
  world.mailbox.answer = Delivery::refused;
  static_cast<void>(log_in({"text"}));
  EXPECT_THAT(prompt(1), HasSubstr("That came to nothing just now. We can try again in 30 seconds."));
}

TEST_F(Phones, WhatANumberRefusesCounts) {
  enrol();
  world.mailbox.answer = Delivery::refused;
  for (int i = 0; i < 10; ++i) {
    static_cast<void>(log_in({}));
    world.clock.time = world.clock.time + 1min;
  }
  EXPECT_EQ(sent(), 6U);
}

TEST_F(Phones, SixAnHourAndNoMore) {
  enrol();
  for (int i = 0; i < 20; ++i) {
    static_cast<void>(log_in({"resend"}));
    world.clock.time = world.clock.time + 1min;
  }
  EXPECT_EQ(sent(), 6U);
  static_cast<void>(log_in({"resend"}));
  EXPECT_THAT(prompt(1), HasSubstr("You have had as many texts and calls as you can get. The next one is possible\nin "
                                   "40 minutes."));
  world.clock.time = world.clock.time + 40min;
  static_cast<void>(log_in({"resend"}));
  EXPECT_EQ(sent(), 7U);
}

TEST_F(Phones, AFullDaysBudgetEndsWithWordsAndIsToldAtFourFifths) {
  world.settings.phone.budget.proven_per_day = 5;
  for (std::uint32_t i = 0; i < 6; ++i) {
    const std::string name = "user" + std::to_string(i);
    world.accounts.people.push_back({{name}, Uid{3000 + i}, Gid{3000}});
    enrol("+6421123000" + std::to_string(i), PhoneUse::text, name, Uid{3000 + i});
    static_cast<void>(log_in({}, name));
  }
  EXPECT_EQ(sent(), 5U);
  EXPECT_THAT(prompt(0), HasSubstr("No more texts can be sent today.\n"
                                   "You have no recovery codes. Ask Service Desk, 0800 650 200.\n"));
  EXPECT_THAT(world.journal.notes, Contains("messages at 80 percent numbers=proven per_day=5").Times(1));
  EXPECT_THAT(world.journal.notes, Contains("messages used up numbers=proven per_day=5").Times(1));
}

TEST_F(Phones, WhatANumberHadIsSaidWithItsTime) {
  for (const char* name : {"bob", "alice"}) enrol(kMobile, PhoneUse::text, name, Uid{name[0] == 'b' ? 1001U : 1000U});
  world.settings.phone.budget.per_user_per_hour = 2;
  for (int i = 0; i < 7; ++i) {
    ASSERT_TRUE(world.store.write([&](Transaction& tx) {
      static_cast<void>(tx.add_message(PersonId{1}, {.at = world.clock.time, .number = {kMobile}, .proven = true}));
    }));
  }
  static_cast<void>(log_in({}));
  EXPECT_THAT(prompt(0), HasSubstr("That number has had as many texts and calls as it can get. Try again in 1 hour.\n"
                                   "You have no recovery codes. Ask Service Desk, 0800 650 200.\n"));
}

TEST_F(Phones, WhereAGatewayFailsTheOtherWaysAreNamedAndTheNextLoginTriesAgain) {
  world.enrol("alice", Uid{1000});
  enrol();
  world.store.state.people[0].default_factor = 2;
  world.mailbox.answer = Delivery::failed;
  EXPECT_EQ(log_in({world.code()}).result, LoginResult::passed);
  EXPECT_EQ(prompt(0),
            "Multi-factor authentication for alice on lab-gw\n"
            "The text could not be sent. Use another way, or ask Service Desk, 0800 650 200.\n"
            "Enter the code from your authenticator app (iPhone).\n"
            "Other ways: call, text (phone ending 1234), recovery code, help\n"
            "Verification code: ");
  EXPECT_THAT(world.store.state.events[1].reason, HasSubstr("failed"));
  EXPECT_EQ(world.store.state.messages.back().end, MessageEnd::failed);
  world.mailbox.answer = Delivery::sent;
  world.clock.time = world.clock.time + 30s;
  EXPECT_EQ(log_in({kCode}).result, LoginResult::passed);
  EXPECT_EQ(sent(), 2U);
}

// Whatever is asked for first, and whether or not there is anything else.
TEST_F(Phones, APromptTurnsToWhatIsOpen) {
  enrol();
  world.mailbox.answer = Delivery::failed;
  static_cast<void>(log_in({"", "call"}));
  EXPECT_THAT(prompt(0), HasSubstr("The text could not be sent. Use another way, or ask Service Desk, 0800 650 200.\n"
                                   "Type call to get a code on your phone ending 1234.\n"
                                   "Other ways: text (phone ending 1234), help\n"));
  EXPECT_THAT(prompt(1), HasSubstr("Nothing was typed. Type call to get one.\nType call to get a code"));
  EXPECT_THAT(prompt(2), HasSubstr("The call could not be made. Try again, or ask Service Desk, 0800 650 200.\n"
                                   "Type text to try again.\nOther ways: call, help\n"));
  world.mailbox.answer = Delivery::sent;
  world.clock.time = world.clock.time + 10min;
  ASSERT_TRUE(world.store.write(
      [](Transaction& tx) { tx.replace_recovery_codes(PersonId{1}, std::vector<std::string>{"7k3m92qxd4tp"}); }));
  world.settings.gateways[0].calls = false;
  static_cast<void>(log_in({}));
  world.mailbox.answer = Delivery::failed;
  world.clock.time = world.clock.time + 1min;
  static_cast<void>(log_in({"resend"}));
  EXPECT_THAT(prompt(1), HasSubstr("The text could not be sent. Use another way, or ask Service Desk, 0800 650 200.\n"
                                   "Enter the code from the text.\n"))
      << "the one before has come";
  world.clock.time = world.clock.time + 10min;
  static_cast<void>(log_in({}));
  EXPECT_THAT(prompt(0), HasSubstr("The text could not be sent. Use another way, or ask Service Desk, 0800 650 200.\n"
                                   "Enter one of your recovery codes, or type text to try again.\nOther ways: help\n"));
}

// Whoever waited for it in vain does not wait for it again.
TEST_F(Phones, AGatewayThatDoesNotAnswerIsPassedOverForTheRestOfTheLogin) {
  enrol();
  enrol(kLandline, PhoneUse::call);
  world.settings.gateways = {gateway("first", true, false, false), gateway("second", true, false, false),
                             gateway("calls", false, true, false)};
  world.mailbox.answer = Delivery::failed;
  world.mailbox.tries = {{.gateway = "first", .delivery = Delivery::failed, .detail = "", .silent = true}};
  static_cast<void>(log_in({"text"}));
  EXPECT_THAT(prompt(0), HasSubstr("Other ways: call 1234, call 9900, text (phone ending 1234), help\n"))
      << "there is another one";
  ASSERT_EQ(sent(), 2U);
  EXPECT_THAT(world.mailbox.messages[0].pass_over, IsEmpty());
  EXPECT_THAT(world.mailbox.messages[1].pass_over, testing::ElementsAre("first"));
  world.engine.silent_gateways.clear();  // the next session
  world.clock.time = world.clock.time + 10min;
  world.mailbox.tries = {{.gateway = "first", .delivery = Delivery::failed, .detail = "", .silent = true},
                         {.gateway = "second", .delivery = Delivery::failed, .detail = "", .silent = true}};
  static_cast<void>(log_in({"text", "text 1234"}));
  EXPECT_EQ(sent(), 3U) << "answered at once";
  EXPECT_EQ(world.store.state.messages.size(), 3U);
  EXPECT_THAT(prompt(0), HasSubstr("The text could not be sent. Use another way, or ask Service Desk, 0800 650 200.\n"
                                   "Type call to get a code"));
  EXPECT_THAT(prompt(0), HasSubstr("Other ways: call 1234, call 9900, help\n"));
  for (const std::size_t at : {1U, 2U}) EXPECT_THAT(prompt(at), HasSubstr("The text could not be sent."));
  // Slow to fail, and yet it went out.
  world.engine.silent_gateways.clear();
  world.clock.time = world.clock.time + 10min;
  world.mailbox.answer = Delivery::sent;
  world.mailbox.tries[1] = {.gateway = "second", .delivery = Delivery::sent, .detail = ""};
  static_cast<void>(log_in({}));
  EXPECT_THAT(world.engine.silent_gateways, testing::ElementsAre("first"));
}

TEST_F(Phones, WithoutAGatewayWhoHasOnlyAPhoneIsToldWhomToAsk) {
  enrol();
  world.settings.gateways.clear();
  static_cast<void>(log_in({}));
  EXPECT_THAT(prompt(0), HasSubstr("Your phone cannot be texted or called at present.\n"
                                   "You have no recovery codes. Ask Service Desk, 0800 650 200.\n"));
}

TEST_F(Phones, WithoutAGatewayNoPhoneIsNamed) {
  world.enrol("alice", Uid{1000});
  enrol();
  world.settings.gateways.clear();
  static_cast<void>(log_in({"text"}));
  EXPECT_THAT(prompt(0), HasSubstr("Other ways: recovery code, help\n"));
  EXPECT_THAT(prompt(1), HasSubstr("Nothing can be texted to you here."));
  world.settings.gateways = {gateway("texts", true, false, false)};
  static_cast<void>(log_in({}));
  EXPECT_THAT(prompt(0), HasSubstr("Other ways: text (phone ending 1234), recovery code, help\n"));
  world.settings.phone.calls = MessageMode::press;
  world.settings.gateways = {gateway("reads out only", false, true, false)};
  static_cast<void>(log_in({}));
  EXPECT_THAT(prompt(0), HasSubstr("Other ways: recovery code, help\n"));
  EXPECT_EQ(sent(), 0U);
}

}  // namespace
}  // namespace mfa
