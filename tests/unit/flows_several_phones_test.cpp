// Which of several telephones is meant, and what nobody learns of their numbers.
#include "tests/unit/flows_phones.h"

namespace mfa {
namespace {

TEST_F(Phones, OfSeveralPhonesOneIsMeantByHowItEnds) {
  enrol();
  enrol(kOtherMobile);
  EXPECT_EQ(log_in({"text 5678", kCode}).result, LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("Other ways: resend, text 1234, text 5678, call 1234, call 5678, help\n"));
  EXPECT_THAT(prompt(1), HasSubstr("We sent a text to your phone ending 5678."));
  EXPECT_EQ(world.mailbox.messages.back().to.e164, kOtherMobile);
  EXPECT_EQ(world.store.state.events.back().factor, "sms-2");
  static_cast<void>(log_in({"text 4711"}));
  EXPECT_THAT(prompt(1), HasSubstr("You have no phone ending 4711 here. Type text 1234 or text 5678.\nEnter the code"));
}

// Whoever has the password alone would read the number out, digit by digit, by what is answered.
TEST_F(Phones, OfANumberNothingIsToldThatThePromptDoesNotShow) {
  enrol();
  enrol(kOtherMobile);
  for (const std::string ending : {"31234", "91234", "211231234", "34", "234", "4", "1", "1234-1", "-", "5678-2"}) {
    static_cast<void>(log_in({"text " + ending}));
    EXPECT_THAT(prompt(1), HasSubstr("You have no phone ending " + ending + " here.")) << ending;
  }
  EXPECT_EQ(sent(), 1U) << "the one nobody asked for";
  EXPECT_EQ(log_in({"text 1", "call 2", "text 3", "text 4", kCode}).result, LoginResult::passed) << "no guess";
}

TEST_F(Phones, TwoThatEndAlikeAreNumbered) {
  enrol();
  enrol("+64279991234");
  enrol("+64279991234", PhoneUse::call);
  static_cast<void>(log_in({"text 1234-2", "text 1234"}));
  EXPECT_THAT(prompt(0), HasSubstr("Other ways: resend, text 1234-1, text 1234-2, call 1234-1, call 1234-2, help\n"));
  EXPECT_EQ(sent(), 2U);
  EXPECT_EQ(world.mailbox.messages.back().to.e164, "+64279991234");
  EXPECT_THAT(prompt(2), HasSubstr("Two phones of yours end 1234. Type text 1234-1 for phone 1, or text 1234-2 for\n"
                                   "phone 2.\nEnter the code from the text.\n"));
  world.clock.time = world.clock.time + 30s;
  static_cast<void>(log_in({"text 1234-3", "call 4711", " TEXT  1234-2 "}));
  EXPECT_THAT(prompt(1), HasSubstr("You have no phone ending 1234-3 here. Type text 1234-1 or text 1234-2.\n"));
  EXPECT_THAT(prompt(2), HasSubstr("You have no phone ending 4711 here. Type call 1234-1 or call 1234-2.\n"));
  EXPECT_THAT(prompt(3), HasSubstr("We sent a text to your phone ending 1234."));
}

TEST_F(Phones, WhereOneIsThereItsWordIsNamed) {
  enrol(kLandline, PhoneUse::call);
  static_cast<void>(log_in({"text 1234", "call 1234"}));
  for (const std::size_t at : {1U, 2U})
    EXPECT_THAT(prompt(at), HasSubstr("You have no phone ending 1234 here. Type call.\n"));
}

TEST_F(Phones, ANumberWhoseCountryWasTakenOffTheListIsReachedNoMore) {
  world.enrol("alice", Uid{1000});
  enrol();
  world.settings.phone.countries = {"BE"};
  static_cast<void>(log_in({"text", "call", "resend"}));
  EXPECT_THAT(prompt(0), HasSubstr("Other ways: recovery code, help\n"));
  EXPECT_THAT(prompt(1), HasSubstr("Nothing can be texted to you here."));
  EXPECT_EQ(sent(), 0U);
  // While somebody is asked.
  world.settings.phone.countries = {"NZ"};
  world.dialogue.before_answer = [this](doubles::Script&) { world.settings.phone.countries = {"BE"}; };
  static_cast<void>(log_in({"text"}));
  EXPECT_EQ(sent(), 0U);
  EXPECT_THAT(world.store.state.messages, IsEmpty());
}

}  // namespace
}  // namespace mfa
