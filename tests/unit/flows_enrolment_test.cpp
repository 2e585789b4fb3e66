// Enrolment inside the login: what is asked, what counts when, and what is left behind when it breaks off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "common/domain/base32.h"
#include "common/flows/login.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::Script;
using doubles::World;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr Caller kRoot{.uid = Uid{0}, .pid = 1};
constexpr std::string_view kEnrolmentCode = "0abc1def2ghj";

class Enrolling : public testing::Test {
 protected:
  Enrolling() {
    Rule rule;
    rule.name = "everyone";
    rule.mfa = Requirement::require;
    world.settings.rules = {rule};
    facts.user = "alice";
    facts.service = "sshd";
    facts.rhost = "203.0.113.7";
    facts.tty = "ssh";
    facts.from_root = true;
    facts.password_passed = true;
  }
  // "CODE" stands for the code of the key that was shown, after `k`.
  LoginResult log_in(std::vector<std::string> answers) {
    world.dialogue.prompts.clear();
    world.dialogue.answers.clear();
    world.dialogue.before_answer = [this, answers = std::move(answers), next = std::size_t{0}](Script& script) mutable {
      if (next >= answers.size()) return;
      std::string answer = answers[next++];
      if (answer == "CODE") answer = shown_code();
      script.answers.emplace_back(answer);
    };
    verdict = login(world.engine, facts, kRoot, world.dialogue);
    return verdict.result;
  }
  std::string shown_key() {
    std::string key;
    for (const Prompt& prompt : world.dialogue.prompts) {
      std::smatch found;
      if (std::regex_search(prompt.text, found, std::regex("Key: ([A-Z2-7 ]+)\n"))) key = found[1];
    }
    std::erase(key, ' ');
    return key;
  }
  std::string shown_code() {
    const std::string key = shown_key();
    return key.empty() ? "000000" : world.code_of(*base32_decode(key));
  }
  LoginResult enrol() { return log_in({"app", "k", "CODE", "iPhone", ""}); }
  const std::string& prompt(std::size_t number) { return world.dialogue.prompts.at(number).text; }
  bool knows(const std::string& name) {
    return std::ranges::any_of(world.store.state.people,
                               [&](const Person& person) { return person.name.value == name; });
  }
  std::vector<Factor> factors() {
    return knows("alice") ? world.store.state.factors[world.person("alice").id.value] : std::vector<Factor>{};
  }
  void give_code(UnixTime until) {
    ASSERT_TRUE(world.store.write([&](Transaction& tx) {
      const auto person = tx.person_by_name({"alice"});
      const PersonId id = person ? person->id : tx.add_person({"alice"}, Uid{1000}, world.clock.time).id;
      tx.keep_enrolment_code(id, kEnrolmentCode, until);
    }));
  }
  Rule& rule() { return world.settings.rules.at(0); }
  std::vector<EventKind> kinds() {
    std::vector<EventKind> result;
    for (const Event& event : world.store.state.events) result.push_back(event.kind);
    return result;
  }

  World world;
  LoginFacts facts;
  LoginVerdict verdict;
};

TEST_F(Enrolling, ANewStudentGetsFromThePasswordToTheShellInOneLogin) {
  EXPECT_EQ(enrol(), LoginResult::passed);
  EXPECT_EQ(verdict.reason, "totp-1");
  ASSERT_THAT(factors(), SizeIs(1));
  EXPECT_EQ(factors()[0].name, "iPhone");
  EXPECT_THAT(world.store.state.codes.at(1), SizeIs(10));
  EXPECT_THAT(kinds(),
              testing::ElementsAre(EventKind::factor_added, EventKind::recovery_codes_made, EventKind::login_passed));
  EXPECT_THAT(world.store.state.pending, IsEmpty());
  // The app's codes log in from now on; the confirming one is spent.
  const std::string code = world.code_of(std::get<TotpFactor>(factors()[0].detail).key);
  EXPECT_EQ(log_in({code}), LoginResult::conversation);
  EXPECT_THAT(prompt(1), HasSubstr("already used"));
  world.clock.time = world.clock.time + world.settings.totp.period;
  EXPECT_EQ(log_in({world.code_of(std::get<TotpFactor>(factors()[0].detail).key)}), LoginResult::passed);
}

