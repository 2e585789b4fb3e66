// Telephones are added: country, number, the code that proves it; in a login, in the guided set-up and by mfa-enroll.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/flows/guided.h"
#include "common/flows/login.h"
#include "common/flows/phones.h"
#include "common/flows/texts.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using namespace std::chrono_literals;
using doubles::World;
using testing::AllOf;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr Caller kRoot{.uid = Uid{0}, .pid = 1};
constexpr char kPassword[] = "correct horse";
constexpr char kNumber[] = "021 123 1234";
constexpr char kE164[] = "+64211231234";
constexpr char kCode[] = "(the code that was sent)";
constexpr char kNoCode[] = "(a code that was not sent)";

class PhoneSetUps : public testing::Test {
 protected:
  PhoneSetUps() {
    world.settings.issuer = "Example University";
    world.settings.helpdesk = "Service Desk";
    world.settings.phone.countries = {"NZ", "BE"};
    GatewaySettings& all = world.settings.gateways.emplace_back();
    all.name = "all";
    all.texts = all.calls = all.press = true;
    world.accounts.people.push_back({{"clerk"}, Uid{2000}, Gid{2000}});
    world.accounts.groups["mfa-helpdesk"] = {"clerk"};
    world.settings.protected_groups = {"wheel"};
    world.dialogue.before_answer = [this](doubles::Script& script) {
      if (script.answers.empty() || !script.answers.front()) return;
      std::string& answer = *script.answers.front();
      if (answer == kCode) answer = world.mailbox.code();
      if (answer == kNoCode) answer = world.mailbox.code() == "123456" ? "654321" : "123456";
    };
  }
  Asker asker(Uid uid = Uid{1000}) {
    return {.caller = {.uid = uid, .pid = 42},
            .terminal = TerminalId{"session 7 tty 3"},
            .password = world.passwords,
            .dialogue = world.dialogue};
  }
  void say(std::vector<std::expected<std::string, DialogueError>> answers) {
    world.dialogue.prompts.clear();
    world.dialogue.answers = std::move(answers);
  }
  auto enrol(std::vector<std::expected<std::string, DialogueError>> answers, const PhoneWanted& wanted = {},
             const std::string& name = "", Uid uid = Uid{1000}) {
    say(std::move(answers));
    return enrol_phone(world.engine, asker(uid), name, wanted);
  }
  const std::string& prompt(std::size_t number) { return world.dialogue.prompts.at(number).text; }
  std::size_t sent() const { return world.mailbox.messages.size(); }
  std::vector<Factor>& factors(std::int64_t person = 1) { return world.store.state.factors[person]; }

  World world;
};

TEST_F(PhoneSetUps, ACountryANumberAndACode) {
  const auto reply = enrol({kPassword, "", kNumber, kCode}, {}, "mobile");
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->factor, "sms-1");
  EXPECT_EQ(reply->kind, "sms");
  EXPECT_EQ(reply->detail, "ending 1234");
  EXPECT_THAT(reply->recovery_codes, SizeIs(10));
  EXPECT_EQ(prompt(1),
            "Which country is your number from: New Zealand or Belgium? Type its name, code\n"
            "or prefix (+64), or back.\nCountry [NZ]: ");
  EXPECT_EQ(prompt(2), "Your number in New Zealand (+64), as you would dial it there. Or back.\nPhone number: ");
  EXPECT_EQ(prompt(3),
            "We sent a text to your phone +64211231234. Its code works for 10 minutes.\n"
            "Type the code. Other words: resend, back (another number), help\n"
            "Verification code: ");
  EXPECT_EQ(world.mailbox.text(), "Example University: " + world.mailbox.code() +
                                      " is your code to add this phone on lab-gw. Not you? Tell Service Desk.");
  ASSERT_THAT(factors(), SizeIs(1));
  EXPECT_EQ(factors()[0].name, "mobile");
  EXPECT_EQ(std::get<PhoneFactor>(factors()[0].detail).number.e164, kE164);
  EXPECT_TRUE(world.store.state.phone_codes.empty());
  for (const Event& event : world.store.state.events)
    EXPECT_THAT(event.reason, AllOf(Not(HasSubstr("1231234")), Not(HasSubstr(world.mailbox.code()))));
}

TEST_F(PhoneSetUps, NothingCountsBeforeTheCode) {
  for (std::size_t given = 0; given < 4; ++given) {
    world.store.state = {};
    std::vector<std::expected<std::string, DialogueError>> answers{kPassword, "", kNumber};
    answers.resize(std::min(given, answers.size()));
    EXPECT_FALSE(enrol(answers));
    EXPECT_THAT(factors(), IsEmpty());
  }
}

