// The language that people chose: in logins, in what is sent to them, in what is refused; and never in the trail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/domain/country_names.h"
#include "common/flows/choose_language.h"
#include "common/flows/helpdesk_grants.h"
#include "common/flows/helpdesk_identify.h"
#include "common/flows/login.h"
#include "common/flows/phones.h"
#include "common/flows/privacy.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::World;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr char kPassword[] = "correct horse";
constexpr Uid kAlice{1000};
constexpr Uid kClerk{2000};
const PhoneNumber kPhone{"+64211234567"};

class InTheirLanguage : public testing::Test {
 protected:
  InTheirLanguage() {
    find_languages(MFA_CATALOGUES);
    Rule everyone;
    everyone.name = "everyone";
    everyone.mfa = Requirement::require;
    world.settings.rules = {everyone};
    world.settings.phone.countries = {"NZ"};
    GatewaySettings gateway;
    gateway.name = "carrier";
    gateway.texts = gateway.calls = true;
    world.settings.gateways = {gateway};
    world.accounts.people.push_back({{"clerk"}, kClerk, Gid{2000}});
    world.accounts.groups["mfa-helpdesk"] = {"clerk"};
    world.enrol("alice", kAlice);
  }
  ~InTheirLanguage() override { find_languages("/nowhere"); }

  Asker asker(Uid uid = kAlice) {
    return {.caller = {.uid = uid, .pid = 42},
            .terminal = TerminalId{"session 7 tty 3"},
            .password = world.passwords,
            .dialogue = world.dialogue};
  }
  LoginVerdict log_in(std::vector<std::expected<std::string, DialogueError>> answers, const std::string& user = "alice",
                      bool password_passed = true) {
    world.dialogue.prompts.clear();
    world.dialogue.answers = std::move(answers);
    LoginFacts facts;
    facts.user = user;
    facts.service = "sshd";
    facts.rhost = "203.0.113.7";
    facts.tty = "ssh";
    facts.from_root = true;
    facts.password_passed = password_passed;
    return login(world.engine, facts, Caller{.uid = Uid{0}, .pid = 1}, world.dialogue);
  }
  void speaks(const std::string& tag, Uid who = kAlice) {
    const auto chosen = choose_language(world.engine, asker(who), tag);
    ASSERT_TRUE(chosen) << chosen.error().text;
    EXPECT_EQ(chosen->language, tag);
  }
  const std::string& prompt(std::size_t at) { return world.dialogue.prompts.at(at).text; }

  World world;
};

TEST_F(InTheirLanguage, ACountryIsMeantByItsNameThereToo) {
  const Speaking dutch("nl");
  for (char first = 'A'; first <= 'Z'; ++first)
    for (char second = 'A'; second <= 'Z'; ++second) {
      const std::string code{first, second};
      if (country_name(code).empty()) continue;
      EXPECT_THAT(countries_meant(in_words(country_name(code)), in_words), ElementsAre(code));
      EXPECT_THAT(countries_meant(country_name(code), in_words), ElementsAre(code)) << "English is understood, too";
    }
  for (const char* typed : {"Duitsland", "duitsland ", "DUITSLAND", "+49", "Germany"})
    EXPECT_THAT(countries_meant(typed, in_words), ElementsAre("DE")) << typed;
  for (const char* typed : {"belgie", "België", "verenigd koninkrijk", "het Verenigd Koninkrijk"})
    EXPECT_THAT(countries_meant(typed, in_words), SizeIs(1)) << typed;
  EXPECT_THAT(countries_meant("de"), ElementsAre("DE")) << "a code, and no article";
  EXPECT_THAT(countries_meant("Duitsland"), SizeIs(0)) << "not in English";
}