TEST_F(Enrolling, ThePromptsAreThoseThatTheProductPageShows) {
  (void)log_in({"", "k", "CODE", "", ""});
  EXPECT_EQ(prompt(0),
            "Multi-factor authentication for alice on lab-gw\n"
            "Your account needs a second factor. Choose one:\n"
            "  app    an authenticator app on your phone (works offline, recommended)\n"
            "Your choice [app]: ");
  EXPECT_THAT(prompt(1), StartsWith("Scan this with your authenticator app, then type the six digits\nit shows.\n"));
  EXPECT_THAT(prompt(1), HasSubstr("█"));
  EXPECT_THAT(prompt(1),
              testing::EndsWith("\nCannot scan? k shows the key, a draws it in plain characters, i inverts it.\n"
                                "Verification code: "));
  EXPECT_EQ(std::ranges::count(prompt(1), '\n') <= 23, true) << "more than 24 rows";
  EXPECT_EQ(prompt(3), "Name of this device [authenticator app]: ");
  EXPECT_THAT(prompt(4), StartsWith("Keep these recovery codes; each works once when your phone is\nnot at hand.\n  "));
  EXPECT_THAT(prompt(4), testing::EndsWith("\nPress Enter when you have saved them: "));
  EXPECT_EQ(factors().at(0).name, "authenticator app");
}

TEST_F(Enrolling, BackLeadsFromTheAppToTheChoice) {
  EXPECT_EQ(log_in({"app", "back", "app", "k", "CODE", "", ""}), LoginResult::passed);
  EXPECT_THAT(prompt(2), HasSubstr("Your choice [app]: "));
}

TEST_F(Enrolling, BeforeTheDateTryingInVainCostsNoLogin) {
  rule().since = world.clock.time + std::chrono::hours(24);
  EXPECT_EQ(log_in({"app", "1", "2", "3", "4", "5"}), LoginResult::skipped);
  EXPECT_THAT(verdict.text, HasSubstr("No second factor was set up."));
  EXPECT_EQ(log_in({"app", "back", ""}), LoginResult::skipped);
  EXPECT_THAT(factors(), IsEmpty());
  rule().since = world.clock.time;
  EXPECT_EQ(log_in({"app", "1", "2", "3", "4", "5"}), LoginResult::wrong);
}

TEST_F(Enrolling, TheWindowBeginsWithTheFirstLoginThatAsked) {
  rule().enrol_window = std::chrono::hours(24);
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  ASSERT_TRUE(knows("alice")) << "hung up at the choice";
  world.clock.time = world.clock.time + std::chrono::hours(24);
  EXPECT_EQ(log_in({"app"}), LoginResult::conversation);
  EXPECT_THAT(prompt(0), HasSubstr("nrolment code"));
}

TEST_F(Enrolling, AReportedPasswordEnrolsNothingUntilItIsAnother) {
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  world.versions.version = "version-1";
  Person person = world.person("alice");
  person.reported = world.clock.time;
  person.reported_version = "version-1";
  ASSERT_TRUE(world.store.write([&](Transaction& tx) { tx.save(person); }));
  EXPECT_EQ(log_in({"app"}), LoginResult::conversation);
  EXPECT_THAT(prompt(0), HasSubstr("nrolment code"));
  world.versions.version = "version-2";
  EXPECT_EQ(enrol(), LoginResult::passed);
}

TEST_F(Enrolling, InTheLoginIsRecordedWithItsServiceAndPlace) {
  EXPECT_EQ(enrol(), LoginResult::passed);
  const Event& added = world.store.state.events.at(0);
  EXPECT_EQ(added.kind, EventKind::factor_added);
  EXPECT_EQ(added.service, "sshd");
  EXPECT_EQ(added.from, "203.0.113.7");
}

TEST_F(Enrolling, RecoveryCodesStandUntilTheyAreSaidToBeSaved) {
  EXPECT_EQ(log_in({"app", "k", "CODE", "", "no", "help", "y"}), LoginResult::passed);
  EXPECT_THAT(prompt(5), HasSubstr("Here they are once more"));
  EXPECT_THAT(prompt(6), HasSubstr("keep them away from your\nphone"));
}

TEST_F(Enrolling, TheWaysOutOfThePicture) {
  (void)log_in({"app", "a", "i", "i", "k", "a", "000000", "k", "CODE", "", ""});
  EXPECT_THAT(prompt(2), HasSubstr("##"));
  EXPECT_THAT(prompt(2), Not(HasSubstr("█")));
  EXPECT_NE(prompt(3), prompt(2));
  EXPECT_EQ(prompt(4), prompt(2));
  EXPECT_THAT(prompt(5), HasSubstr("Key: "));
  EXPECT_THAT(prompt(7), StartsWith("That is not the code of this key. Is the phone's clock right?\n"));
  EXPECT_THAT(prompt(7), Not(HasSubstr("##"))) << "no picture again and again";
  EXPECT_EQ(verdict.result, LoginResult::passed);
}