TEST_F(PhoneSetUps, ACountryByNameCodeOrPrefix) {
  for (const char* country : {"be", "Belgium", "+32", "0032", "32"}) {
    world.store.state = {};
    world.clock.time = world.clock.time + 1min;
    ASSERT_TRUE(enrol({kPassword, country, "0470 12 34 56", kCode})) << country;
    EXPECT_EQ(std::get<PhoneFactor>(factors()[0].detail).number.e164, "+32470123456") << country;
  }
}

TEST_F(PhoneSetUps, OtherCountriesAreRefusedWithTheListOfThose) {
  EXPECT_FALSE(enrol({kPassword, "France", "Atlantis"}));
  EXPECT_THAT(prompt(2),
              HasSubstr("Numbers from France cannot be used here. Use one from New Zealand or Belgium.\nWhich"));
  EXPECT_THAT(prompt(3), HasSubstr("There is no country of that name, code or prefix. Use one from New Zealand or\n"
                                   "Belgium.\n"));
  // Nor does a number that says itself where it is from get around that.
  EXPECT_FALSE(enrol({kPassword, "", "+1 212 555 0100"}));
  EXPECT_THAT(prompt(3), HasSubstr("Numbers from the United States cannot be used here. Use one from New Zealand or\n"
                                   "Belgium.\nYour number in New Zealand"));
  EXPECT_FALSE(enrol({kPassword, "+44", "France"}));
  EXPECT_THAT(prompt(2), HasSubstr("Numbers from there cannot be used here.")) << "four countries share it";
  EXPECT_EQ(sent(), 0U);
  world.settings.phone.countries = {"NL"};
  world.settings.phone.default_country = "NL";
  EXPECT_FALSE(enrol({kPassword, ""}));
  EXPECT_EQ(prompt(1),
            "Numbers from the Netherlands (+31) can be used here. Press Enter, or type back.\n"
            "Country [NL]: ");
  EXPECT_THAT(prompt(2), HasSubstr("Your number in the Netherlands (+31), as"));
  world.settings.phone.countries = {"NZ", "BE", "AU", "FR", "DE", "NL"};
  world.settings.phone.default_country.clear();
  EXPECT_FALSE(enrol({kPassword}));
  EXPECT_EQ(prompt(1),
            "Which country is your number from? Type its name, code or prefix (+64), or\nback.\nCountry [NZ]: ");
  world.settings.phone.countries = {"NZ", "BE"};
  const auto reply = enrol({kPassword}, {.number = "", .country = "France"});
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().text, HasSubstr("New Zealand or Belgium"));
}

TEST_F(PhoneSetUps, WhatCostsMoreOrTakesNoTextsIsRefused) {
  EXPECT_FALSE(enrol({kPassword, "", "0900 0900", "03 366 9900", "03 366 0800", "rubbish", kNumber}));
  EXPECT_THAT(prompt(3), HasSubstr(texts::folded(sentence(NumberRefusal::premium))));
  EXPECT_THAT(prompt(4), HasSubstr("That is a landline, which takes no texts.\n"
                                   "It can be called: mfa-enroll phone --call. Or type a mobile number.\n"));
  EXPECT_THAT(prompt(5), HasSubstr(texts::folded(sentence(NumberRefusal::voip))));
  EXPECT_THAT(prompt(6), HasSubstr(std::string(sentence(NumberRefusal::not_a_number))));
  EXPECT_EQ(sent(), 1U);
  world.store.state = {};
  const auto landline = enrol({kPassword, "", "03 366 9900", kCode}, {.use = PhoneUse::call});
  ASSERT_TRUE(landline) << landline.error().text;
  EXPECT_EQ(landline->factor, "call-1");
  EXPECT_EQ(world.mailbox.messages.back().use, PhoneUse::call);
}

TEST_F(PhoneSetUps, BackCorrectsWhatCameBefore) {
  const auto reply = enrol({kPassword, "BE", "back", "NZ", "021 999 9999", "back", kNumber, kCode});
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(std::get<PhoneFactor>(factors()[0].detail).number.e164, kE164);
  EXPECT_EQ(sent(), 2U);
}

TEST_F(PhoneSetUps, BackFromTheFirstQuestionEndsItAsWished) {
  const auto left = enrol({kPassword, "help", "back"});
  ASSERT_FALSE(left);
  EXPECT_THAT(prompt(2), HasSubstr("Numbers from New Zealand and\nBelgium can be used here.\n"
                                   "Type back to end this; nothing is changed then.\n"));
  EXPECT_EQ(left.error().text, "");
  EXPECT_EQ(left.error().hint, "Nothing was changed.");
}

