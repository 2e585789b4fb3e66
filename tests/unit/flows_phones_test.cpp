// Telephones at a login: the text that comes by itself, the words text, call and resend, and what may not go out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/flows/login.h"
#include "common/flows/own_data.h"
#include "common/flows/requests.h"
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
constexpr char kMobile[] = "+64211231234";
constexpr char kOtherMobile[] = "+64275555678";
constexpr char kLandline[] = "+6433669900";
constexpr char kCode[] = "(the code that was sent)";
constexpr char kNoCode[] = "(a code that was not sent)";

GatewaySettings gateway(const std::string& name, bool texts, bool calls, bool press) {
  GatewaySettings made;
  made.name = name;
  made.texts = texts;
  made.calls = calls;
  made.press = press;
  return made;
}

class Phones : public testing::Test {
 protected:
  Phones() {
    world.settings.issuer = "Example University";
    world.settings.helpdesk = "Service Desk, 0800 650 200";
    world.settings.gateways = {gateway("all", true, true, true)};
    world.settings.phone.countries = {"NZ", "BE"};
    world.dialogue.before_answer = [this](doubles::Script& script) {
      if (script.answers.empty() || !script.answers.front()) return;
      std::string& answer = *script.answers.front();
      if (answer == kCode) answer = world.mailbox.code();
      if (answer == kNoCode) answer = wrong();
    };
  }
  [[nodiscard]] std::string wrong() const {
    for (int number = 0;; ++number) {
      std::string digits = std::to_string(1'000'000 + number).substr(1);
      if (std::ranges::none_of(world.mailbox.messages,
                               [&](const PhoneMessage& message) { return message.code.text() == digits; }) &&
          world.code() != digits)
        return digits;
    }
  }
  void enrol(const std::string& number = kMobile, PhoneUse use = PhoneUse::text, const std::string& name = "alice",
             Uid uid = Uid{1000}) {
    ASSERT_TRUE(world.store.write([&](Transaction& tx) {
      auto person = tx.person_by_name({name});
      if (!person) person = tx.add_person({name}, uid, world.clock.time);
      Factor factor;
      factor.number = person->next_factor++;
      factor.name = "phone " + std::to_string(factor.number);
      factor.detail = PhoneFactor{.number = {number}, .use = use};
      tx.add_factor(person->id, factor);
      tx.save(*person);
    }));
  }
  LoginVerdict log_in(std::vector<std::expected<std::string, DialogueError>> answers,
                      const std::string& user = "alice") {
    world.dialogue.prompts.clear();
    world.dialogue.answers = std::move(answers);
    LoginFacts facts;
    facts.user = user;
    facts.service = service;
    facts.rhost = "203.0.113.7";
    facts.tty = "ssh";
    facts.from_root = from_root;
    facts.password_passed = password_passed;
    return login(world.engine, facts, from_root ? kRoot : Caller{.uid = Uid{1000}, .pid = 2}, world.dialogue);
  }
  Asker asker() {
    return {.caller = {.uid = Uid{1000}, .pid = 42},
            .terminal = TerminalId{"session 7 tty 3"},
            .password = world.passwords,
            .dialogue = world.dialogue};
  }
  const std::string& prompt(std::size_t number) { return world.dialogue.prompts.at(number).text; }
  std::size_t sent() const { return world.mailbox.messages.size(); }
  std::uint32_t failures() { return world.person("alice").lockout.failures; }
  const PhoneCode& kept(std::uint32_t factor = 1) { return world.store.state.phone_codes.at({1, factor}); }