TEST_F(Enrolling, BreakingOffAtAnyStepLeavesTheAccountAsItWas) {
  const std::vector<std::string> whole{"app", "k", "CODE", "iPhone", ""};
  for (std::size_t steps = 0; steps < whole.size(); ++steps) {
    EXPECT_EQ(log_in({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(steps)}), LoginResult::conversation);
    EXPECT_THAT(factors(), IsEmpty()) << steps;
    EXPECT_THAT(world.store.state.codes[1], IsEmpty()) << steps;
    EXPECT_THAT(kinds(), Not(Contains(EventKind::factor_added))) << steps;
  }
  EXPECT_EQ(enrol(), LoginResult::passed);
}

TEST_F(Enrolling, WhatWasScannedBeforeIsTakenForAQuarterOfAnHour) {
  for (const int seconds : {15 * 60 - 1, 15 * 60}) {
    (void)log_in({"app", "k"});
    const Secret scanned = *base32_decode(shown_key());
    world.clock.time = world.clock.time + std::chrono::seconds(seconds);
    const auto before = world.store.state;
    const bool in_time = seconds < 15 * 60;
    EXPECT_EQ(log_in({"app", world.code_of(scanned), "", ""}) == LoginResult::passed, in_time);
    ASSERT_THAT(factors(), SizeIs(in_time ? 1 : 0));
    if (in_time) {
      const auto app = std::get<TotpFactor>(factors()[0].detail);
      EXPECT_EQ(app.key, scanned);
      EXPECT_EQ(app.last_step, time_step(world.clock.time, app.parameters.period)) << "its code is spent";
    }
    world.store.state = before;
  }
}

// Or whoever knows the password alone would look at the key that its owner scans next.
TEST_F(Enrolling, NoKeyIsShownTwice) {
  (void)log_in({"app", "k"});
  const std::string thiefs = shown_key();
  EXPECT_EQ(log_in({"app", "k", "CODE", "iPhone", ""}), LoginResult::passed);
  EXPECT_NE(shown_key(), thiefs);
  EXPECT_EQ(base32_encode(std::get<TotpFactor>(factors()[0].detail).key.bytes()), shown_key());
  world.clock.time = world.clock.time + std::chrono::minutes(1);
  EXPECT_NE(log_in({world.code_of(*base32_decode(thiefs))}), LoginResult::passed) << "theirs is worth nothing";
}

TEST_F(Enrolling, WhatWasScannedElsewhereOrWithAnotherPasswordIsNotTaken) {
  const auto scan = [&] {
    (void)log_in({"app", "k"});
    return *base32_decode(shown_key());
  };
  const auto is_taken = [&](const Secret& key) {
    return log_in({"app", world.code_of(key), "", ""}) == LoginResult::passed;
  };
  const Secret first = scan();
  facts.rhost = "198.51.100.9";
  EXPECT_FALSE(is_taken(first));
  facts.rhost = "203.0.113.7";
  EXPECT_FALSE(is_taken(first)) << "another stands in its place";
  const Secret second = scan();
  world.versions.version = "version-2";
  EXPECT_FALSE(is_taken(second));
  const Secret third = scan();
  world.settings.totp.digits = 8;
  EXPECT_FALSE(is_taken(third));
  EXPECT_THAT(factors(), IsEmpty());
}

TEST_F(Enrolling, WithoutAPlaceNothingIsTakenUpAgain) {
  facts.rhost.clear();
  (void)log_in({"app", "k"});
  const std::string key = shown_key();
  (void)log_in({"app", "k"});
  EXPECT_NE(shown_key(), key);
  EXPECT_THAT(world.store.state.pending, IsEmpty());
}

TEST_F(Enrolling, WithoutAFirstFactorNobodyEnrols) {
  facts.password_passed = false;
  EXPECT_EQ(enrol(), LoginResult::denied);
  EXPECT_THAT(world.dialogue.prompts, IsEmpty());
  facts.password_passed = true;
  facts.from_root = false;
  EXPECT_EQ(login(world.engine, facts, Caller{.uid = Uid{1000}}, world.dialogue).result, LoginResult::denied);
}