// Where text or call was chosen, and an app could have been.
TEST_F(PhoneSetUps, AnAppCanBeChosenAfterAll) {
  Rule rule;
  rule.name = "everyone";
  rule.mfa = Requirement::require;
  world.settings.rules = {rule};
  LoginFacts facts;
  facts.user = "alice";
  facts.service = "sshd";
  facts.from_root = facts.password_passed = true;
  constexpr const char* kOther = "021 345 6788";
  world.settings.phone.budget.unproven_per_user_per_day = 1;
  for (const auto& steps : {std::vector<std::string>{"app"}, {"", "app"}, {"", kNumber, "back", kOther, "app"}}) {
    std::vector<std::expected<std::string, DialogueError>> answers{"text"};
    answers.insert(answers.end(), steps.begin(), steps.end());
    say(answers);
    static_cast<void>(login(world.engine, facts, kRoot, world.dialogue));
    EXPECT_THAT(world.dialogue.prompts.back().text, HasSubstr("Scan this with your authenticator app"));
  }
  EXPECT_THAT(prompt(5), AllOf(HasSubstr("You have had as many texts and calls as you can get. The next\none is"),
                               HasSubstr("To set up an authenticator app instead, type app.\n")));
  // Behind the last prompt there is no word to type.
  world.store.state = {};
  say({"text", "", kNumber, "back", kOther, kOther, kOther, kOther, kOther});
  EXPECT_THAT(login(world.engine, facts, kRoot, world.dialogue).text,
              AllOf(HasSubstr("The next one is possible"), Not(HasSubstr("instead, type app")),
                    HasSubstr("Log in again to set up an authenticator app (type app), or ask Service Desk.")));
  world.store.state = {};
  world.settings.phone.budget.unproven_per_user_per_day = 3;
  world.mailbox.answer = Delivery::failed;
  say({"text", "", kNumber, "help", "back", "help"});
  static_cast<void>(login(world.engine, facts, kRoot, world.dialogue));
  EXPECT_THAT(prompt(3), HasSubstr("The text could not be sent. Try again, or ask Service Desk.\n"
                                   "To set up an authenticator app instead, type app.\nYour number"));
  for (const std::size_t at : {4U, 6U}) EXPECT_THAT(prompt(at), HasSubstr("instead, type app.\n"));
  // A rule that takes none leads to none.
  world.settings.rules[0].factors = {FactorKind::sms};
  say({"text", "app", "", kNumber});
  static_cast<void>(login(world.engine, facts, kRoot, world.dialogue));
  EXPECT_THAT(prompt(2), HasSubstr("There is no country of that name"));
  EXPECT_THAT(prompt(4), Not(HasSubstr("type app")));
  world.settings.rules[0].factors = {};
  say({kPassword, "call", "", "app"});
  static_cast<void>(guided_set_up(world.engine, asker()));
  EXPECT_THAT(world.dialogue.prompts.back().text, HasSubstr("digits your app shows"));
}

TEST_F(PhoneSetUps, APhoneIsNotOfferedToWhomNothingCanBeSent) {
  world.settings.phone.budget.unproven_per_user_per_day = 1;
  say({kPassword, "text", "", kNumber});
  static_cast<void>(guided_set_up(world.engine, asker()));
  EXPECT_THAT(prompt(1), HasSubstr("  text   "));
  say({kPassword, "text", "app"});
  static_cast<void>(guided_set_up(world.engine, asker()));
  EXPECT_THAT(prompt(1), AllOf(HasSubstr("  app    "), Not(HasSubstr("  text   ")), Not(HasSubstr("  call   "))));
  EXPECT_THAT(world.dialogue.prompts.back().text, HasSubstr("digits your app shows"));
  // Where nothing else can be set up, they hear why.
  Rule rule;
  rule.name = "everyone";
  rule.mfa = Requirement::require;
  rule.factors = {FactorKind::sms};
  world.settings.rules = {rule};
  say({kPassword, "text", "", "021 345 6788"});
  static_cast<void>(guided_set_up(world.engine, asker()));
  EXPECT_THAT(world.dialogue.prompts.back().text, HasSubstr("You have had as many texts and calls as you can get."));
}

TEST_F(PhoneSetUps, AGatewayThatDoesNotAnswerIsWaitedForOnce) {
  world.mailbox.answer = Delivery::failed;
  world.mailbox.tries = {{.gateway = "all", .delivery = Delivery::failed, .detail = "", .silent = true}};
  EXPECT_FALSE(enrol({kPassword, "", kNumber, kNumber}));
  EXPECT_EQ(sent(), 1U);
  for (const std::size_t at : {3U, 4U})
    EXPECT_THAT(prompt(at), HasSubstr("The text could not be sent. Try again later, or ask Service Desk.\n"
                                      "Or set up an authenticator app instead: mfa-enroll totp\n"));
}

TEST_F(PhoneSetUps, ACodeOfTheNumberBeforeProvesNothing) {
  say({kPassword, "", "021 999 9999", "back", kNumber, kCode, kCode});
  world.dialogue.before_answer = [this](doubles::Script& script) {
    if (script.answers.empty() || !script.answers.front()) return;
    std::string& answer = *script.answers.front();
    if (answer == kCode) answer = world.mailbox.messages.front().code.text();
  };
  EXPECT_FALSE(enrol_phone(world.engine, asker(), "", {}));
  EXPECT_THAT(factors(), IsEmpty());
}