TEST_F(InTheirLanguage, AChoiceIsToldKeptAndChanged) {
  const auto none = choose_language(world.engine, asker(), "");
  ASSERT_TRUE(none);
  EXPECT_EQ(none->language, "en");
  EXPECT_FALSE(none->chosen || none->changed);
  EXPECT_THAT(none->offered, SizeIs(2));
  for (const bool changed : {true, false}) {
    const auto dutch = choose_language(world.engine, asker(), "NL-be");
    ASSERT_TRUE(dutch);
    EXPECT_EQ(dutch->language, "nl");
    EXPECT_TRUE(dutch->chosen);
    EXPECT_EQ(dutch->changed, changed);
  }
  EXPECT_EQ(world.person("alice").language, "nl");
  const auto unknown = choose_language(world.engine, asker(), "tlh");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().text, "There are no texts in that language. There are: en (English), nl (Nederlands).");
  EXPECT_EQ(world.person("alice").language, "nl") << "nothing is lost";
  EXPECT_THAT(world.store.state.events, SizeIs(0)) << "anybody could fill the trail";
}

TEST_F(InTheirLanguage, WhoHasNoFactorYetChoosesTooAndIsNobodyElse) {
  speaks("nl", kClerk);
  EXPECT_EQ(world.person("clerk").uid, kClerk);
  // The name has another number now: nobody's until root says so.
  std::ranges::find(world.accounts.people, kClerk, &Account::uid)->uid = Uid{4000};
  const auto refused = choose_language(world.engine, asker(Uid{4000}), "en");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("name or number has changed"));
  EXPECT_EQ(world.person("clerk").language, "nl");
}

TEST_F(InTheirLanguage, ALoginSpeaksIt) {
  speaks("nl");
  const LoginVerdict verdict = log_in({world.wrong_code(), "help", world.code()});
  EXPECT_EQ(verdict.result, LoginResult::passed);
  EXPECT_THAT(prompt(0), StartsWith("Meervoudige verificatie voor alice op lab-gw\n"));
  EXPECT_THAT(prompt(0), HasSubstr("Typ de code van je authenticator-app"));
  EXPECT_THAT(prompt(1), HasSubstr("Die code klopt niet. Nog 2 pogingen."));
  EXPECT_THAT(prompt(2), HasSubstr("Je kunt typen:"));
  for (const auto& one : world.dialogue.prompts)
    EXPECT_THAT(one.text, EndsWith("\nVerification code: ")) << "programs look for it";
  for (const Event& event : world.store.state.events) EXPECT_THAT(event.reason, testing::AnyOf("", "wrong", "totp-1"));
}

TEST_F(InTheirLanguage, BeforeThePasswordNobodyLearnsWhatSomebodyChose) {
  speaks("nl");
  static_cast<void>(log_in({world.wrong_code()}, "alice", false));
  const std::string of_alice = prompt(0);
  static_cast<void>(log_in({world.wrong_code()}, "nobody-here", false));
  EXPECT_THAT(of_alice, StartsWith("Multi-factor authentication for alice"));
  EXPECT_THAT(prompt(0), StartsWith("Multi-factor authentication for nobody-here"));
  world.settings.language = "nl";
  static_cast<void>(log_in({world.wrong_code()}, "nobody-here", false));
  EXPECT_THAT(prompt(0), StartsWith("Meervoudige verificatie voor nobody-here"));
}

TEST_F(InTheirLanguage, AServerHasOneForWhoChoseNone) {
  world.settings.language = "nl";
  EXPECT_EQ(log_in({world.code()}).result, LoginResult::passed);
  EXPECT_THAT(prompt(0), StartsWith("Meervoudige verificatie"));
  speaks("en");
  EXPECT_EQ(log_in({world.code(1)}).result, LoginResult::passed);
  EXPECT_THAT(prompt(0), StartsWith("Multi-factor authentication"));
  world.settings.language = "tlh";
  world.clock.time = world.clock.time + std::chrono::seconds(90);
  speaks("en");
  EXPECT_EQ(log_in({world.code()}).result, LoginResult::passed);
}

