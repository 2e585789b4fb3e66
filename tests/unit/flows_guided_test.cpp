// The guided set-up of mfa-enroll: the login's enrolment in numbered steps, and what it leaves when it breaks off.
#include "common/flows/guided.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/domain/base32.h"
#include "common/flows/login.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::World;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr char kPassword[] = "correct horse";

// Notes the steps among the prompts.
class Screen : public doubles::Script {
 public:
  void step(int number, int of, std::string_view title) override {
    steps.push_back(std::to_string(number) + "/" + std::to_string(of) + " " + std::string(title) + " before " +
                    std::to_string(prompts.size()));
  }
  std::vector<std::string> steps;
};

class Guided : public testing::Test {
 protected:
  Guided() {
    rule.name = "everyone";
    rule.mfa = Requirement::optional;
    world.settings.rules = {rule};
    world.settings.helpdesk = "Service Desk";
  }
  Asker asker() {
    return {
        .caller = {.uid = Uid{1000}, .pid = 42}, .terminal = terminal, .password = world.passwords, .dialogue = screen};
  }
  // "CODE" stands for the code of the key that was offered.
  bool set_up(std::vector<std::string> answers) {
    screen.prompts.clear();
    screen.steps.clear();
    screen.answers.clear();
    screen.offered_key.clear();
    screen.before_answer = [this, answers = std::move(answers),
                            next = std::size_t{0}](doubles::Script& script) mutable {
      if (next >= answers.size()) return;
      std::string answer = answers[next++];
      if (answer == "CODE") answer = world.code_of(*base32_decode(script.offered_key));
      script.answers.emplace_back(answer);
    };
    reply = guided_set_up(world.engine, asker());
    return reply.has_value();
  }
  const std::string& prompt(std::size_t number) { return screen.prompts.at(number).text; }
  std::vector<Factor> factors() {
    const auto& people = world.store.state.people;
    return people.empty() ? std::vector<Factor>{} : world.store.state.factors[world.person("alice").id.value];
  }
  void forget_step_ups() {
    ASSERT_TRUE(world.store.write([&](Transaction& tx) { tx.forget_step_ups(world.person("alice").id); }));
  }

  World world;
  Rule rule;
  Screen screen;
  std::optional<TerminalId> terminal = TerminalId{"session 7 tty 3"};
  std::expected<FactorReply, RequestError> reply;
};

TEST_F(Guided, FourStepsToAnAppAndItsRecoveryCodes) {
  ASSERT_TRUE(set_up({kPassword, "", "CODE", "iPhone", ""})) << reply.error().text;
  EXPECT_EQ(reply->factor, "totp-1");
  EXPECT_EQ(reply->name, "iPhone");
  EXPECT_THAT(screen.steps,
              ElementsAre("1/4 Prove that it is you before 0", "2/4 Choose your second factor before 1",
                          "3/4 Set up your authenticator app before 2", "4/4 Keep your recovery codes before 4"));
  EXPECT_EQ(prompt(1),
            "Which one would you like?\n"
            "  app    an authenticator app on your phone (works offline, recommended)\n"
            "Your choice [app]: ");
  EXPECT_EQ(prompt(2), "Type the 6 digits your app shows.\nVerification code: ");
  EXPECT_THAT(prompt(4), StartsWith("Keep these recovery codes; each works once"));
  ASSERT_THAT(factors(), SizeIs(1));
  EXPECT_EQ(factors()[0].name, "iPhone");
  EXPECT_THAT(world.store.state.codes.at(1), SizeIs(10));
  EXPECT_THAT(world.store.state.pending, IsEmpty());
}

TEST_F(Guided, WhoHasAFactorIsNotAskedAnything) {
  world.enrol("alice", Uid{1000});
  EXPECT_FALSE(set_up({kPassword, "", "CODE", "", ""}));
  EXPECT_THAT(screen.prompts, IsEmpty());
  EXPECT_THAT(reply.error().hint, HasSubstr("mfa-enroll status"));
}

TEST_F(Guided, AWrongPasswordSetsNothingUp) {
  EXPECT_FALSE(set_up({"wrong", "wrong", "wrong", kPassword}));
  EXPECT_THAT(screen.prompts, SizeIs(3));
  EXPECT_EQ(screen.offered_key, "");
  EXPECT_THAT(factors(), IsEmpty());
}

TEST_F(Guided, AMistypedPasswordCostsNothing) {
  EXPECT_TRUE(set_up({"wrong", kPassword, "app", "CODE", "", ""}));
  EXPECT_EQ(screen.prompts.at(1).text, "That password is not right.\nPassword for alice: ");
  EXPECT_FALSE(screen.prompts.at(1).echo);
}