TEST_F(PhoneSetUps, ACodeForALoginProvesNoNumberAndNoneOfANumberLetsIn) {
  ASSERT_TRUE(enrol({kPassword, "", kNumber, kCode}));
  const std::string code = world.mailbox.code();
  LoginFacts facts;
  facts.user = "alice";
  facts.service = "sshd";
  facts.from_root = true;
  facts.password_passed = true;
  world.mailbox.answer = Delivery::failed;
  say({code});
  EXPECT_NE(login(world.engine, facts, kRoot, world.dialogue).result, LoginResult::passed);
}

TEST_F(PhoneSetUps, FiveTriesThenTheCodeIsDead) {
  const auto refused = enrol({kPassword, "", kNumber, kNoCode, "what", kNoCode, kNoCode, kNoCode});
  ASSERT_FALSE(refused);
  EXPECT_THAT(prompt(4), HasSubstr("That code is not right. 4 tries left.\n"));
  EXPECT_THAT(prompt(5), HasSubstr("That is not a code. Type the six digits.\n"));
  EXPECT_THAT(prompt(6), HasSubstr("That code is not right. 3 tries left.\n")) << "what is no code is no try";
  EXPECT_THAT(prompt(8), HasSubstr("That code is not right. 1 try left.\n"));
  EXPECT_EQ(refused.error().text, "The dialogue was broken off; nothing was changed.");
  // One more of the same code, in another dialogue; after it, it is dead, and that is said.
  world.clock.time = world.clock.time + 1min;
  EXPECT_EQ(enrol({kPassword, "", kNumber, kNoCode, "111111", "222222", "help", "333333", "111111"}).error().text,
            "The code we sent has been tried too often.");
  EXPECT_THAT(prompt(4), HasSubstr("The code we sent has been tried too often. Type resend for a new one.\n"));
  const std::string code = world.mailbox.code();
  world.clock.time = world.clock.time + 1min;
  EXPECT_FALSE(enrol({kPassword, "", kNumber, code}));
  EXPECT_EQ(sent(), 2U) << "a new one";
  EXPECT_NE(world.mailbox.code(), code);
  EXPECT_THAT(factors(), IsEmpty());
}

TEST_F(PhoneSetUps, AResendIsTheSameCode) {
  ASSERT_FALSE(enrol({kPassword, "", kNumber, "resend"}));
  EXPECT_THAT(prompt(4), HasSubstr("type resend in 30 seconds."));
  const std::string code = world.mailbox.code();
  world.clock.time = world.clock.time + 30s;
  ASSERT_TRUE(enrol({kPassword, "", kNumber, "resend", kCode}));
  EXPECT_EQ(sent(), 2U);
  EXPECT_EQ(world.mailbox.code(), code);
}

TEST_F(PhoneSetUps, ThreeADayWhileRegisteringAndNeverThoseOfProvenNumbers) {
  for (int i = 0; i < 10; ++i) {
    static_cast<void>(enrol({kPassword, "", "021 555 000" + std::to_string(i)}));
    world.clock.time = world.clock.time + 6min;
  }
  EXPECT_EQ(sent(), 3U);
  EXPECT_THAT(world.dialogue.prompts.back().text, HasSubstr("as many texts and calls as you can get"));
}

TEST_F(PhoneSetUps, ThirtyFiveStolenPasswordsLeaveProvenNumbersTheirTexts) {
  world.settings.phone.budget.unproven_per_day = 50;
  ASSERT_TRUE(enrol({kPassword, "", kNumber, kCode}));
  for (std::uint32_t i = 0; i < 35; ++i) {
    const std::string name = "victim" + std::to_string(i);
    world.accounts.people.push_back({{name}, Uid{3000 + i}, Gid{3000}});
    for (int number = 0; number < 4; ++number) {
      static_cast<void>(enrol({kPassword, "", "021 7" + std::to_string(100 + i) + "00" + std::to_string(number)}, {},
                              "", Uid{3000 + i}));
      world.clock.time = world.clock.time + 1s;
    }
  }
  EXPECT_EQ(sent(), 50U);
  LoginFacts facts;
  facts.user = "alice";
  facts.service = "sshd";
  facts.from_root = true;
  facts.password_passed = true;
  say({kCode});
  EXPECT_EQ(login(world.engine, facts, kRoot, world.dialogue).result, LoginResult::passed);
}

