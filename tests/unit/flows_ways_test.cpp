// Several factors of a person: which the prompt asks for and names, which answers count, and the words at the prompt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/domain/base32.h"
#include "common/flows/code_prompt.h"
#include "common/flows/login.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::World;
using testing::HasSubstr;
using testing::Not;

constexpr Caller kRoot{.uid = Uid{0}, .pid = 1};

class Ways : public testing::Test {
 protected:
  void SetUp() override { world.enrol("alice", Uid{1000}); }
  // Another app, with a key of its own.
  Secret add_app(const std::string& name, int digits = 6) {
    Factor factor;
    Secret key("key of " + name + "............");
    factor.detail = TotpFactor{.key = key, .parameters = {.digits = digits}, .last_step = TimeStep{-1}};
    add(std::move(factor), name);
    return key;
  }
  void add_key(const std::string& name) {
    Factor factor;
    factor.detail = KeyFactor{.type = "sk-ssh-ed25519@openssh.com", .fingerprint = "SHA256:x"};
    add(std::move(factor), name);
  }
  void add(Factor factor, const std::string& name) {
    const auto done = world.store.write([&](Transaction& tx) {
      Person person = *tx.person_by_name({"alice"});
      factor.number = person.next_factor++;
      factor.name = name;
      factor.added = world.clock.time;
      tx.save(person);
      tx.add_factor(person.id, factor);
    });
    ASSERT_TRUE(done);
  }
  void make_default(std::uint32_t number) {
    ASSERT_TRUE(world.store.write([&](Transaction& tx) {
      Person person = *tx.person_by_name({"alice"});
      person.default_factor = number;
      tx.save(person);
    }));
  }
  void only(std::set<FactorKind> kinds) {
    Rule rule;
    rule.name = "everyone";
    rule.mfa = Requirement::require;
    rule.factors = std::move(kinds);
    world.settings.rules = {rule};
  }
  LoginVerdict log_in(const std::vector<std::string>& answers) {
    world.dialogue.prompts.clear();
    world.dialogue.answers.assign(answers.begin(), answers.end());
    LoginFacts facts;
    facts.user = "alice";
    facts.service = "sshd";
    facts.rhost = "203.0.113.7";
    facts.from_root = true;
    return login(world.engine, facts, kRoot, world.dialogue);
  }
  const std::string& prompt(std::size_t number) { return world.dialogue.prompts.at(number).text; }

  World world;
};

TEST_F(Ways, TheDefaultIsNamedFirstAndTheOthersOfItsKindAfterIt) {
  add_app("Pixel");
  (void)log_in({});
  EXPECT_THAT(prompt(0), HasSubstr("Enter the code from your authenticator app (iPhone or Pixel).\n"));
  make_default(2);
  (void)log_in({});
  EXPECT_THAT(prompt(0), HasSubstr("Enter the code from your authenticator app (Pixel or iPhone).\n"));
  add_app("tablet");
  (void)log_in({});
  EXPECT_THAT(prompt(0), HasSubstr("Enter the code from your authenticator app (Pixel, iPhone or tablet).\n"));
  add_app("spare");
  (void)log_in({});
  EXPECT_THAT(prompt(0), HasSubstr("Enter the code from one of your authenticator apps.\n"));
}

TEST_F(Ways, AKeyThatIsTheDefaultLeavesTheAppToBeAskedFor) {
  add_key("YubiKey");
  make_default(2);
  EXPECT_EQ(log_in({world.code()}).result, LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("Enter the code from your authenticator app (iPhone).\n"));
  EXPECT_THAT(prompt(0), Not(HasSubstr("YubiKey")));
}