TEST_F(Guided, BackLeadsFromTheAppToTheChoice) {
  EXPECT_TRUE(set_up({kPassword, "app", "back", "app", "CODE", "", ""}));
  EXPECT_THAT(screen.prompts.at(3).text, HasSubstr("Which one would you like?"));
}

TEST_F(Guided, BreakingOffAtAnyStepLeavesTheAccountAsItWas) {
  const std::vector<std::string> whole{kPassword, "app", "CODE", "iPhone", ""};
  for (std::size_t steps = 0; steps < whole.size(); ++steps) {
    EXPECT_FALSE(set_up({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(steps)})) << steps;
    EXPECT_EQ(reply.error().kind, RequestError::Kind::gone) << steps;
    EXPECT_THAT(factors(), IsEmpty()) << steps;
    EXPECT_THAT(world.store.state.codes[1], IsEmpty()) << steps;
    EXPECT_THAT(world.store.state.events, IsEmpty()) << steps;
    if (steps > 0 && !world.store.state.people.empty()) forget_step_ups();
  }
  EXPECT_TRUE(set_up(whole));
}

// --- what is half done

TEST_F(Guided, WhatWasScannedIsTakenAtTheSameTerminalForAQuarterOfAnHour) {
  for (const int seconds : {15 * 60 - 1, 15 * 60}) {
    (void)set_up({kPassword, "app"});
    const Secret scanned = *base32_decode(screen.offered_key);
    world.clock.time = world.clock.time + std::chrono::seconds(seconds);
    const auto before = world.store.state;
    EXPECT_EQ(set_up({kPassword, "app", world.code_of(scanned), "", ""}), seconds < 15 * 60);
    EXPECT_NE(*base32_decode(screen.offered_key), scanned) << "and never shown again";
    world.store.state = before;
  }
}

TEST_F(Guided, WhatWasScannedAtAnotherTerminalIsNotTaken) {
  (void)set_up({kPassword, "app"});
  const Secret scanned = *base32_decode(screen.offered_key);
  terminal = TerminalId{"session 9 tty 4"};
  EXPECT_FALSE(set_up({kPassword, "app", world.code_of(scanned), "", ""}));
  EXPECT_THAT(factors(), IsEmpty());
}

TEST_F(Guided, AKeyOfALoginIsNotTakenAtAShell) {
  rule.mfa = Requirement::require;
  world.settings.rules = {rule};
  LoginFacts facts;
  facts.user = "alice";
  facts.service = "sshd";
  facts.rhost = "203.0.113.7";
  facts.from_root = facts.password_passed = true;
  world.dialogue.answers = {"app", "k"};
  (void)login(world.engine, facts, Caller{.uid = Uid{0}, .pid = 1}, world.dialogue);
  ASSERT_THAT(world.store.state.pending, SizeIs(1));
  const auto begun = world.store.state;
  const Secret scanned = begun.pending.begin()->second.key;
  for (const std::string place : {"address:203.0.113.7", "203.0.113.7"}) {
    world.store.state = begun;
    terminal = TerminalId{place};
    EXPECT_FALSE(set_up({kPassword, "app", world.code_of(scanned), "", ""})) << place;
  }
}

TEST_F(Guided, WithoutATerminalNothingIsTakenUpAgain) {
  terminal.reset();
  (void)set_up({kPassword, "app"});
  const std::string key = screen.offered_key;
  (void)set_up({kPassword, "app"});
  EXPECT_NE(screen.offered_key, key);
  EXPECT_THAT(world.store.state.pending, IsEmpty());
}

// --- who may

TEST_F(Guided, AnEnrolmentCodeIsAskedForWhereTheRuleWantsOne) {
  rule.mfa = Requirement::require;
  rule.enrol = EnrolBy::code;
  world.settings.rules = {rule};
  ASSERT_TRUE(world.store.write([&](Transaction& tx) {
    tx.keep_enrolment_code(tx.add_person({"alice"}, Uid{1000}, world.clock.time).id, "0abc1def2ghj",
                           world.clock.time + std::chrono::hours(24));
  }));
  EXPECT_FALSE(set_up({kPassword, "help", "app"}));
  EXPECT_THAT(prompt(2), HasSubstr("shows that it is really you"));
  EXPECT_THAT(prompt(2), HasSubstr("If you have none, ask Service Desk."));
  EXPECT_THAT(prompt(3), HasSubstr("An enrolment code looks like"));
  forget_step_ups();
  EXPECT_TRUE(set_up({kPassword, "0abc-1def-2ghj", "app", "CODE", "", ""}));
  EXPECT_THAT(world.store.state.enrolment_codes, IsEmpty()) << "it works once";
}