// One telephone is not rung by all whose passwords are known; nor is one of them enough to keep its owner from adding
// it.
TEST_F(PhoneSetUps, ANumberIsNotTextedByManyStrangers) {
  for (std::uint32_t i = 0; i < 12; ++i) {
    const std::string name = "victim" + std::to_string(i);
    world.accounts.people.push_back({{name}, Uid{3000 + i}, Gid{3000}});
    static_cast<void>(enrol({kPassword, "", kNumber}, {}, "", Uid{3000 + i}));
  }
  EXPECT_EQ(sent(), 9U);
}

TEST_F(PhoneSetUps, AStrangerCannotKeepANumberFromItsOwner) {
  world.accounts.people.push_back({{"stranger"}, Uid{3000}, Gid{3000}});
  for (int i = 0; i < 10; ++i) {
    static_cast<void>(enrol({kPassword, "", kNumber, "resend"}, {}, "", Uid{3000}));
    world.clock.time = world.clock.time + 1min;
  }
  EXPECT_EQ(sent(), 3U);
  EXPECT_TRUE(enrol({kPassword, "", kNumber, kCode}));
}

TEST_F(PhoneSetUps, ANumberThatTookNoTextIsTypedAgainLater) {
  world.mailbox.answer = Delivery::refused;
  static_cast<void>(enrol({kPassword, "", kNumber, kNumber}));
  EXPECT_EQ(sent(), 1U);
  EXPECT_THAT(prompt(3), HasSubstr("takes no texts"));
  EXPECT_THAT(prompt(4), HasSubstr("We tried that number just now. Type it again in 30 seconds.\n"));
  EXPECT_THAT(prompt(4), Not(HasSubstr("resend")));
}

TEST_F(PhoneSetUps, TheCodeIsAskedForWhileThePhoneRings) {
  world.mailbox.rings = true;
  const PhoneWanted call{.use = PhoneUse::call};
  const auto reply = enrol({kPassword, "", kNumber, "", "resend", "back", "021 999 9999", kNumber, kCode}, call);
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_THAT(prompt(3), HasSubstr("We are calling your phone +64211231234. It will read out six digits, twice.\n"
                                   "Type the code."));
  for (const std::size_t later : {4U, 5U})
    EXPECT_THAT(prompt(later), HasSubstr("We are still calling your phone +64211231234."));
  EXPECT_THAT(prompt(7), HasSubstr("We are still calling the number before. Type this one again when that is over.\n"));
  EXPECT_THAT(prompt(8), HasSubstr("We are still calling your phone +64211231234."));
  EXPECT_EQ(sent(), 1U);
  world.mailbox.ends(Delivery::sent);
  EXPECT_TRUE(world.store.state.phone_codes.empty()) << "what ends afterwards brings nothing back";
}

TEST_F(PhoneSetUps, WhatBecameOfTheCallIsSaidAtTheNextPrompt) {
  world.mailbox.rings = true;
  const auto asked = world.dialogue.before_answer;
  world.dialogue.before_answer = [&](doubles::Script& script) {
    if (script.prompts.size() == 4) world.mailbox.ends(Delivery::refused, Refusal::busy);
    if (script.prompts.size() == 6 && sent() > 1) world.mailbox.ends(Delivery::failed);
    asked(script);
  };
  const PhoneWanted call{.use = PhoneUse::call};
  EXPECT_FALSE(enrol({kPassword, "", kNumber, "", "resend"}, call));
  for (const auto& [at, said] :
       {std::pair{4U, "Your phone +64211231234 is busy."}, std::pair{5U, "Our last call came to nothing."}})
    EXPECT_EQ(prompt(at), std::string(said) +
                              " We can call again in 10 minutes.\n"
                              "Or set up an authenticator app instead: mfa-enroll totp\n"
                              "Type the code. Other words: back (another number), help\n"
                              "Verification code: ");
  world.clock.time = world.clock.time + 10min;
  world.dialogue.before_answer = [&](doubles::Script& script) {
    if (script.prompts.size() == 4) world.mailbox.ends(Delivery::failed);
    asked(script);
  };
  ASSERT_TRUE(enrol({kPassword, "", kNumber, kNoCode, "resend", kCode}, call));
  EXPECT_THAT(prompt(4), HasSubstr("That code is not right. 4 tries left.\n"
                                   "The call could not be made. Try again, or ask Service Desk.\n"));
  EXPECT_THAT(prompt(4), HasSubstr("Other words: resend, back"));
  EXPECT_THAT(prompt(5), HasSubstr("We are calling your phone +64211231234."));
}