  World world;
  std::string service = "sshd";
  bool from_root = true;
  bool password_passed = true;
};

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
      {Delivery::refused, Refusal::unanswered, "Nobody answered your phone ending 9900.\n"},
      {Delivery::refused, Refusal::busy, "Your phone ending 9900 is busy.\n"},
      {Delivery::refused, Refusal::declined, "Your phone ending 9900 declined our call.\n"},
      {Delivery::refused, Refusal::no_number, "Your phone ending 9900 cannot be called: there is no such number.\n"},
      {Delivery::refused, Refusal::unknown, "Our call to your phone ending 9900 was not answered.\n"},
      {Delivery::failed, Refusal::unknown,
       "The call could not be made. Use another way, or ask Service Desk, 0800 650 200.\n"},
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
    EXPECT_THAT(prompt(3), AllOf(HasSubstr(std::string("on lab-gw\n") + row.said),
                                 HasSubstr("Type call to get a code on your phone ending 9900.\nOther ways: help\n")));
    EXPECT_THAT(prompt(4), Not(HasSubstr(row.said))) << "once";
  }
  // Behind a wrong code, too.
  world.clock.time = world.clock.time + 10min;
  world.dialogue.before_answer = [&](doubles::Script& script) {
    if (script.prompts.size() == 2) world.mailbox.ends(Delivery::refused, Refusal::busy);
    asked(script);
  };
  static_cast<void>(log_in({"call", kNoCode}));
  EXPECT_THAT(prompt(2), HasSubstr("That code is not right. 2 tries left.\nYour phone ending 9900 is busy.\n"));
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
  EXPECT_THAT(prompt(1), HasSubstr("Our last call was not answered. We can call again in 10 minutes.\n"
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
  EXPECT_THAT(prompt(1), HasSubstr("Nobody pressed # on your phone ending 9900.\n"));
}

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
  EXPECT_THAT(prompt(2), HasSubstr("Enter the code from the text.\nOther ways: resend, app, recovery code, help\n"));
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
  EXPECT_THAT(prompt(1), HasSubstr("No phone of yours can be used here."));
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
  EXPECT_THAT(prompt(1), HasSubstr("Our last call was not answered. We can call again in 9 minutes."));
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

TEST_F(Phones, ACodeDiesAfterTenMinutesAndSaysSo) {
  enrol();
  static_cast<void>(log_in({}));
  const std::string code = world.mailbox.code();
  world.clock.time = world.clock.time + 10min;
  world.mailbox.answer = Delivery::failed;  // or a new one would take its place
  world.store.state.messages.clear();
  world.settings.phone.budget.per_user_per_hour = 0;
  EXPECT_NE(log_in({code}).result, LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("That code has expired. Type resend for a new one.\n"));
  EXPECT_EQ(failures(), 0U);
}

TEST_F(Phones, ACodeLetsInOnceAndSaysSo) {
  enrol();
  ASSERT_EQ(log_in({kCode}).result, LoginResult::passed);
  const std::string code = world.mailbox.code();
  world.settings.phone.budget.per_user_per_hour = 1;
  EXPECT_NE(log_in({code}).result, LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("That code was already used. Type resend for a new one.\n"));
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
    EXPECT_THAT(prompt(2), AllOf(HasSubstr("That code is not right."), Not(HasSubstr("newest"))));
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

TEST_F(Phones, OfSeveralPhonesOneIsMeantByHowItEnds) {
  enrol();
  enrol(kOtherMobile);
  EXPECT_EQ(log_in({"text 5678", kCode}).result, LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("Other ways: resend, text 1234, text 5678, call 1234, call 5678, help\n"));
  EXPECT_THAT(prompt(1), HasSubstr("We sent a text to your phone ending 5678."));
  EXPECT_EQ(world.mailbox.messages.back().to.e164, kOtherMobile);
  EXPECT_EQ(world.store.state.events.back().factor, "sms-2");
  static_cast<void>(log_in({"text 4711"}));
  EXPECT_THAT(prompt(1), HasSubstr("You have no phone ending 4711 here."));
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
  EXPECT_EQ(log_in({"text 1", "call 2", "text 3", kCode}).result, LoginResult::wrong) << "each costs a round";
  EXPECT_THAT(world.dialogue.prompts, SizeIs(3));
}

TEST_F(Phones, TwoThatEndAlikeAreNumbered) {
  enrol();
  enrol("+64279991234");
  enrol("+64279991234", PhoneUse::call);
  static_cast<void>(log_in({"text 1234-2", "text 1234"}));
  EXPECT_THAT(prompt(0), HasSubstr("Other ways: resend, text 1234-1, text 1234-2, call 1234-1, call 1234-2, help\n"));
  EXPECT_EQ(sent(), 2U);
  EXPECT_EQ(world.mailbox.messages.back().to.e164, "+64279991234");
  EXPECT_THAT(prompt(2), HasSubstr("You have no phone ending 1234 here."));
}

TEST_F(Phones, ANumberWhoseCountryWasTakenOffTheListIsReachedNoMore) {
  world.enrol("alice", Uid{1000});
  enrol();
  world.settings.phone.countries = {"BE"};
  static_cast<void>(log_in({"text", "call", "resend"}));
  EXPECT_THAT(prompt(0), HasSubstr("Other ways: recovery code, help\n"));
  EXPECT_THAT(prompt(1), HasSubstr("No phone of yours can be used here."));
  EXPECT_EQ(sent(), 0U);
  // While somebody is asked.
  world.settings.phone.countries = {"NZ"};
  world.dialogue.before_answer = [this](doubles::Script&) { world.settings.phone.countries = {"BE"}; };
  static_cast<void>(log_in({"text"}));
  EXPECT_EQ(sent(), 0U);
  EXPECT_THAT(world.store.state.messages, IsEmpty());
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
  EXPECT_THAT(prompt(3),
              HasSubstr("The last texts could not be sent. We can try again in 10 minutes. Use another\nway, "
                        "or ask Service Desk, 0800 650 200.\n"));
  world.clock.time = world.clock.time + 599s;
  static_cast<void>(log_in({"call"}));
  EXPECT_EQ(sent(), 3U);
  world.clock.time = world.clock.time + 1s;
  world.mailbox.answer = Delivery::sent;
  EXPECT_EQ(log_in({kCode}).result, LoginResult::passed);
  static_cast<void>(log_in({}));
  EXPECT_THAT(prompt(0), HasSubstr("No more texts can be sent now.")) << "now it is used up";
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

TEST_F(Phones, ACallThatWasNotMadeWasNotUnanswered) {
  enrol(kLandline, PhoneUse::call);
  world.mailbox.answer = Delivery::failed;
  static_cast<void>(log_in({"call", "call"}));
  EXPECT_EQ(sent(), 2U);
  EXPECT_THAT(prompt(2), HasSubstr("The call could not be made. Use another way"));
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
  EXPECT_THAT(prompt(0),
              HasSubstr("No more texts can be sent now. Use another way, or ask Service Desk, 0800 650\n200.\n"
                        "You have no recovery codes. Ask Service Desk, 0800 650 200.\n"));
  EXPECT_THAT(world.journal.notes, Contains("messages at 80 percent numbers=proven per_day=5").Times(1));
  EXPECT_THAT(world.journal.notes, Contains("messages used up numbers=proven per_day=5").Times(1));
}

TEST_F(Phones, OneUnansweredCallStopsCallsForTenMinutes) {
  enrol(kMobile);
  world.mailbox.answer = Delivery::refused;
  world.settings.gateways[0].texts = false;
  static_cast<void>(log_in({"call", "call"}));
  EXPECT_EQ(sent(), 1U);
  EXPECT_THAT(prompt(1), HasSubstr("Our call to your phone ending 1234 was not answered.\n"));
  EXPECT_THAT(prompt(2), HasSubstr("Our last call was not answered. We can call again in 10 minutes."));
  world.clock.time = world.clock.time + 10min;
  world.mailbox.answer = Delivery::sent;
  static_cast<void>(log_in({"call"}));
  EXPECT_EQ(sent(), 2U);
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
            "Type text to get a code on your phone ending 1234.\n"
            "Other ways: call, app, recovery code, help\n"
            "Verification code: ");
  EXPECT_THAT(world.store.state.events[1].reason, HasSubstr("failed"));
  EXPECT_EQ(world.store.state.messages.back().end, MessageEnd::failed);
  world.mailbox.answer = Delivery::sent;
  world.clock.time = world.clock.time + 30s;
  EXPECT_EQ(log_in({kCode}).result, LoginResult::passed);
  EXPECT_EQ(sent(), 2U);
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
  EXPECT_THAT(prompt(1), HasSubstr("No phone of yours can be used here."));
  world.settings.gateways = {gateway("texts", true, false, false)};
  static_cast<void>(log_in({}));
  EXPECT_THAT(prompt(0), HasSubstr("Other ways: text (phone ending 1234), recovery code, help\n"));
  world.settings.phone.calls = MessageMode::press;
  world.settings.gateways = {gateway("reads out only", false, true, false)};
  static_cast<void>(log_in({}));
  EXPECT_THAT(prompt(0), HasSubstr("Other ways: recovery code, help\n"));
  EXPECT_EQ(sent(), 0U);
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