TEST_F(InTheirLanguage, WhatIsSentToAPhoneIsInItsOwnersLanguage) {
  ASSERT_TRUE(world.store.write([&](Transaction& tx) {
    Factor phone;
    phone.number = 2;
    phone.name = "phone";
    phone.added = world.clock.time;
    phone.detail = PhoneFactor{.number = kPhone, .use = PhoneUse::text, .language = "en"};
    tx.add_factor(world.person("alice").id, phone);
  }));
  speaks("nl");
  world.dialogue.before_answer = [this](doubles::Script& script) {
    if (!script.answers.empty() && script.answers.front() == "sent") script.answers.front() = world.mailbox.code();
  };
  EXPECT_EQ(log_in({"text", "sent"}).result, LoginResult::passed);
  ASSERT_THAT(world.mailbox.messages, SizeIs(1));
  EXPECT_EQ(world.mailbox.messages[0].language, "nl");
  EXPECT_THAT(std::string(world.mailbox.messages[0].text.text()),
              HasSubstr("is je code om in te loggen op lab-gw. Was jij dat niet?"));
  EXPECT_THAT(prompt(1), HasSubstr("We stuurden een sms naar je telefoon eindigend op 4567."));

  // A clerk who reads English has a code sent to alice, who reads Dutch.
  world.dialogue.prompts.clear();
  world.clock.time = world.clock.time + std::chrono::hours(1);
  world.dialogue.answers = {kPassword, "text", "sent"};
  ASSERT_TRUE(helpdesk_identify(world.engine, asker(kClerk), {.user = "alice", .reason = "test", .checked = ""}));
  ASSERT_THAT(world.mailbox.messages, SizeIs(2));
  EXPECT_THAT(std::string(world.mailbox.messages[1].text.text()),
              HasSubstr("is je code om voor te lezen aan de helpdesk van lab-gw"));
  EXPECT_THAT(world.dialogue.prompts.back().text, HasSubstr("We sent a text to their phone ending 4567."));
}

TEST_F(InTheirLanguage, TheTrailIsInEnglishWhateverAClerkReads) {
  speaks("nl", kClerk);
  world.dialogue.answers = {kPassword};
  const HelpdeskRequest request{.user = "alice", .reason = "phone at home", .checked = "student card"};
  {
    const Speaking dutch("nl");  // as their request is served
    ASSERT_TRUE(helpdesk_bypass(world.engine, asker(kClerk), request, std::chrono::hours(48), 1));
  }
  EXPECT_EQ(world.store.state.events.back().reason, "1 login within 2 days; phone at home; checked: student card");
}

TEST_F(InTheirLanguage, ANameThatWeGaveSaysNoMoreThere) {
  speaks("nl");
  ASSERT_TRUE(world.store.write([&](Transaction& tx) {
    const Person alice = *tx.person_by_name({"alice"});
    Factor app = tx.factors(alice.id).front();
    app.name = "authenticator app";
    tx.save_factor(alice.id, app);
    Event event;
    event.kind = EventKind::factor_added;
    event.at = world.clock.time;
    event.user = "alice";
    event.factor = "totp-1";
    tx.append(event);
  }));
  EXPECT_EQ(log_in({world.code()}).result, LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("Een authenticator-app is op "));
}

TEST_F(InTheirLanguage, WhatIsToldAndRefusedIsInIt) {
  const Speaking dutch("nl");
  const auto kept = privacy(world.engine, asker());
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->never, "Je wachtwoord, en codes in leesbare vorm, worden nergens bewaard.");
  const auto refused_default = set_default(world.engine, asker(), "no-such");
  ASSERT_FALSE(refused_default);
  EXPECT_EQ(refused_default.error().text, "Je hebt geen factor no-such.");
  EXPECT_EQ(refused_default.error().hint, "Bekijk de jouwe met: mfa-enroll status");
}

}  // namespace
}  // namespace mfa