TEST_F(PhoneSetUps, NobodyIsCalledBeforeTheBudgetAllowsIt) {
  world.settings.phone.calls = MessageMode::press;
  world.settings.phone.budget.unproven_per_user_per_day = 0;
  const PhoneWanted call{.use = PhoneUse::call};
  EXPECT_FALSE(enrol({kPassword, "", kNumber}, call));
  EXPECT_THAT(world.dialogue.shown, IsEmpty());
  EXPECT_THAT(prompt(2), HasSubstr("as you would dial it there. Or back.\n"
                                   "We call it then: answer, and press # on that phone.\nPhone number: "));
  world.settings.phone.budget.unproven_per_user_per_day = 1;
  EXPECT_TRUE(enrol({kPassword, "", kNumber, "123456", "help", ""}, call));
  EXPECT_THAT(prompt(4), HasSubstr("There is no code to type: press # on that phone, then Enter here.\n"));
  EXPECT_THAT(prompt(5), HasSubstr("Your phone rings: answer, press # on it, then Enter here.\nresend calls again;"));
  world.settings.phone.calls = MessageMode::code;
  static_cast<void>(enrol({kPassword, "", "021 999 9999"}, call));
  EXPECT_THAT(prompt(2), HasSubstr("We call it then, and a voice reads out a code.\nPhone number: "));
}

TEST_F(PhoneSetUps, GoingBackAndForthEnds) {
  std::vector<std::expected<std::string, DialogueError>> answers{kPassword};
  for (int i = 0; i < 100; ++i) {
    answers.emplace_back("NZ");
    answers.emplace_back("back");
  }
  EXPECT_FALSE(enrol(answers));
  EXPECT_THAT(world.dialogue.prompts, SizeIs(41));
}

TEST_F(PhoneSetUps, AnOutageUsesUpNobodysTries) {
  world.mailbox.answer = Delivery::failed;
  for (int i = 0; i < 6; ++i) {
    static_cast<void>(enrol({kPassword, "", kNumber}));
    world.clock.time = world.clock.time + 5min;
  }
  world.mailbox.answer = Delivery::sent;
  EXPECT_TRUE(enrol({kPassword, "", kNumber, kCode}));
}

// One stolen password, and a provider that hangs up: three strangers hear of it in a day, and no more.
TEST_F(PhoneSetUps, WhatMayHaveGoneOutCountsAndItsCodeIsAskedFor) {
  world.mailbox.answer = Delivery::unclear;
  for (int i = 0; i < 12; ++i) {
    static_cast<void>(enrol({kPassword, "", "021 123 10" + std::to_string(10 + i)}));
    world.clock.time = world.clock.time + 10min;
  }
  EXPECT_EQ(sent(), 3U);
  EXPECT_TRUE(world.mailbox.messages.back().unproven);
  world.clock.time = world.clock.time + 24h;
  const auto reply = enrol({kPassword, "", kNumber, kCode});
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_THAT(prompt(3), HasSubstr("Our text to your phone +64211231234 may come or not"));
  EXPECT_THAT(prompt(3), HasSubstr("type resend"));
}

TEST_F(PhoneSetUps, ANumberServesThreePeople) {
  for (std::uint32_t i = 0; i < 5; ++i) {
    const std::string name = "flatmate" + std::to_string(i);
    world.accounts.people.push_back({{name}, Uid{3000 + i}, Gid{3000}});
    const auto reply = enrol({kPassword, "", kNumber, kCode}, {}, "", Uid{3000 + i});
    EXPECT_EQ(reply.has_value(), i < 3) << i;
    world.clock.time = world.clock.time + 25h;
  }
  EXPECT_EQ(sent(), 3U);
  EXPECT_THAT(prompt(3), HasSubstr("Three people use that number already, and no more may. Use another.\n"));
}

TEST_F(PhoneSetUps, ANumberIsAddedOnce) {
  ASSERT_TRUE(enrol({kPassword, "", kNumber, kCode}));
  world.clock.time = world.clock.time + 1min;
  static_cast<void>(enrol({"", kNumber}));
  EXPECT_THAT(world.dialogue.prompts.back().text, HasSubstr("You have that phone already, as sms-1."));
  EXPECT_EQ(sent(), 1U);
}

TEST_F(PhoneSetUps, WhatIsGivenIsNotAskedFor) {
  const auto reply = enrol({kPassword, kCode}, {.number = "0470 12 34 56", .country = "Belgium"});
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(world.numbers.asked.back(), (std::pair<std::string, std::string>("0470 12 34 56", "BE")));
}

