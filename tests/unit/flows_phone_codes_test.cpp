// Codes that were sent: what each is good for, how long, and how often it may be guessed.
#include "tests/unit/flows_phones.h"

namespace mfa {
namespace {

TEST_F(Phones, ACodeDiesAfterTenMinutesAndSaysSo) {
  enrol();
  static_cast<void>(log_in({}));
  const std::string code = world.mailbox.code();
  world.clock.time = world.clock.time + 10min;
  world.mailbox.answer = Delivery::failed;  // or a new one would take its place
  world.store.state.messages.clear();
  world.settings.phone.budget.per_user_per_hour = 0;
  EXPECT_NE(log_in({code}).result, LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("That code has expired.\n"));
  EXPECT_EQ(failures(), 0U);
}

TEST_F(Phones, ACodeLetsInOnceAndSaysSo) {
  enrol();
  ASSERT_EQ(log_in({kCode}).result, LoginResult::passed);
  const std::string code = world.mailbox.code();
  world.settings.phone.budget.per_user_per_hour = 1;
  EXPECT_NE(log_in({code}).result, LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("That code was already used.\n"));
  EXPECT_EQ(failures(), 0U);
}

TEST_F(Phones, ACodeHasFiveTriesHoweverManyTheLockoutLeaves) {
  world.settings.lockout.tries = 20;
  enrol();
  static_cast<void>(log_in({kNoCode, kNoCode, kNoCode}));
  static_cast<void>(log_in({kNoCode, kNoCode}));
  EXPECT_THAT(prompt(1), Not(HasSubstr("too often")));
  EXPECT_EQ(kept().tries, 5U);
  const std::string code = world.mailbox.code();
  world.settings.phone.budget.per_user_per_hour = 1;  // no other takes its place
  EXPECT_NE(log_in({code}).result, LoginResult::passed);
  EXPECT_EQ(failures(), 6U);
  world.settings.phone.budget.per_user_per_hour = 6;
  world.clock.time = world.clock.time + 30s;
  EXPECT_EQ(log_in({kCode}).result, LoginResult::passed);
  EXPECT_EQ(sent(), 2U);
  EXPECT_NE(world.mailbox.code(), code);
}

// Of any wrong code: that one was good before is not told.
TEST_F(Phones, OfSeveralTextsTheNewestIsSaidToCount) {
  enrol();
  static_cast<void>(log_in({kNoCode}));
  EXPECT_THAT(prompt(1), HasSubstr("That code is not right. 2 tries left.\n"
                                   "If several texts came, type the code of the newest.\nEnter the code"));
  world.clock.time = world.clock.time + 10min;
  static_cast<void>(log_in({"call", kNoCode}));
  EXPECT_THAT(prompt(2), Not(HasSubstr("several texts")));
}

TEST_F(Phones, TheLastTryOfACodeSaysSo) {
  world.settings.lockout.tries = 20;
  enrol();
  static_cast<void>(log_in({kNoCode, kNoCode, kNoCode}));
  static_cast<void>(log_in({kNoCode, kNoCode, kNoCode}));
  EXPECT_THAT(prompt(2), HasSubstr("The code we sent has been tried too often. Type resend for a new one.\n"));
}

TEST_F(Phones, GuessesCountForTheLockoutOverAllCodes) {
  enrol();
  enrol(kOtherMobile);
  static_cast<void>(log_in({"text 5678", kNoCode, kNoCode, kNoCode}));
  EXPECT_EQ(sent(), 2U);
  EXPECT_EQ(log_in({kNoCode, kNoCode}).result, LoginResult::locked);
  const std::string code = world.mailbox.code();
  EXPECT_EQ(log_in({code}).result, LoginResult::locked);
  EXPECT_EQ(sent(), 2U) << "nor is anything sent to who is locked out";
}

// Another session locked them out while this one was open.
TEST_F(Phones, NothingIsSentToWhoIsLockedOutMeanwhile) {
  world.enrol("alice", Uid{1000});
  enrol();
  world.dialogue.before_answer = [this](doubles::Script&) {
    world.store.state.people[0].lockout = {
        .failures = 5, .locks = 1, .locked_at = world.clock.time, .locked_until = world.clock.time + 60s};
  };
  static_cast<void>(log_in({"text", "call"}));
  EXPECT_EQ(sent(), 0U);
  EXPECT_THAT(world.store.state.messages, IsEmpty());
}

// The same answer in sessions side by side: each one is a transaction of its own.
TEST_F(Phones, NoNumberOfSessionsGetsASixthTry) {
  world.settings.lockout.tries = 20;
  enrol();
  static_cast<void>(log_in({}));
  const std::string code = world.mailbox.code();
  for (int session = 0; session < 5; ++session) static_cast<void>(log_in({kNoCode}));
  world.settings.phone.budget.per_user_per_hour = 1;
  EXPECT_NE(log_in({code}).result, LoginResult::passed);
}

TEST_F(Phones, ACodeIsGoodForOnePurposeOnly) {
  enrol();
  static_cast<void>(log_in({}));
  const std::string code = world.mailbox.code();
  world.settings.phone.budget.per_user_per_hour = 1;  // no other takes its place
  service = "sudo";
  EXPECT_NE(log_in({code}).result, LoginResult::passed);
  world.engine.server = "other";
  service = "sshd";
  EXPECT_NE(log_in({code}).result, LoginResult::passed);
  world.engine.server = "lab-gw";
  world.dialogue.answers = {code, code};
  EXPECT_FALSE(test_code(world.engine, asker()));
  EXPECT_EQ(log_in({code}).result, LoginResult::passed) << "it was good all the time";
}

TEST_F(Phones, ACodeOfAnotherPurposeTakesThePlaceOfTheFirst) {
  enrol();
  static_cast<void>(log_in({}));
  const std::string first = world.mailbox.code();
  world.clock.time = world.clock.time + 30s;
  service = "sudo";
  static_cast<void>(log_in({}));
  EXPECT_EQ(sent(), 2U);
  EXPECT_EQ(kept().purpose, "login sudo lab-gw");
  service = "sshd";
  EXPECT_NE(log_in({first}).result, LoginResult::passed);
}

TEST_F(Phones, ACodeThatAnotherLoginReplacedIsToldSo) {
  enrol();
  std::string first;
  world.dialogue.before_answer = [&](doubles::Script& script) {
    if (script.prompts.size() != 1) return;
    first = world.mailbox.code();
    ASSERT_TRUE(world.store.write([&](Transaction& tx) {
      PhoneCode other = kept();
      other.purpose = "login sudo lab-gw";
      other.code = Secret(wrong());
      tx.keep_phone_code(PersonId{1}, 1, other);
    }));
    script.answers = {first, "1234567", "resend"};
  };
  EXPECT_NE(log_in({}).result, LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("That is not the newest code: another login asked for one since. Type resend.\n"));
  EXPECT_EQ(failures(), 0U);
  EXPECT_THAT(prompt(2), HasSubstr("That is not a code."));
  EXPECT_THAT(prompt(3), HasSubstr("We sent you a code for something else just now."));
  // Where an app's code is compared, it counts, and is told as well.
  world.enrol("bob", Uid{1001});
  enrol(kOtherMobile, PhoneUse::text, "bob", Uid{1001});
  world.dialogue.before_answer = [&](doubles::Script& script) {
    if (script.prompts.size() != 2) return;
    ASSERT_TRUE(world.store.write([&](Transaction& tx) {
      PhoneCode other = *tx.phone_code(PersonId{2}, 2);
      other.purpose = "login sudo lab-gw";
      tx.keep_phone_code(PersonId{2}, 2, other);
    }));
  };
  static_cast<void>(log_in({"text", wrong()}, "bob"));
  EXPECT_THAT(prompt(2), HasSubstr("That code is not right. 2 tries left.\nThat is not the newest code"));
  // What was used before, or went to another phone for something that is over, took the place of nothing.
  enrol(kLandline, PhoneUse::text, "bob", Uid{1001});
  for (const bool used : {true, false}) {
    world.clock.time = world.clock.time + 1min;
    ASSERT_TRUE(world.store.write([&](Transaction& tx) {
      PhoneCode old = *tx.phone_code(PersonId{2}, 2);
      old.purpose = "test mfa-enroll lab-gw";
      old.number = {kLandline};
      old.made = world.clock.time - (used ? 0s : 30s);
      old.until = world.clock.time + 5min;
      old.used = used;
      tx.keep_phone_code(PersonId{2}, 3, old);
    }));
    world.dialogue.before_answer = nullptr;
    static_cast<void>(log_in({"text 5678", wrong()}, "bob"));
    EXPECT_THAT(prompt(2), AllOf(HasSubstr("That code is not right."), Not(HasSubstr("not the newest"))));
    world.store.state.people[1].lockout = {};
  }
  // Not to who was sent nothing here.
  world.dialogue.before_answer = nullptr;
  static_cast<void>(log_in({wrong()}, "bob"));
  EXPECT_THAT(prompt(1), Not(HasSubstr("newest")));
}

TEST_F(Phones, ACodeOfOnePhoneIsNoneOfAnothersNorOfAnotherPerson) {
  enrol();
  enrol(kMobile, PhoneUse::text, "bob", Uid{1001});
  static_cast<void>(log_in({}));
  const std::string code = world.mailbox.code();
  EXPECT_NE(log_in({code}, "bob").result, LoginResult::passed);
  // A phone that took the factor's number.
  std::get<PhoneFactor>(world.store.state.factors[1][0].detail).number = {kOtherMobile};
  world.settings.phone.budget.per_user_per_hour = 0;
  EXPECT_NE(log_in({code}).result, LoginResult::passed);
}

TEST_F(Phones, ACodeThatIsSentHasAMinuteToBeTyped) {
  enrol();
  static_cast<void>(log_in({}));
  const std::string code = world.mailbox.code();
  world.clock.time = world.clock.time + 9min;
  static_cast<void>(log_in({"resend"}));
  EXPECT_EQ(world.mailbox.code(), code);
  world.clock.time = world.clock.time + 31s;
  EXPECT_EQ(log_in({kCode}).result, LoginResult::passed);
  EXPECT_NE(world.mailbox.code(), code);
  EXPECT_EQ(sent(), 3U);
}

}  // namespace
}  // namespace mfa
