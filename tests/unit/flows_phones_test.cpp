// Telephones at a login: the text that comes by itself, the words text and resend, and who may use them.
#include "tests/unit/flows_phones.h"

namespace mfa {
namespace {

TEST_F(Phones, ADefaultPhoneGetsItsTextWithoutBeingAsked) {
  enrol();
  EXPECT_EQ(log_in({kCode}).result, LoginResult::passed);
  EXPECT_EQ(prompt(0),
            "Multi-factor authentication for alice on lab-gw\n"
            "We sent a text to your phone ending 1234. Its code works for 10 minutes.\n"
            "Enter the code from the text.\n"
            "Other ways: resend, call, help\n"
            "Verification code: ");
  ASSERT_EQ(sent(), 1U);
  const PhoneMessage& message = world.mailbox.messages.front();
  EXPECT_EQ(message.to.e164, kMobile);
  EXPECT_EQ(message.use, PhoneUse::text);
  EXPECT_EQ(message.code.size(), 6U);
  EXPECT_EQ(message.text.text(), "Example University: " + world.mailbox.code() +
                                     " is your code to log in to lab-gw. Not you? Tell Service Desk, 0800 650 200.");
  EXPECT_LE(message.text.size(), 160U) << "one text";
  const auto& events = world.store.state.events;
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].kind, EventKind::message_sent);
  EXPECT_EQ(events[0].factor, "sms-1");
  EXPECT_EQ(events[1].kind, EventKind::login_passed);
  EXPECT_EQ(events[1].factor, "sms-1");
  for (const Event& event : events)
    EXPECT_THAT(event.reason + event.factor, AllOf(Not(HasSubstr(world.mailbox.code())), Not(HasSubstr("1231234"))));
}

TEST_F(Phones, TheMessageSaysWhatItIsFor) {
  enrol();
  for (const auto& [name, words] : {std::pair{"sudo", "for sudo on lab-gw"}, std::pair{"login", "to log in at lab-gw"},
                                    std::pair{"gdm-password", "for gdm-password on lab-gw"}}) {
    service = name;
    world.clock.time = world.clock.time + 1min;
    static_cast<void>(log_in({}));
    EXPECT_THAT(world.mailbox.text(), HasSubstr(words));
  }
  world.settings.helpdesk.clear();
  world.settings.issuer.clear();
  world.clock.time = world.clock.time + 1min;
  service = "sshd";
  static_cast<void>(log_in({}));
  EXPECT_EQ(world.mailbox.text(),
            "lab-gw: " + world.mailbox.code() + " is your code to log in to lab-gw. Not you? Tell your helpdesk.");
}

TEST_F(Phones, ATextGoesOutOnceForALiveCode) {
  enrol();
  static_cast<void>(log_in({}));
  world.clock.time = world.clock.time + 9min;
  static_cast<void>(log_in({}));
  EXPECT_EQ(sent(), 1U);
  EXPECT_THAT(prompt(0), HasSubstr("The code we sent to your phone ending 1234 before still works. Type resend to\nget "
                                   "it again.\nEnter the code from the text.\n"));
  EXPECT_EQ(log_in({kCode}).result, LoginResult::passed);
  EXPECT_EQ(sent(), 1U);
  EXPECT_EQ(log_in({kCode}).result, LoginResult::passed);
  EXPECT_EQ(sent(), 2U) << "the one before let somebody in, so the next comes at once";
}

TEST_F(Phones, AnAppIsAskedForAndAPhoneByAWord) {
  world.enrol("alice", Uid{1000});
  enrol();
  EXPECT_EQ(log_in({"Text", kCode}).result, LoginResult::passed);
  EXPECT_EQ(prompt(0),
            "Multi-factor authentication for alice on lab-gw\n"
            "Enter the code from your authenticator app (iPhone).\n"
            "Other ways: text (phone ending 1234), call, recovery code, help\n"
            "Verification code: ");
  EXPECT_THAT(prompt(1), HasSubstr("Other ways: resend, app, call, recovery code, help\n"));
  EXPECT_EQ(sent(), 1U);
  EXPECT_EQ(log_in({"text", "app", world.code()}).result, LoginResult::passed);
}

TEST_F(Phones, AResendBringsTheSameCodeAndLeavesItsTries) {
  enrol();
  static_cast<void>(log_in({kNoCode}));
  const std::string code = world.mailbox.code();
  EXPECT_EQ(kept().tries, 1U);
  world.clock.time = world.clock.time + 30s;
  static_cast<void>(log_in({"resend", kNoCode}));
  ASSERT_EQ(sent(), 2U);
  EXPECT_EQ(world.mailbox.code(), code);
  EXPECT_EQ(kept().tries, 2U);
  EXPECT_EQ(kept().until, kept().made + 10min) << "no longer for that";
  EXPECT_EQ(log_in({code}).result, LoginResult::passed);
}

TEST_F(Phones, AResendWaitsHalfAMinute) {
  enrol();
  static_cast<void>(log_in({"resend"}));
  EXPECT_EQ(sent(), 1U);
  EXPECT_THAT(prompt(1), HasSubstr("That was sent just now. If it does not come, type resend in 30 seconds.\n"
                                   "Enter the code from the text.\n"));
  world.clock.time = world.clock.time + 29s;
  static_cast<void>(log_in({"text"}));
  EXPECT_EQ(sent(), 1U);
  world.clock.time = world.clock.time + 1s;
  static_cast<void>(log_in({"resend"}));
  EXPECT_EQ(sent(), 2U);
}