TEST_F(PhoneSetUps, PressingHashProvesANumber) {
  world.settings.phone.calls = MessageMode::press;
  const auto reply = enrol({kPassword, "", "03 366 9900", ""}, {.use = PhoneUse::call});
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_THAT(world.dialogue.prompts.back().text, HasSubstr("# was pressed. Press Enter.\n"));
  world.store.state = {};
  world.mailbox.rings = true;
  world.dialogue.before_answer = [&](doubles::Script& script) {
    if (script.prompts.size() == 5) world.mailbox.ends(Delivery::approved);
  };
  EXPECT_TRUE(enrol({kPassword, "", "03 366 9900", "", "resend", ""}, {.use = PhoneUse::call}));
  EXPECT_THAT(prompt(3), HasSubstr("We are calling your phone +6433669900. Answer it, and press #.\n"
                                   "Answer the call, and press # on the phone. Then press Enter here.\n"));
  EXPECT_THAT(prompt(4), HasSubstr("We are still calling your phone +6433669900."));
  EXPECT_THAT(prompt(5), HasSubstr("# was pressed. Press Enter.\n"));
  world.store.state = {};
  EXPECT_FALSE(enrol({kPassword, "", "03 366 9900"}, {.use = PhoneUse::call}));
  EXPECT_TRUE(world.mailbox.messages.back().unwanted.stop_requested());
  world.mailbox.rings = false;
  world.dialogue.before_answer = nullptr;
  world.store.state = {};
  world.mailbox.press = Delivery::refused;
  EXPECT_FALSE(enrol({kPassword, "", "03 366 9900"}, {.use = PhoneUse::call}));
  EXPECT_THAT(factors(), IsEmpty());
}

TEST_F(PhoneSetUps, WithoutCountriesOrAGatewayThereAreNone) {
  world.settings.phone.countries.clear();
  EXPECT_FALSE(enrol({kPassword}));
  EXPECT_THAT(world.dialogue.prompts, IsEmpty());
  world.settings.phone.countries = {"NZ"};
  world.settings.gateways[0].texts = false;
  EXPECT_FALSE(enrol({kPassword}));
  EXPECT_THAT(world.dialogue.prompts, IsEmpty());
}

TEST_F(PhoneSetUps, WhoHasAFactorProvesItFirst) {
  world.enrol("alice", Uid{1000});
  EXPECT_FALSE(enrol({kPassword, "000000", "000000", "000000"}));
  EXPECT_EQ(sent(), 0U);
  EXPECT_TRUE(enrol({kPassword, world.code(), "", kNumber, kCode}));
}

// --- in the login, and guided

TEST_F(PhoneSetUps, InTheLoginThatAsksForIt) {
  Rule rule;
  rule.name = "everyone";
  rule.mfa = Requirement::require;
  world.settings.rules = {rule};
  LoginFacts facts;
  facts.user = "alice";
  facts.service = "sshd";
  facts.rhost = "203.0.113.7";
  facts.tty = "ssh";
  facts.from_root = true;
  facts.password_passed = true;
  say({"text", "back", "text", "", kNumber, kCode, "my mobile", ""});
  const LoginVerdict verdict = login(world.engine, facts, kRoot, world.dialogue);
  EXPECT_EQ(verdict.result, LoginResult::passed);
  EXPECT_EQ(prompt(0),
            "Multi-factor authentication for alice on lab-gw\n"
            "Your account needs a second factor. Choose one:\n"
            "  app    an authenticator app on your phone (works offline, recommended)\n"
            "  text   a text message to a mobile phone\n"
            "  call   a call to a mobile or landline phone\n"
            "Your choice [app]: ");
  EXPECT_EQ(prompt(6), "Name of this device [phone]: ");
  EXPECT_THAT(verdict.text, AllOf(HasSubstr("Your phone ending 1234 is set up."), HasSubstr("mfa-enroll totp")));
  ASSERT_THAT(factors(), SizeIs(1));
  EXPECT_EQ(factors()[0].name, "my mobile");
  EXPECT_EQ(world.store.state.events.back().kind, EventKind::login_passed);
  EXPECT_EQ(world.store.state.events.back().factor, "sms-1");
  world.settings.rules[0].factors = {FactorKind::call};
  world.store.state = {};
  say({""});
  static_cast<void>(login(world.engine, facts, kRoot, world.dialogue));
  EXPECT_THAT(prompt(0), AllOf(Not(HasSubstr("  app")), HasSubstr("  call"), EndsWith("Your choice [call]: ")));
}

TEST_F(PhoneSetUps, InTheGuidedSetUp) {
  say({kPassword, "call", "", "03 366 9900", kCode, "", ""});
  const auto reply = guided_set_up(world.engine, asker());
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->factor, "call-1");
}

TEST_F(PhoneSetUps, ANumberInThePlaceOfItsCountryIsTaken) {
  EXPECT_TRUE(enrol({kPassword, kNumber, kCode}));
  ASSERT_THAT(factors(), SizeIs(1));
  EXPECT_EQ(std::get<PhoneFactor>(factors()[0].detail).number.e164, kE164);
}

TEST_F(PhoneSetUps, WhatCannotBeDoneHereIsSaid) {
  world.settings.gateways[0].calls = world.settings.gateways[0].press = false;
  EXPECT_EQ(enrol({}, {.use = PhoneUse::call}).error().text, "Phones cannot be called from here, but texted.");
  world.settings.gateways[0].texts = false;
  EXPECT_EQ(enrol({}).error().text, "Phones cannot be added here.");
  world.settings.phone.countries.clear();
  const auto sent = send_test(world.engine, asker(Uid{0}), {.phone = {.number = kNumber}});
  EXPECT_THAT(sent.error().text, HasSubstr("no countries are listed"));
  EXPECT_THAT(sent.error().hint, HasSubstr("phone.countries"));
}