TEST_F(Ways, ACodeOfAnyOfThemCountsWhicheverIsTheDefault) {
  const Secret pixel = add_app("Pixel");
  const Secret tablet = add_app("tablet", 8);
  const std::string eight = [&] {
    const auto step = time_step(world.clock.time, world.settings.totp.period);
    return hotp_code(tablet, static_cast<std::uint64_t>(step.value), 8, world.settings.totp.algorithm);
  }();
  for (const std::uint32_t chosen : {1U, 2U, 3U}) {
    const auto before = world.store.state;
    make_default(chosen);
    EXPECT_EQ(log_in({world.code()}).reason, "totp-1") << chosen;
    EXPECT_EQ(log_in({world.code_of(pixel)}).reason, "totp-2") << chosen;
    EXPECT_EQ(log_in({eight}).reason, "totp-3") << chosen;
    EXPECT_THAT(log_in({eight.substr(2)}).result, LoginResult::conversation) << "its end alone is no code";
    world.store.state = before;
  }
}

TEST_F(Ways, ASpentCodeOfOneSpendsNoneOfAnother) {
  const Secret pixel = add_app("Pixel");
  ASSERT_EQ(log_in({world.code()}).result, LoginResult::passed);
  EXPECT_EQ(log_in({world.code_of(pixel)}).result, LoginResult::passed);
  (void)log_in({world.code(), world.code_of(pixel)});
  EXPECT_THAT(prompt(1), HasSubstr("already used"));
}

TEST_F(Ways, WhatTheRuleLeavesOutIsNeitherNamedNorCompared) {
  add_key("YubiKey");
  only({FactorKind::key});
  EXPECT_NE(log_in({world.code(), "help", "app"}).result, LoginResult::passed);
  for (std::size_t i = 0; i < world.dialogue.prompts.size(); ++i)
    EXPECT_THAT(prompt(i), Not(HasSubstr("your authenticator app"))) << i;
  EXPECT_THAT(prompt(3), HasSubstr("No authenticator app of yours can be used here.\n"));
  EXPECT_EQ(world.person("alice").lockout.failures, 0U);
  EXPECT_EQ(log_in({"7k3m-92qx-d4tp"}).result, LoginResult::passed) << "but a recovery code is";
}

TEST_F(Ways, HelpTellsWhatCanBeTyped) {
  world.settings.helpdesk = "Service Desk, 0800 650 200";
  add_app("Pixel");
  (void)log_in({"Help"});
  EXPECT_EQ(prompt(1),
            "Multi-factor authentication for alice on lab-gw\n"
            "You can type:\n"
            "- the code from your authenticator app (iPhone or Pixel): open it on your\n"
            "phone; its digits change all the time\n"
            "- one of your recovery codes, such as 7k3m-92qx-d4tp; each works once\n"
            "- notme, if it is not you who logs in: it ends this login and tells the staff\n"
            "Still stuck? Ask Service Desk, 0800 650 200.\n"
            "Enter the code from your authenticator app (iPhone or Pixel).\n"
            "Other ways: recovery code, help\n"
            "Verification code: ");
}

TEST_F(Ways, AWordIsNoFailureAndTakesNoRound) {
  EXPECT_EQ(log_in({"help", "APP", "recovery code", world.wrong_code(), world.wrong_code(), world.code()}).result,
            LoginResult::passed);
  EXPECT_THAT(prompt(2), HasSubstr("The code from your authenticator app (iPhone): open it on your phone"));
  EXPECT_THAT(prompt(4), HasSubstr("2 tries left."));
}

// With kinds that do not exist yet this will be seen in whole logins.
TEST(CodePrompt, TheWordOfAnotherWayIsNamedAndPutsItFirst) {
  texts::CodePrompt prompt;
  prompt.ways = {{.kind = FactorKind::key, .names = {"first"}}, {.kind = FactorKind::totp, .names = {"iPhone"}}};
  prompt.recovery = true;
  EXPECT_THAT(texts::code_prompt(prompt), HasSubstr("Other ways: app, recovery code, help\n"));
  ASSERT_TRUE(texts::take_word(prompt, read_answer("App"), true));
  EXPECT_EQ(prompt.ways.at(0).kind, FactorKind::totp);
  EXPECT_THAT(texts::code_prompt(prompt), HasSubstr("Enter the code from your authenticator app (iPhone).\n"));
  EXPECT_FALSE(texts::take_word(prompt, read_answer("apps"), true));
  EXPECT_FALSE(texts::take_word(prompt, read_answer("123456"), true));
}

}  // namespace
}  // namespace mfa