TEST_F(Phones, TheCodeOfALoginThatWasBrokenOffIsSaidToWork) {
  world.enrol("alice", Uid{1000});
  enrol();
  static_cast<void>(log_in({"text"}));
  EXPECT_EQ(log_in({"text", kCode}).result, LoginResult::passed);
  EXPECT_THAT(prompt(1),
              HasSubstr("The code we sent to your phone ending 1234 before still works. Type resend to\nget it "
                        "again.\nEnter the code from the text.\n"));
  EXPECT_EQ(sent(), 1U);
}

TEST_F(Phones, ACodeForSomethingElseIsNotSaidToServe) {
  world.enrol("alice", Uid{1000});
  enrol();
  static_cast<void>(log_in({"text"}));
  service = "sudo";
  static_cast<void>(log_in({"text"}));
  EXPECT_THAT(prompt(1), HasSubstr("We sent you a code for something else just now. You can get one for this in 30\n"
                                   "seconds.\nType text to get a code"));
  EXPECT_EQ(sent(), 1U);
}

// Or whoever knows a name could have its phone ring, or learn how its number ends.
TEST_F(Phones, BeforeThePasswordNoPhoneRingsNorIsNamed) {
  enrol();
  password_passed = false;
  static_cast<void>(log_in({"text", "call", "resend", "123456"}));
  EXPECT_EQ(sent(), 0U);
  for (const Prompt& shown : world.dialogue.prompts) EXPECT_THAT(shown.text, Not(HasSubstr("1234")));
}

TEST_F(Phones, AProgramOfOnesOwnMayAskForAText) {
  enrol();
  from_root = false;
  EXPECT_EQ(log_in({kCode}).result, LoginResult::passed);
  EXPECT_THAT(world.mailbox.text(), HasSubstr("for a program on lab-gw"));
  const std::string code = world.mailbox.code();
  from_root = true;
  world.settings.phone.budget.per_user_per_hour = 1;
  EXPECT_NE(log_in({code}).result, LoginResult::passed);
}

TEST_F(Phones, ARuleSaysWhichOfThemCount) {
  Rule rule;
  rule.name = "everyone";
  rule.mfa = Requirement::require;
  rule.factors = {FactorKind::call};
  world.settings.rules = {rule};
  enrol();
  EXPECT_EQ(log_in({"text", "call", kCode}).result, LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("Type call to get a code on your phone ending 1234.\nOther ways: help\n"));
  ASSERT_EQ(sent(), 1U);
  EXPECT_EQ(world.mailbox.messages.front().use, PhoneUse::call);
  world.settings.rules[0].factors = {FactorKind::totp};
  static_cast<void>(log_in({}));
  EXPECT_THAT(prompt(0), HasSubstr("First prove that it is you"));
}

TEST_F(Phones, NothingIsSentThatWasNotRecorded) {
  for (int at = 0; at < 14; ++at) {
    World fresh;
    world.store.state = {};
    world.mailbox.messages.clear();
    world.store.fail_at = -1;
    enrol();
    world.store.fail_at = at;
    world.mailbox.while_sending = [&] {
      EXPECT_EQ(world.store.state.messages.size(), 1U);
      EXPECT_EQ(world.store.state.events.size(), 1U);
    };
    const auto result = log_in({kCode});
    const bool failed = world.store.fail_at < 0;
    if (!failed) return;  // all of it came through
    if (result.result == LoginResult::passed) {
      EXPECT_EQ(world.store.state.events.back().kind, EventKind::login_passed);
    }
  }
}

TEST_F(Phones, ProveWhoOneIsAtAShell) {
  enrol();
  world.dialogue.answers = {"correct horse", kCode};
  const auto codes = new_codes(world.engine, asker());
  ASSERT_TRUE(codes) << codes.error().text;
  EXPECT_THAT(world.mailbox.text(), HasSubstr("to change how you log in to lab-gw"));
  world.clock.time = world.clock.time + 30s;
  world.dialogue.answers = {"help", kNoCode, kCode};
  const auto tested = test_code(world.engine, asker());
  ASSERT_TRUE(tested) << tested.error().text;
  EXPECT_EQ(tested->factor, "sms-1");
  EXPECT_THAT(world.mailbox.text(), HasSubstr("to try your codes on lab-gw"));
  world.settings.phone.calls = MessageMode::press;
  world.clock.time = world.clock.time + 30s;
  world.dialogue.answers = {"call", ""};
  EXPECT_TRUE(test_code(world.engine, asker()));
}

TEST_F(Phones, ExportTellsItsOwnerAllOfANumber) {
  world.enrol("alice", Uid{1000});
  enrol();
  const auto reply = own_data(world.engine, asker());
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->factors.size(), 2U);
  EXPECT_EQ(reply->factors[1].detail, kMobile);
}

TEST_F(Phones, StatusShowsHowANumberEnds) {
  enrol();
  const auto reply = status(world.engine, asker());
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->factors.size(), 1U);
  EXPECT_EQ(reply->factors[0].kind, "sms");
  EXPECT_EQ(reply->factors[0].detail, "ending 1234");
}

}  // namespace
}  // namespace mfa