TEST_F(Enrolling, FiveWrongCodesEndItAndLockNobody) {
  EXPECT_EQ(log_in({"app", "000000", "000000", "000000", "000000", "000000", "CODE"}), LoginResult::wrong);
  EXPECT_THAT(factors(), IsEmpty());
  EXPECT_EQ(world.person("alice").lockout.failures, 0U);
}

TEST_F(Enrolling, OneWhoIsFasterInAnotherWindowWins) {
  world.dialogue.prompts.clear();
  bool raced = false;
  world.dialogue.before_answer = [&](Script& script) {
    const std::size_t number = script.prompts.size();
    const std::vector<std::string> answers{"app", "k", shown_code(), "iPhone", ""};
    if (number == 5 && !raced) {
      raced = true;
      (void)world.enrol("alice-was-here", Uid{4000});
      (void)world.store.write([&](Transaction& tx) {
        const auto person = *tx.person_by_name({"alice"});
        tx.add_factor(person.id,
                      Factor{.number = 7,
                             .name = "other",
                             .added = world.clock.time,
                             .last_used = {},
                             .detail = TotpFactor{.key = World::key(), .parameters = {}, .last_step = {-1}}});
      });
    }
    if (number <= answers.size()) script.answers.emplace_back(answers[number - 1]);
  };
  EXPECT_EQ(login(world.engine, facts, kRoot, world.dialogue).result, LoginResult::denied);
  EXPECT_THAT(factors(), SizeIs(1));
}

TEST_F(Enrolling, HelpIsToBeHadAtEachPrompt) {
  EXPECT_EQ(log_in({"help", "app", "k", "help", "CODE", "help", "", "help", ""}), LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("Any such app will do"));
  EXPECT_THAT(prompt(1), testing::EndsWith("Your choice [app]: "));
  EXPECT_THAT(prompt(4), StartsWith("In the app choose to add an account"));
  EXPECT_THAT(prompt(4), Not(HasSubstr("█"))) << "the picture is a letter away";
  EXPECT_THAT(prompt(6), StartsWith("The name tells your devices apart"));
  EXPECT_THAT(prompt(8), StartsWith("Print them or write them down"));
  EXPECT_EQ(factors().at(0).name, "authenticator app") << "and not: help";
}

// --- before the date

TEST_F(Enrolling, BeforeTheDateEnterPutsItOff) {
  rule().since = world.clock.time + std::chrono::hours(24 * 9);
  EXPECT_EQ(log_in({""}), LoginResult::skipped);
  EXPECT_EQ(prompt(0),
            "Multi-factor authentication for alice on lab-gw\n"
            "From 15 January 2027 (in 9 days) your account needs a second factor. Choose one to set it up now:\n"
            "  app    an authenticator app on your phone (works offline, recommended)\n"
            "Press Enter to do it later.\n"
            "Your choice: ");
  EXPECT_EQ(enrol(), LoginResult::passed);
  EXPECT_THAT(factors(), SizeIs(1));
}

TEST_F(Enrolling, BeforeTheDateRubbishPutsItOffToo) {
  rule().since = world.clock.time + std::chrono::hours(24);
  EXPECT_EQ(log_in({"402913", "what?", "no"}), LoginResult::skipped);
}

TEST_F(Enrolling, OnTheDateEnterTakesTheApp) {
  rule().since = world.clock.time;
  EXPECT_EQ(log_in({"", "k", "CODE", "", ""}), LoginResult::passed);
}

TEST_F(Enrolling, BeforeTheDateHelpSaysThatItCanWait) {
  rule().since = world.clock.time + std::chrono::hours(24);
  EXPECT_EQ(log_in({"help", ""}), LoginResult::skipped);
  EXPECT_THAT(prompt(1), HasSubstr("Or press Enter: you are reminded at your next login."));
}

// --- when the password alone is not enough

TEST_F(Enrolling, AfterTheWindowAnEnrolmentCodeComesFirst) {
  (void)log_in({"app"});  // seen for the first time
  world.clock.time = world.clock.time + std::chrono::hours(24 * 30);
  EXPECT_EQ(log_in({"app", "k"}), LoginResult::conversation);
  EXPECT_THAT(prompt(0), testing::EndsWith("Enrolment code: "));
  EXPECT_THAT(prompt(1), HasSubstr("An enrolment code looks like"));
  give_code(world.clock.time + std::chrono::hours(24));
  EXPECT_EQ(log_in({std::string(kEnrolmentCode), "app", "k", "CODE", "", ""}), LoginResult::passed);
  EXPECT_THAT(world.store.state.enrolment_codes, IsEmpty()) << "it works once";
}