TEST_F(PhoneSetUps, TheWordsThatPeopleKnowItByWillDo) {
  for (const std::string word : {"text", "sms", "phone"}) {
    say({kPassword, "help", "help", "help", "help", word, std::unexpected(DialogueError::gone)});
    EXPECT_FALSE(guided_set_up(world.engine, asker()));
    EXPECT_THAT(prompt(6), HasSubstr("Country [NZ]: ")) << word;
  }
}

// --- by others

TEST_F(PhoneSetUps, TheHelpdeskRegistersANumberWithoutACode) {
  world.enrol("clerk", Uid{2000});
  const HelpdeskPhone request{
      .user = "alice", .wanted = {.number = kNumber}, .name = "", .reason = "new phone", .checked = "student card"};
  say({kPassword, world.code()});
  const auto reply = helpdesk_phone(world.engine, asker(Uid{2000}), request);
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->factor, "sms-1");
  EXPECT_THAT(reply->recovery_codes, IsEmpty());
  EXPECT_EQ(sent(), 0U);
  const Event& event = world.store.state.events.back();
  EXPECT_EQ(event.kind, EventKind::helpdesk_phone_added);
  EXPECT_EQ(event.actor, "clerk");
  EXPECT_THAT(event.reason, HasSubstr("student card"));
  say({});
  EXPECT_FALSE(helpdesk_phone(world.engine, asker(Uid{1001}), request)) << "no helpdesk";
  HelpdeskPhone other = request;
  other.wanted.number = "03 366 9900";
  EXPECT_FALSE(helpdesk_phone(world.engine, asker(Uid{2000}), other)) << "a landline takes no texts";
}

TEST_F(PhoneSetUps, TheHelpdeskAddsNoFourthPersonToANumber) {
  world.enrol("clerk", Uid{2000});
  for (std::uint32_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(world.store.write([&](Transaction& tx) {
      const Person flatmate = tx.add_person({"flatmate" + std::to_string(i)}, Uid{3000 + i}, world.clock.time);
      Factor factor;
      factor.number = 1;
      factor.detail = PhoneFactor{.number = {kE164}};
      tx.add_factor(flatmate.id, factor);
    }));
  }
  say({kPassword, world.code()});
  const auto reply = helpdesk_phone(
      world.engine, asker(Uid{2000}),
      {.user = "alice", .wanted = {.number = kNumber}, .name = "", .reason = "r", .checked = "student card"});
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().text, HasSubstr("Three people use that number already"));
}

TEST_F(PhoneSetUps, RootTriesTheGatewaysOut) {
  say({});
  const auto test = [this](const PhoneWanted& phone, bool press = false, const std::string& gateway = "",
                           Uid uid = Uid{0}) {
    return send_test(world.engine, asker(uid), {.phone = phone, .press = press, .gateway = gateway});
  };
  EXPECT_FALSE(test({.number = kNumber}, false, "", Uid{1000}));
  const auto reply = test({.number = kNumber});
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->status, "sent");
  EXPECT_EQ(reply->gateway, "mailbox");
  EXPECT_EQ(world.mailbox.text(),
            "Example University: this is a test from lab-gw. Nothing is to be done about it. Did you not expect it? "
            "Tell Service Desk.");
  EXPECT_EQ(world.store.state.events.back().kind, EventKind::test_sent);
  EXPECT_EQ(world.store.state.events.back().reason, "ending 1234 sms");
  EXPECT_FALSE(test({.number = "+1 212 555 0100"}));
  EXPECT_EQ(sent(), 1U);
  EXPECT_EQ(test({.number = "03 366 9900"}).error().hint, "For calls: --call");
  const PhoneWanted call{.use = PhoneUse::call, .number = "03 366 9900"};
  EXPECT_EQ(test(call, true, "all")->status, "approved");
  EXPECT_EQ(world.mailbox.messages.back().only, "all");
  EXPECT_THAT(world.mailbox.text(), HasSubstr("a test from lab-gw. Press the hash key."));
  EXPECT_TRUE(world.mailbox.messages.back().code.empty());
  const auto unknown = test({.number = kNumber}, false, "kannel");
  EXPECT_EQ(unknown.error().text, "There is no gateway kannel.");
  EXPECT_EQ(unknown.error().hint, "Those of mfa.toml: all");
  world.settings.gateways[0].press = false;
  EXPECT_EQ(test(call, true, "all").error().text, "The gateway all is not one that waits for # in a call.");
  EXPECT_EQ(test(call, true).error().hint, "Its [[gateway]] in mfa.toml needs press = true.");
  EXPECT_EQ(sent(), 2U);
}

}  // namespace
}  // namespace mfa
