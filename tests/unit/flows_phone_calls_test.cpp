// Calls at a login: a code that is read out while it is asked for, # that is pressed, and what becomes of them.
#include "tests/unit/flows_phones.h"

namespace mfa {
namespace {

TEST_F(Phones, ACallReadsDigitsOneByOneTwice) {
  enrol(kLandline, PhoneUse::call);
  EXPECT_EQ(log_in({"call", kCode}).result, LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("Type call to get a code on your phone ending 9900.\nOther ways: help\n"));
  EXPECT_THAT(prompt(1), HasSubstr("We called your phone ending 9900. The code we read out works for 10 minutes.\n"
                                   "Enter the code from the call.\n"));
  EXPECT_THAT(world.dialogue.shown, IsEmpty());
  std::string digits;
  for (const char digit : world.mailbox.code()) digits += (digits.empty() ? "" : ", ") + std::string(1, digit);
  EXPECT_EQ(world.mailbox.text(), "This is Example University. Your code to log in to lab-gw is: " + digits +
                                      ". Once more: " + digits + ". Not you? Tell Service Desk, 0800 650 200.");
  EXPECT_EQ(world.mailbox.messages.front().use, PhoneUse::call);
}

TEST_F(Phones, TheCodeIsAskedForWhileThePhoneRings) {
  enrol(kLandline, PhoneUse::call);
  world.mailbox.rings = true;
  EXPECT_EQ(log_in({"call", "", "call", kCode}).result, LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("We are calling your phone ending 9900. It will read out six digits, twice.\n"
                                   "Enter the code from the call.\nOther ways: resend, help\n"));
  for (const std::size_t later : {2U, 3U})
    EXPECT_THAT(prompt(later), HasSubstr("We are still calling your phone ending 9900. It will read out six digits"));
  EXPECT_EQ(sent(), 1U);
  // It is over after the login is.
  EXPECT_EQ(world.store.state.messages.back().end, MessageEnd::open);
  world.mailbox.ends(Delivery::sent);
  EXPECT_EQ(world.store.state.messages.back().end, MessageEnd::taken);
  EXPECT_TRUE(kept().used) << "it stays so";
}

TEST_F(Phones, WhatBecameOfTheCallIsSaidAtTheNextPrompt) {
  struct Row {
    Delivery delivery;
    Refusal why;
    const char* said;
  };
  constexpr Row kRows[] = {
      {Delivery::refused, Refusal::unanswered,
       "Nobody answered your phone ending 9900. We can call again in 10 minutes.\n"},
      {Delivery::refused, Refusal::busy, "Your phone ending 9900 is busy. We can call again in 10 minutes.\n"},
      {Delivery::refused, Refusal::declined,
       "Your phone ending 9900 declined our call. We can call again in 10 minutes.\n"},
      {Delivery::refused, Refusal::no_number, "Your phone ending 9900 cannot be called: there is no such number.\n"},
      {Delivery::refused, Refusal::unknown,
       "Our call to your phone ending 9900 was not answered. We can call again in 10\nminutes.\n"},
      {Delivery::failed, Refusal::unknown,
       "The call could not be made. Try again, or ask Service Desk, 0800 650 200.\nType call to try again.\n"},
  };
  enrol(kLandline, PhoneUse::call);
  world.mailbox.rings = true;
  const auto asked = world.dialogue.before_answer;
  for (const Row& row : kRows) {
    world.clock.time = world.clock.time + 10min;
    world.dialogue.before_answer = [&](doubles::Script& script) {
      if (script.prompts.size() == 3) world.mailbox.ends(row.delivery, row.why);
      asked(script);
    };
    static_cast<void>(log_in({"call", "help", "", "help"}));
    EXPECT_THAT(prompt(2), HasSubstr("Enter the code from the call.\n"));
    EXPECT_THAT(prompt(3), HasSubstr(std::string("on lab-gw\n") + row.said));
    if (row.delivery == Delivery::refused) {
      EXPECT_THAT(prompt(3),
                  HasSubstr("You have no recovery codes. Ask Service Desk, 0800 650 200.\nOther ways: help\n"));
    }
    EXPECT_THAT(prompt(4), Not(HasSubstr(row.said))) << "once";
  }
  // Behind a wrong code, too.
  world.clock.time = world.clock.time + 10min;
  world.dialogue.before_answer = [&](doubles::Script& script) {
    if (script.prompts.size() == 2) world.mailbox.ends(Delivery::refused, Refusal::busy);
    asked(script);
  };
  static_cast<void>(log_in({"call", kNoCode}));
  EXPECT_THAT(prompt(2), HasSubstr("That code is not right. 2 tries left.\nYour phone ending 9900 is busy. We can "));
}

// What cannot be had is not offered, in this login and the next, and a text still is.
TEST_F(Phones, ACallThatCameToNothingLeavesTheOtherWays) {
  enrol();
  enrol(kLandline, PhoneUse::call);
  world.mailbox.rings = true;
  const auto asked = world.dialogue.before_answer;
  world.dialogue.before_answer = [&](doubles::Script& script) {
    if (script.prompts.size() == 2) world.mailbox.ends(Delivery::refused, Refusal::busy);
    asked(script);
  };
  static_cast<void>(log_in({"call 9900", "", "help", "call 9900"}));
  EXPECT_THAT(prompt(2), HasSubstr("Your phone ending 9900 is busy. We can call again in 10 minutes.\n"
                                   "Enter the code from the text.\nOther ways: resend, help\n"));
  EXPECT_THAT(prompt(3), Not(HasSubstr("- call")));
  EXPECT_THAT(prompt(4), HasSubstr("Our last call came to nothing. We can call again in 10 minutes.\n"));
  world.dialogue.before_answer = asked;
  world.clock.time = world.clock.time + 9min;
  static_cast<void>(log_in({"call 9900"}));
  EXPECT_THAT(prompt(0), HasSubstr("\nOther ways: resend, help\n"));
  EXPECT_THAT(prompt(1), HasSubstr("Our last call came to nothing. We can call again in 1 minute.\n"));
  world.clock.time = world.clock.time + 1min;
  static_cast<void>(log_in({}));
  EXPECT_THAT(prompt(0), HasSubstr("\nOther ways: resend, call 1234, call 9900, help\n"));
  // Where calls are what is asked for, it is said why they are not.
  world.settings.gateways[0].texts = false;
  static_cast<void>(log_in({"call 9900"}));
  world.mailbox.ends(Delivery::refused, Refusal::declined);
  world.clock.time = world.clock.time + 2min;
  static_cast<void>(log_in({}));
  EXPECT_THAT(prompt(0), HasSubstr("Our last call came to nothing. We can call again in 8 minutes.\n"
                                   "You have no recovery codes. Ask Service Desk, 0800 650 200.\nOther ways: help\n"));
}

TEST_F(Phones, ACallThatGoesOnKeepsNobodyFromATextNorFromCallingAgainWhenItCouldNotBeMade) {
  enrol();
  enrol(kOtherMobile);
  world.mailbox.rings = true;
  static_cast<void>(log_in({"call 5678", "call 1234", "text 5678"}));
  EXPECT_THAT(prompt(2), HasSubstr("We are still calling your phone ending 5678."));
  EXPECT_THAT(prompt(3), HasSubstr("We sent a text to your phone ending 5678."));
  EXPECT_EQ(sent(), 3U);
  EXPECT_EQ(world.mailbox.messages[1].code, world.mailbox.messages[2].code);
  world.mailbox.ends(Delivery::failed);
  const auto asked = world.dialogue.before_answer;
  world.dialogue.before_answer = [&](doubles::Script& script) {
    if (script.prompts.size() == 2) world.mailbox.ends(Delivery::failed);
    asked(script);
  };
  world.clock.time = world.clock.time + 1min;
  static_cast<void>(log_in({"call 5678", "resend"}));
  EXPECT_THAT(prompt(2), HasSubstr("We are calling your phone ending 5678."));
  EXPECT_EQ(sent(), 5U);
}

// What it is to say is over, and the person is gone: the store knows it all the same.
TEST_F(Phones, ACallThatNobodyAnsweredCountsAfterTheLoginWasBrokenOff) {
  enrol(kLandline, PhoneUse::call);
  world.mailbox.rings = true;
  static_cast<void>(log_in({"call"}));
  world.mailbox.ends(Delivery::refused, Refusal::unanswered);
  EXPECT_EQ(world.store.state.messages.back().end, MessageEnd::unanswered);
  EXPECT_EQ(world.store.state.events.back().kind, EventKind::message_failed);
  static_cast<void>(log_in({"call"}));
  EXPECT_THAT(prompt(1), HasSubstr("Our last call came to nothing. We can call again in 10 minutes.\n"
                                   "You have no recovery codes. Ask Service Desk, 0800 650 200.\nOther ways: help\n"));
  EXPECT_EQ(sent(), 1U);
}

TEST_F(Phones, NobodyIsCalledBeforeTheBudgetAllowsIt) {
  world.settings.phone.calls = MessageMode::press;
  world.settings.phone.budget.per_user_per_hour = 0;
  enrol(kLandline, PhoneUse::call);
  static_cast<void>(log_in({"call"}));
  EXPECT_THAT(world.dialogue.shown, IsEmpty());
  EXPECT_THAT(prompt(1), HasSubstr("You have had as many texts and calls as you can get."));
  world.settings.phone.budget.per_user_per_hour = 6;
  world.mailbox.press = Delivery::refused;
  world.mailbox.why = Refusal::not_pressed;
  static_cast<void>(log_in({"call"}));
  EXPECT_EQ(sent(), 1U);
  EXPECT_THAT(prompt(1), HasSubstr("Nobody pressed # on your phone ending 9900. We can call again in 10 minutes.\n"));
}

TEST_F(Phones, APhoneForTextsCanBeCalledAndGetsTheSameCode) {
  enrol();
  static_cast<void>(log_in({}));
  const std::string code = world.mailbox.code();
  EXPECT_EQ(log_in({"call", kCode}).result, LoginResult::passed);
  ASSERT_EQ(sent(), 2U);
  EXPECT_EQ(world.mailbox.messages.back().use, PhoneUse::call);
  EXPECT_EQ(world.mailbox.code(), code);
}

TEST_F(Phones, APhoneForCallsGetsNoTexts) {
  enrol(kLandline, PhoneUse::call);
  static_cast<void>(log_in({"text"}));
  EXPECT_EQ(sent(), 0U);
  EXPECT_THAT(prompt(1), HasSubstr("Nothing can be texted to you here."));
}

TEST_F(Phones, AHashThatIsPressedLetsInOnce) {
  world.settings.phone.calls = MessageMode::press;
  enrol(kLandline, PhoneUse::call);
  world.mailbox.rings = true;
  world.dialogue.before_answer = [&](doubles::Script& script) {
    if (script.prompts.size() == 4) world.mailbox.ends(Delivery::approved);
  };
  EXPECT_EQ(log_in({"call", "", "call", "000000", "help", ""}).result, LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("Type call, then press # on your phone ending 9900 when it rings.\n"));
  EXPECT_THAT(prompt(1), HasSubstr("We are calling your phone ending 9900. Answer it, and press #.\n"
                                   "When you have pressed # on the phone, press Enter here.\n"
                                   "Other ways: resend, help\n"));
  for (const std::size_t later : {2U, 3U})
    EXPECT_THAT(prompt(later), HasSubstr("We are still calling your phone ending 9900. Answer it, and press #.\n"));
  for (const std::size_t later : {4U, 5U}) EXPECT_THAT(prompt(later), HasSubstr("# was pressed. Press Enter here.\n"));
  EXPECT_EQ(sent(), 1U);
  EXPECT_FALSE(world.mailbox.messages.front().code.size() > 0);
  EXPECT_TRUE(world.mailbox.messages.front().code.empty());
  EXPECT_EQ(world.mailbox.text(),
            "This is Example University. You asked to log in to lab-gw. If that was you, press "
            "the hash key. Not you? Tell Service Desk, 0800 650 200.");
  EXPECT_EQ(world.store.state.events.back().kind, EventKind::login_passed);
  EXPECT_EQ(world.store.state.events.back().factor, "call-1");
  EXPECT_EQ(world.store.state.messages.back().end, MessageEnd::taken);
}

// Where nothing can be asked meanwhile, it is waited for.
TEST_F(Phones, AHashThatIsPressedAnswersAfterTheCallAsWell) {
  world.settings.phone.calls = MessageMode::press;
  enrol(kLandline, PhoneUse::call);
  EXPECT_EQ(log_in({"call", "call", ""}).result, LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("# was pressed. Press Enter here.\n"));
  EXPECT_EQ(sent(), 1U);
}

// The thief who asked for the call hangs up, and its owner presses # all the same.
TEST_F(Phones, AHashLetsInNobodyWhoHasGone) {
  world.settings.phone.calls = MessageMode::press;
  enrol(kLandline, PhoneUse::call);
  world.mailbox.rings = true;
  EXPECT_NE(log_in({"call"}).result, LoginResult::passed);
  EXPECT_TRUE(world.mailbox.messages.back().unwanted.stop_requested()) << "it rings no longer";
  world.mailbox.ends(Delivery::approved);
  EXPECT_EQ(world.store.state.messages.back().end, MessageEnd::open);
  EXPECT_NE(log_in({"", "000000", ""}).result, LoginResult::passed) << "nor is it another login's";
  EXPECT_THAT(world.store.state.events, Not(Contains(testing::Field(&Event::kind, EventKind::login_passed))));
  // A code that is read out is of no use to who is gone, and of some to who comes back.
  world.settings.phone.calls = MessageMode::code;
  world.clock.time = world.clock.time + 10min;
  static_cast<void>(log_in({"call"}));
  EXPECT_FALSE(world.mailbox.messages.back().unwanted.stop_requested());
}

TEST_F(Phones, WhoAnswersOtherwiseIsCalledNoLonger) {
  world.settings.phone.calls = MessageMode::press;
  world.enrol("alice", Uid{1000});
  enrol(kLandline, PhoneUse::call);
  world.mailbox.rings = true;
  EXPECT_EQ(log_in({"call", world.code()}).result, LoginResult::passed);
  EXPECT_TRUE(world.mailbox.messages.back().unwanted.stop_requested());
}

// Whoever reads this may have a phone at the ear that a thief had called.
TEST_F(Phones, APhoneThatRingsForAnotherLoginIsNotSaidToHaveBeenLetRing) {
  world.settings.phone.calls = MessageMode::press;
  enrol(kLandline, PhoneUse::call);
  world.mailbox.rings = true;
  static_cast<void>(log_in({"call"}));
  world.clock.time = world.clock.time + 5s;
  static_cast<void>(log_in({"call"}));
  EXPECT_THAT(prompt(1), HasSubstr("We called your phone for another login just now. Not you? Do not press #.\n"
                                   "We can call for this one in 2 minutes.\n"
                                   "Type call, then press # on your phone ending 9900 when it rings.\n"));
  EXPECT_EQ(sent(), 1U);
  world.clock.time = world.clock.time + 85s;
  static_cast<void>(log_in({"call"}));
  EXPECT_THAT(prompt(1), HasSubstr("Our last call came to nothing. We can call again in 9 minutes."));
}

TEST_F(Phones, TheCodeOfACallThatRingsIsAskedForAgain) {
  enrol(kLandline, PhoneUse::call);
  enrol(kOtherMobile);
  world.mailbox.rings = true;
  static_cast<void>(log_in({"call 9900"}));
  service = "sudo";
  static_cast<void>(log_in({"call 9900", "call 5678"}));
  for (const std::size_t at : {1U, 2U})
    EXPECT_THAT(prompt(at), HasSubstr("We called your phone for something else just now. We can call in 2 minutes.\n"
                                      "Type call to get a code"));
  service = "sshd";
  EXPECT_EQ(log_in({"call 9900", kCode}).result, LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("We are still calling your phone ending 9900; its code works here.\n"
                                   "Enter the code from the call.\n"));
  EXPECT_EQ(sent(), 1U);
}

// Or a stolen password has it ring until its owner presses for the sake of peace.
TEST_F(Phones, CallsThatHashAnswersComeNoFasterThanOthers) {
  world.settings.phone.calls = MessageMode::press;
  enrol(kLandline, PhoneUse::call);
  EXPECT_EQ(log_in({"call", ""}).result, LoginResult::passed);
  static_cast<void>(log_in({"call"}));
  EXPECT_THAT(prompt(1), HasSubstr("We called your phone ending 9900 just now. We can call again in 30 seconds.\n"
                                   "Type call, then press # on your phone ending 9900 when it rings.\n"));
  EXPECT_EQ(sent(), 1U);
  world.clock.time = world.clock.time + 30s;
  EXPECT_EQ(log_in({"call", ""}).result, LoginResult::passed);
}

// From another login, while the thief's is under way.
TEST_F(Phones, AReportEndsTheLoginThatIsUnderWay) {
  enrol(kLandline, PhoneUse::call);
  enrol(kOtherMobile);
  world.mailbox.rings = true;
  world.settings.phone.calls = MessageMode::press;
  const auto report = [&] {
    doubles::Script other;
    other.answers = {"notme"};
    LoginFacts facts;
    facts.user = "alice";
    facts.service = "sshd";
    facts.from_root = facts.password_passed = true;
    EXPECT_EQ(login(world.engine, facts, kRoot, other).reason, "notme");
  };
  world.dialogue.before_answer = [&](doubles::Script& script) {
    if (script.prompts.size() != 2) return;
    report();
    world.mailbox.ends(Delivery::approved);
  };
  EXPECT_NE(log_in({"call 9900", ""}).result, LoginResult::passed);
  EXPECT_EQ(world.store.state.messages.back().end, MessageEnd::unanswered);
  world.clock.time = world.clock.time + 10min;
  std::string code;
  world.dialogue.before_answer = [&](doubles::Script& script) {
    if (script.prompts.size() != 2) return;
    code = world.mailbox.code();
    report();
    script.answers = {code};
  };
  EXPECT_NE(log_in({"text 5678"}).result, LoginResult::passed);
  EXPECT_FALSE(code.empty());
  EXPECT_FALSE(world.store.state.phone_codes.contains({1, 2}));
}

TEST_F(Phones, NothingButApprovedLetsIn) {
  world.settings.phone.calls = MessageMode::press;
  enrol(kLandline, PhoneUse::call);
  for (const Delivery other : {Delivery::sent, Delivery::refused, Delivery::failed}) {
    world.mailbox.press = other;
    EXPECT_NE(log_in({"call", "000000", ""}).result, LoginResult::passed) << name_of(other);
    EXPECT_EQ(world.store.state.messages.back().end,
              other == Delivery::failed ? MessageEnd::failed : MessageEnd::unanswered)
        << name_of(other);
    world.clock.time = world.clock.time + 10min;
  }
  // And `approved` answers nothing else.
  world.settings.phone.calls = MessageMode::code;
  world.mailbox.answer = Delivery::approved;
  EXPECT_NE(log_in({"call"}).result, LoginResult::passed);
}

TEST_F(Phones, WhatBecameOfThePersonDuringTheCallCounts) {
  world.settings.phone.calls = MessageMode::press;
  enrol(kLandline, PhoneUse::call);
  world.mailbox.while_sending = [&] { world.store.state.factors[1].clear(); };
  EXPECT_NE(log_in({"call", ""}).result, LoginResult::passed);
  world.store.state = {};
  enrol(kLandline, PhoneUse::call);
  world.mailbox.while_sending = [&] {
    world.store.state.people[0].lockout = {
        .failures = 5, .locks = 1, .locked_at = world.clock.time, .locked_until = world.clock.time + 60s};
  };
  EXPECT_EQ(log_in({"call", ""}).result, LoginResult::locked);
  world.mailbox.while_sending = [&] { world.store.state.messages.back().end = MessageEnd::taken; };
  world.store.state.people[0].lockout = {};
  world.clock.time = world.clock.time + 10min;
  EXPECT_NE(log_in({"call", ""}).result, LoginResult::passed) << "another session had it";
}

TEST_F(Phones, ACallThatWasNotMadeWasNotUnanswered) {
  enrol(kLandline, PhoneUse::call);
  world.mailbox.answer = Delivery::failed;
  static_cast<void>(log_in({"call", "call"}));
  EXPECT_EQ(sent(), 2U);
  EXPECT_THAT(prompt(2), HasSubstr("The call could not be made. Try again, or ask Service Desk"));
}

TEST_F(Phones, OneUnansweredCallStopsCallsForTenMinutes) {
  enrol(kMobile);
  world.mailbox.answer = Delivery::refused;
  world.settings.gateways[0].texts = false;
  static_cast<void>(log_in({"call", "call"}));
  EXPECT_EQ(sent(), 1U);
  EXPECT_THAT(prompt(1), HasSubstr("Our call to your phone ending 1234 was not answered. We can call again in 10\n"));
  EXPECT_THAT(prompt(2), HasSubstr("Our last call came to nothing. We can call again in 10 minutes."));
  world.clock.time = world.clock.time + 10min;
  world.mailbox.answer = Delivery::sent;
  static_cast<void>(log_in({"call"}));
  EXPECT_EQ(sent(), 2U);
}

}  // namespace
}  // namespace mfa