TEST_F(Guided, WhereAnAppWouldNotCountOneIsToldWhomToAsk) {
  rule.mfa = Requirement::require;
  rule.factors = {FactorKind::key};
  world.settings.rules = {rule};
  EXPECT_FALSE(set_up({kPassword, "app"}));
  EXPECT_THAT(screen.prompts, IsEmpty());
  EXPECT_THAT(reply.error().text, HasSubstr("Ask Service Desk"));
}

TEST_F(Guided, WhoEnrolledInAnotherWindowMeanwhileIsRefused) {
  screen.before_answer = {};
  bool raced = false;
  const auto race = [&](doubles::Script& script) {
    const std::vector<std::string> answers{kPassword, "app", "CODE", "", ""};
    const std::size_t number = script.prompts.size();
    if (number == 5 && !raced) {
      raced = true;
      ASSERT_TRUE(world.store.write([&](Transaction& tx) {
        Factor factor;
        factor.number = 7;
        factor.name = "other";
        factor.detail = TotpFactor{.key = World::key(), .parameters = {}, .last_step = {-1}};
        tx.add_factor(world.person("alice").id, factor);
      }));
    }
    std::string answer = answers.at(number - 1);
    if (answer == "CODE") answer = world.code_of(*base32_decode(script.offered_key));
    script.answers.emplace_back(answer);
  };
  screen.before_answer = race;
  reply = guided_set_up(world.engine, asker());
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().text, HasSubstr("meantime"));
  EXPECT_THAT(factors(), SizeIs(1));
}

// --- help and slips

TEST_F(Guided, HelpIsToBeHadAtEachPromptAndCostsNothing) {
  ASSERT_TRUE(set_up({kPassword, "help", "app", "Help", "help", "help", "help", "help", "CODE", "help", "HELP", "help",
                      "iPhone", "help", ""}))
      << reply.error().text;
  EXPECT_THAT(prompt(2), StartsWith("An authenticator app on your phone shows"));
  EXPECT_THAT(prompt(2), EndsWith("Your choice [app]: "));
  EXPECT_THAT(prompt(4), StartsWith("In the app choose to add an account"));
  EXPECT_THAT(prompt(10), StartsWith("The name tells your devices apart"));
  EXPECT_THAT(prompt(14), StartsWith("Print them or write them down"));
  EXPECT_THAT(prompt(14), HasSubstr("Keep these recovery codes"));
  EXPECT_EQ(factors().at(0).name, "iPhone");
}

TEST_F(Guided, ASlipInTheChoiceGetsAKindAnswer) {
  struct Row {
    std::string typed, said;
  };
  for (const Row& row : {Row{"apps", "Did you mean app?"},
                         {"ap", "Did you mean app?"},
                         {"totp", "That is none of them. Type app"},
                         {"1", "That is none of them. Type app"},
                         {"402913", "There is no code to type yet."},
                         {"correct horse", "That is none of them. Type app"}}) {
    (void)set_up({kPassword, row.typed, "app"});
    EXPECT_THAT(prompt(2), StartsWith(row.said)) << row.typed;
    EXPECT_THAT(prompt(2), Not(HasSubstr("horse"))) << "an answer is never shown again";
    EXPECT_NE(screen.offered_key, "");
    forget_step_ups();
  }
  EXPECT_FALSE(set_up({kPassword, "x", "y", "z", "app"}));
  EXPECT_THAT(reply.error().text, HasSubstr("nothing was set up"));
}

TEST_F(Guided, EveryFailureOfTheStoreChangesNothing) {
  (void)set_up({kPassword, "app"});
  forget_step_ups();
  const auto before = world.store.state;
  world.store.operations = 0;
  ASSERT_TRUE(set_up({kPassword, "app", "CODE", "", ""}));
  const int operations = world.store.operations;
  ASSERT_GT(operations, 10);
  for (int failing = 0; failing < operations; ++failing) {
    world.store.state = before;
    world.store.fail_at = failing;
    EXPECT_FALSE(set_up({kPassword, "app", "CODE", "", ""})) << failing;
    EXPECT_EQ(reply.error().kind, RequestError::Kind::unavailable) << failing;
    EXPECT_THAT(factors(), IsEmpty()) << failing;
  }
}

}  // namespace
}  // namespace mfa