TEST_F(Enrolling, HelpWithAnEnrolmentCodeIsNoGuess) {
  rule().enrol = EnrolBy::code;
  give_code(world.clock.time + std::chrono::hours(24));
  EXPECT_EQ(log_in({"help", "help", "help", std::string(kEnrolmentCode), "app", "k", "CODE", "", ""}),
            LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("shows that it is really you who sets this up"));
  EXPECT_EQ(world.person("alice").lockout.failures, 0U);
}

TEST_F(Enrolling, AWrongEnrolmentCodeCountsAsAWrongCode) {
  rule().enrol = EnrolBy::code;
  give_code(world.clock.time + std::chrono::hours(24));
  EXPECT_EQ(log_in({"7k3m92qxd4tp", "7k3m92qxd4tp", "7k3m92qxd4tp"}), LoginResult::wrong);
  EXPECT_EQ(log_in({"7k3m92qxd4tp", "7k3m92qxd4tp"}), LoginResult::locked);
  EXPECT_EQ(log_in({std::string(kEnrolmentCode), "app"}), LoginResult::locked);
}

TEST_F(Enrolling, AnEnrolmentCodeIsGoodUntilItsDate) {
  rule().enrol = EnrolBy::code;
  give_code(world.clock.time + std::chrono::hours(24));
  world.clock.time = world.clock.time + std::chrono::hours(24);
  EXPECT_EQ(log_in({std::string(kEnrolmentCode)}), LoginResult::conversation);
  EXPECT_THAT(prompt(1), HasSubstr("not right"));
}

TEST_F(Enrolling, AnEnrolmentCodeThatBreaksOffIsNotSpent) {
  rule().enrol = EnrolBy::code;
  give_code(world.clock.time + std::chrono::hours(24));
  (void)log_in({std::string(kEnrolmentCode), "app", "k", "CODE"});
  EXPECT_EQ(log_in({std::string(kEnrolmentCode), "app", "k", "CODE", "", ""}), LoginResult::passed);
}

TEST_F(Enrolling, WhereTheRuleRefusesNobodyIsAsked) {
  rule().enrol = EnrolBy::refuse;
  EXPECT_EQ(enrol(), LoginResult::denied);
  EXPECT_THAT(world.dialogue.prompts, IsEmpty());
  EXPECT_THAT(verdict.text, HasSubstr("needs a second factor"));
}

TEST_F(Enrolling, AtAGreeterOneIsToldWhereToGo) {
  facts.service = "gdm-password";
  EXPECT_EQ(enrol(), LoginResult::denied);
  EXPECT_THAT(world.dialogue.prompts, IsEmpty());
  EXPECT_THAT(verdict.text, HasSubstr("over SSH"));
}

TEST_F(Enrolling, AFactorThatDoesNotCountIsProvenFirst) {
  world.enrol("alice", Uid{1000});
  ASSERT_TRUE(world.store.write([&](Transaction& tx) {
    const PersonId id = tx.person_by_name({"alice"})->id;
    tx.remove_factor(id, 1);
    tx.add_factor(id, Factor{.number = 1,
                             .name = "YubiKey",
                             .added = world.clock.time,
                             .last_used = {},
                             .detail = KeyFactor{.type = "sk-ssh-ed25519@openssh.com", .fingerprint = "SHA256:x"}});
  }));
  rule().factors = {FactorKind::totp};
  EXPECT_EQ(log_in({"app"}), LoginResult::conversation);
  EXPECT_THAT(prompt(0), HasSubstr("First prove that it is you"));
  EXPECT_EQ(log_in({"7k3m92qxd4tp", "app", "k", "CODE", ""}), LoginResult::passed);
  EXPECT_THAT(factors(), SizeIs(2));
}

TEST_F(Enrolling, EveryFailureOfTheStoreDeniesAndKeepsNothing) {
  const auto before = world.store.state;
  world.store.operations = 0;
  ASSERT_EQ(enrol(), LoginResult::passed);
  const int operations = world.store.operations;
  ASSERT_GT(operations, 10);
  for (int failing = 0; failing < operations; ++failing) {
    world.store.state = before;
    world.store.fail_at = failing;
    EXPECT_EQ(enrol(), LoginResult::unavailable) << failing;
    EXPECT_THAT(factors(), IsEmpty()) << failing;
  }
}

}  // namespace
}  // namespace mfa
