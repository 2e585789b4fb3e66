// Trusted devices, through whole logins: earned, used, ended, told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/flows/identity.h"
#include "common/flows/login.h"
#include "common/flows/trusting.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr Caller kRoot{.uid = Uid{0}, .pid = 1};
constexpr std::chrono::seconds kWindow{30 * 24 * 60 * 60};
using Answers = std::vector<std::expected<std::string, DialogueError>>;

class Trusting : public testing::Test {
 protected:
  Trusting() {
    Rule rule;
    rule.name = "everyone";
    rule.mfa = Requirement::require;
    rule.trust = kWindow;
    world.settings.rules = {rule};
    world.enrol("alice", Uid{1000});
    facts.user = "alice";
    facts.service = "sshd";
    facts.rhost = "203.0.113.7";
    facts.tty = "ssh";
    facts.from_root = true;
    facts.password_passed = true;
  }
  LoginResult log_in(Answers answers) {
    world.dialogue.prompts.clear();
    world.dialogue.answers = std::move(answers);
    verdict = login(world.engine, facts, kRoot, world.dialogue);
    return verdict.result;
  }
  // A right code each time: the clock goes on by a step, so that it is another one.
  std::string next_code() {
    world.clock.time = world.clock.time + world.settings.totp.period;
    return world.code();
  }
  void remember_this_device() { ASSERT_EQ(log_in({next_code(), "y"}), LoginResult::passed); }
  LoginResult report_wrong_password() {
    LoginFacts report = facts;
    report.phase = Phase::failed_password;
    return login(world.engine, report, kRoot, world.dialogue).result;
  }
  LoginResult account_phase() {
    LoginFacts account = facts;
    account.phase = Phase::account;
    world.dialogue.prompts.clear();
    verdict = login(world.engine, account, kRoot, world.dialogue);
    EXPECT_THAT(world.dialogue.prompts, testing::IsEmpty());  // nobody can be asked in that phase
    return verdict.result;
  }
  const std::string& prompt(std::size_t number) { return world.dialogue.prompts.at(number).text; }
  std::vector<EventKind> kinds_since(std::size_t number) {
    std::vector<EventKind> kinds;
    for (; number < world.store.state.events.size(); ++number) kinds.push_back(world.store.state.events[number].kind);
    return kinds;
  }
  std::size_t events() { return world.store.state.events.size(); }
  std::vector<Trust>& rows() { return world.store.state.trusts[world.person("alice").id.value]; }
  Rule& rule() { return world.settings.rules.at(0); }

  World world;
  LoginFacts facts;
  LoginVerdict verdict;
};

TEST_F(Trusting, AfterTheCodeOneIsAskedAndTheNextLoginFromThereIsNot) {
  const std::size_t before = events();
  ASSERT_EQ(log_in({next_code(), "y"}), LoginResult::passed);
  EXPECT_EQ(prompt(1), "Remember this device for 30 days? [y/N]: ");
  EXPECT_TRUE(world.dialogue.prompts[1].echo);
  EXPECT_EQ(log_in({}), LoginResult::trusted);
  EXPECT_THAT(world.dialogue.prompts, testing::IsEmpty());
  EXPECT_THAT(kinds_since(before),
              ElementsAre(EventKind::login_passed, EventKind::trust_granted, EventKind::login_trusted));
}

TEST_F(Trusting, ACodeWithAYIsOnePromptAndOneCommit) {
  const int writes = world.store.writes;
  ASSERT_EQ(log_in({next_code() + " y"}), LoginResult::passed);
  EXPECT_EQ(world.dialogue.prompts.size(), 1U);
  EXPECT_EQ(world.store.writes, writes + 1);
  EXPECT_EQ(log_in({}), LoginResult::trusted);
}

TEST_F(Trusting, WhateverHappensToTheQuestionTheLoginHasPassed) {
  for (const auto& answer :
       Answers{"", "n", "maybe", "402913", std::unexpected(DialogueError::gone),
               std::unexpected(DialogueError::conversation), std::unexpected(DialogueError::too_long)}) {
    EXPECT_EQ(log_in({next_code(), answer}), LoginResult::passed);
    EXPECT_EQ(world.dialogue.prompts.size(), 2U);
  }
  EXPECT_EQ(log_in({next_code() + " n"}), LoginResult::passed);
  EXPECT_EQ(world.dialogue.prompts.size(), 1U);
  EXPECT_THAT(rows(), testing::IsEmpty());
}

TEST_F(Trusting, AWrongCodeWithAYTrustsNothing) {
  ASSERT_EQ(log_in({world.wrong_code() + " y", next_code() + " n"}), LoginResult::passed);
  EXPECT_THAT(rows(), testing::IsEmpty());
}

TEST_F(Trusting, NoWindowOnOfferNoQuestionAndNoTrust) {
  rule().trust.reset();
  EXPECT_EQ(log_in({next_code() + " y"}), LoginResult::passed);
  EXPECT_EQ(world.dialogue.prompts.size(), 1U);
  EXPECT_THAT(rows(), testing::IsEmpty());
}

TEST_F(Trusting, EndsAtItsDateToTheSecond) {
  remember_this_device();
  const UnixTime granted = rows().at(0).since;
  world.clock.time = granted + kWindow - std::chrono::seconds(1);
  EXPECT_EQ(log_in({}), LoginResult::trusted);
  world.clock.time = granted + kWindow;
  EXPECT_EQ(log_in({next_code() + " n"}), LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("The time for which this device was remembered is over, so we ask again.\n"));
}

TEST_F(Trusting, BeingUsedMakesNoWindowLonger) {
  remember_this_device();
  const UnixTime until = rows().at(0).until;
  world.clock.time = world.clock.time + std::chrono::hours(24);
  EXPECT_EQ(log_in({}), LoginResult::trusted);
  EXPECT_EQ(rows().at(0).until, until);
  EXPECT_EQ(rows().at(0).last_seen, world.clock.time);
}

TEST_F(Trusting, HoldsForOneAddressOneServerOnePersonAlone) {
  remember_this_device();
  facts.rhost = "203.0.113.8";
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  facts.rhost = "203.0.113.7";
  world.engine.server = "other";
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  world.engine.server = "lab-gw";
  world.enrol("bob", Uid{1001});
  facts.user = "bob";
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  facts.user = "alice";
  EXPECT_EQ(log_in({}), LoginResult::trusted);
}

TEST_F(Trusting, SudoSuAndPolkitNeitherEarnNorUseIt) {
  remember_this_device();
  for (const std::string service : {"sudo", "sudo-i", "su", "su-l", "polkit-1"}) {
    facts.service = service;
    EXPECT_EQ(log_in({next_code() + " y"}), LoginResult::passed) << service;
    EXPECT_EQ(world.dialogue.prompts.size(), 1U) << service;
    EXPECT_EQ(rows().size(), 1U) << service;
  }
}

TEST_F(Trusting, AnUnprivilegedProgramNeitherEarnsNorUsesIt) {
  remember_this_device();
  facts.from_root = false;
  world.dialogue.answers = {next_code() + " y"};
  world.dialogue.prompts.clear();
  EXPECT_EQ(login(world.engine, facts, Caller{.uid = Uid{1000}}, world.dialogue).result, LoginResult::passed);
  EXPECT_EQ(world.dialogue.prompts.size(), 1U);
  EXPECT_EQ(rows().size(), 1U);
}

TEST_F(Trusting, ALoginThatShowsNoPlaceIsNeverTrusted) {
  facts.rhost.clear();
  facts.tty = "/dev/pts/3";
  EXPECT_EQ(log_in({next_code() + " y"}), LoginResult::passed);
  EXPECT_EQ(world.dialogue.prompts.size(), 1U);
  EXPECT_THAT(rows(), testing::IsEmpty());
}

TEST_F(Trusting, WhereNothingWasProvenBeforeTrustIsNotTheOnlyFactor) {
  remember_this_device();
  facts.password_passed = false;
  EXPECT_EQ(log_in({next_code() + " y"}), LoginResult::passed);
  EXPECT_EQ(world.dialogue.prompts.size(), 1U);
  EXPECT_EQ(rows().size(), 1U);
}

TEST_F(Trusting, ATrustedLoginTellsOfThoseWhoKnewThePassword) {
  remember_this_device();
  facts.rhost = "198.51.100.9";
  (void)log_in({world.wrong_code()});
  facts.rhost = "203.0.113.7";
  EXPECT_EQ(log_in({}), LoginResult::trusted);
  EXPECT_THAT(verdict.text, HasSubstr("1 login knew your password but not the code"));
  EXPECT_EQ(log_in({}), LoginResult::trusted);
  EXPECT_EQ(verdict.text, "");
}

TEST_F(Trusting, TrustFromBeforeThereWasACountryDatabaseAsksOnce) {
  remember_this_device();
  world.settings.geo_database = "/somewhere";
  EXPECT_EQ(log_in({next_code() + " y"}), LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("We cannot tell whether you are in the same country"));
  EXPECT_EQ(log_in({}), LoginResult::trusted);
}

TEST_F(Trusting, ASharedAddressIsNoDevice) {
  world.settings.shared = {Network{.address = *parse_address("203.0.113.0"), .prefix = 24}};
  EXPECT_EQ(log_in({next_code() + " y"}), LoginResult::passed);
  EXPECT_THAT(rows(), testing::IsEmpty());
}

TEST_F(Trusting, AnAddressThatBecomesSharedIsTrustedNoMore) {
  remember_this_device();
  world.settings.shared = {Network{.address = *parse_address("203.0.113.0"), .prefix = 24}};
  EXPECT_EQ(log_in({}), LoginResult::conversation);
}

TEST_F(Trusting, ANewPasswordEndsItAndIsToldUntilALoginPassed) {
  remember_this_device();
  world.versions.version = "version-2";
  const std::size_t before = events();
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  EXPECT_THAT(prompt(0), HasSubstr("Your password changed, so we ask again.\n"));
  EXPECT_EQ(kinds_since(before).front(), EventKind::trust_ended);
  EXPECT_EQ(world.store.state.events[before].reason, "password_changed");
  EXPECT_EQ(world.store.state.events[before].factor, "device-1");
  EXPECT_EQ(log_in({next_code() + " n"}), LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("Your password changed"));
  EXPECT_EQ(log_in({next_code() + " n"}), LoginResult::passed);
  EXPECT_THAT(prompt(0), Not(HasSubstr("Your password changed")));
}

TEST_F(Trusting, ThePasswordSetBackDoesNotBringItBack) {
  remember_this_device();
  world.versions.version = "version-2";
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  world.versions.version = "version-1";
  EXPECT_EQ(log_in({}), LoginResult::conversation);
}

TEST_F(Trusting, AVersionThatCannotBeReadAsksAndEndsNothing) {
  remember_this_device();
  world.versions.version.reset();
  EXPECT_EQ(log_in({next_code() + " y"}), LoginResult::passed);
  EXPECT_EQ(world.dialogue.prompts.size(), 1U);
  world.versions.version = "version-1";
  EXPECT_EQ(log_in({}), LoginResult::trusted);
}

TEST_F(Trusting, ThePasswordHookEndsIt) {
  remember_this_device();
  LoginFacts changed = facts;
  changed.phase = Phase::password_changed;
  changed.service = "passwd";
  EXPECT_EQ(login(world.engine, changed, kRoot, world.dialogue).result, LoginResult::done);
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  EXPECT_THAT(prompt(0), HasSubstr("Your password changed"));
}

TEST_F(Trusting, ThePasswordHookOfAnotherUserIsRefused) {
  remember_this_device();
  LoginFacts changed = facts;
  changed.phase = Phase::password_changed;
  changed.from_root = false;
  EXPECT_EQ(login(world.engine, changed, Caller{.uid = Uid{1001}}, world.dialogue).result, LoginResult::denied);
  EXPECT_EQ(log_in({}), LoginResult::trusted);
}

TEST_F(Trusting, ThePasswordHookIsRootsAlone) {
  remember_this_device();
  LoginFacts changed = facts;
  changed.phase = Phase::password_changed;
  changed.from_root = false;
  const std::size_t before = events();
  EXPECT_EQ(login(world.engine, changed, Caller{.uid = Uid{1000}}, world.dialogue).result, LoginResult::denied);
  EXPECT_EQ(events(), before);
  EXPECT_EQ(log_in({}), LoginResult::trusted);
}

TEST_F(Trusting, AClockSetBackForAMomentAsksAndEndsNothing) {
  remember_this_device();
  world.clock.time = rows().at(0).since - std::chrono::seconds(1);
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  world.clock.time = rows().at(0).since + std::chrono::seconds(1);
  EXPECT_EQ(log_in({}), LoginResult::trusted);
}

TEST_F(Trusting, FiveWrongPasswordsFromTheDeviceEndItAndNoOther) {
  remember_this_device();
  facts.rhost = "203.0.113.8";
  remember_this_device();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(report_wrong_password(), LoginResult::wrong);
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  EXPECT_THAT(prompt(0), HasSubstr("Wrong passwords or codes came from this device"));
  facts.rhost = "203.0.113.7";
  EXPECT_EQ(log_in({}), LoginResult::trusted);
  EXPECT_EQ(world.failed_passwords.count, 0);
}

TEST_F(Trusting, FourWrongPasswordsAreForgivenByAGoodLogin) {
  remember_this_device();
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) (void)report_wrong_password();
    EXPECT_EQ(log_in({}), LoginResult::trusted);
  }
}

TEST_F(Trusting, WrongPasswordsFromElsewhereAreCountedAndLeaveNoRow) {
  remember_this_device();
  facts.rhost = "198.51.100.9";
  const std::size_t rows_before = events();
  const int writes = world.store.writes;
  for (int i = 0; i < 10'000; ++i) (void)report_wrong_password();
  facts.user = "nosuch";
  (void)report_wrong_password();
  EXPECT_EQ(events(), rows_before);
  EXPECT_EQ(world.store.writes, writes);
  EXPECT_EQ(world.failed_passwords.count, 10'001);
}

TEST_F(Trusting, FailedCodesFromTheDeviceEndIt) {
  remember_this_device();
  rows().at(0).failures = 4;
  facts.service = "cockpit";
  Rule strict = rule();
  strict.name = "cockpit";
  strict.service = {"cockpit"};
  strict.trust = std::chrono::seconds(1);
  world.settings.rules.insert(world.settings.rules.begin(), strict);
  world.clock.time = world.clock.time + std::chrono::seconds(1);
  EXPECT_EQ(log_in({world.wrong_code()}), LoginResult::conversation);
  EXPECT_EQ(rows().at(0).ended, TrustEnd::failed_attempts);
}

TEST_F(Trusting, AnotherCountryEndsItOnlyIfSoConfigured) {
  world.settings.geo_database = "/somewhere";
  remember_this_device();
  rows().at(0).country = "AU";  // as if granted from there
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  EXPECT_THAT(prompt(0), HasSubstr("another country"));
  EXPECT_EQ(log_in({next_code() + " y"}), LoginResult::passed);
  rows().at(0).country = "AU";
  world.settings.trust.end_on_country_change = false;
  EXPECT_EQ(log_in({}), LoginResult::trusted);
}

TEST_F(Trusting, ACountryThatCannotBeToldAsksAndEndsNothing) {
  world.settings.geo_database = "/somewhere";
  remember_this_device();
  world.countries.readable = false;
  EXPECT_EQ(log_in({next_code() + " y"}), LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("We cannot tell whether you are in the same country"));
  world.countries.readable = true;
  EXPECT_EQ(log_in({}), LoginResult::trusted);
}

TEST_F(Trusting, TooManyDevicesInADayEndAllTrust) {
  world.settings.trust.devices_per_day = 2;
  remember_this_device();
  facts.rhost = "203.0.113.8";
  remember_this_device();
  facts.rhost = "203.0.113.9";
  remember_this_device();
  EXPECT_THAT(verdict.text, HasSubstr("none is remembered any more"));
  for (const std::string address : {"203.0.113.7", "203.0.113.8", "203.0.113.9"}) {
    facts.rhost = address;
    EXPECT_EQ(log_in({}), LoginResult::conversation) << address;
  }
  world.clock.time = world.clock.time + std::chrono::hours(24);
  remember_this_device();
  EXPECT_EQ(log_in({}), LoginResult::trusted);
}

TEST_F(Trusting, TheSameDeviceAgainIsNotAnother) {
  world.settings.trust.devices_per_day = 2;
  for (int i = 0; i < 5; ++i) {
    remember_this_device();
    world.versions.version = "version-" + std::to_string(i + 2);
  }
  EXPECT_EQ(rows().size(), 1U);
}

TEST_F(Trusting, ARuleThatStoppedOfferingItEndsIt) {
  remember_this_device();
  rule().trust.reset();
  world.settings.trust_burst = std::chrono::seconds(1);  // or nobody would look
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  EXPECT_THAT(prompt(0), HasSubstr("Devices are no longer remembered here"));
}

TEST_F(Trusting, AnotherRuleThatOffersNoneLeavesItAlone) {
  remember_this_device();
  Rule strict = rule();
  strict.name = "cockpit";
  strict.service = {"cockpit"};
  strict.trust.reset();
  world.settings.rules.insert(world.settings.rules.begin(), strict);
  facts.service = "cockpit";
  EXPECT_EQ(log_in({next_code()}), LoginResult::passed);
  EXPECT_THAT(prompt(0), Not(HasSubstr("remembered")));
  facts.service = "sshd";
  EXPECT_EQ(log_in({}), LoginResult::trusted);
}

TEST_F(Trusting, AShorterWindowCountsAtOnce) {
  remember_this_device();
  world.clock.time = world.clock.time + std::chrono::hours(48);
  rule().trust = std::chrono::hours(24);
  EXPECT_EQ(log_in({}), LoginResult::conversation);
}

TEST_F(Trusting, NotMeEndsAllOfIt) {
  remember_this_device();
  facts.rhost = "203.0.113.8";
  EXPECT_EQ(log_in({"notme"}), LoginResult::denied);
  facts.rhost = "203.0.113.7";
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  EXPECT_THAT(prompt(0), HasSubstr("A login was reported as not yours"));
}

TEST_F(Trusting, ALockoutDoesNotStopIt) {
  remember_this_device();
  facts.rhost = "198.51.100.9";
  (void)log_in({world.wrong_code(), world.wrong_code(), world.wrong_code()});
  EXPECT_EQ(log_in({world.wrong_code(), world.wrong_code()}), LoginResult::locked);
  EXPECT_EQ(log_in({}), LoginResult::locked);
  facts.rhost = "203.0.113.7";
  EXPECT_EQ(log_in({}), LoginResult::trusted);
}

TEST_F(Trusting, AStoreThatCannotRecordItDeniesIt) {
  remember_this_device();
  const auto before = world.store.state;
  world.store.operations = 0;
  ASSERT_EQ(log_in({}), LoginResult::trusted);
  const int operations = world.store.operations;
  ASSERT_GT(operations, 5);
  for (int failing = 0; failing < operations; ++failing) {
    world.store.state = before;
    world.store.fail_at = failing;
    EXPECT_EQ(log_in({}), LoginResult::unavailable) << "operation " << failing;
  }
}

TEST_F(Trusting, MoreDevicesThanMayBeRememberedEndTheOldest) {
  world.settings.trust.devices_per_day = 0;
  for (int i = 1; i <= 21; ++i) {
    facts.rhost = "203.0.113." + std::to_string(i);
    remember_this_device();
  }
  facts.rhost = "203.0.113.1";
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  facts.rhost = "203.0.113.2";
  EXPECT_EQ(log_in({}), LoginResult::trusted);
}

TEST_F(Trusting, RowsThatEndedLongAgoGoWithTheNextGrant) {
  remember_this_device();
  facts.rhost = "203.0.113.8";
  EXPECT_EQ(log_in({"notme"}), LoginResult::denied);
  world.clock.time = world.clock.time + std::chrono::hours(48);
  remember_this_device();
  EXPECT_EQ(rows().size(), 1U);
}

// --- trust.burst

TEST_F(Trusting, ABurstLetsConnectionsInForAMomentAfterACode) {
  rule().trust.reset();
  world.settings.trust_burst = std::chrono::seconds(20);
  ASSERT_EQ(log_in({next_code()}), LoginResult::passed);
  world.clock.time = world.clock.time + std::chrono::seconds(19);
  EXPECT_EQ(log_in({}), LoginResult::trusted);
  world.clock.time = world.clock.time + std::chrono::seconds(1);
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  EXPECT_THAT(prompt(0), Not(HasSubstr("ask again")));
}

TEST_F(Trusting, ABurstIsOfTheSameDeviceAlone) {
  world.settings.trust_burst = std::chrono::seconds(20);
  ASSERT_EQ(log_in({next_code() + " n"}), LoginResult::passed);
  facts.rhost = "203.0.113.8";
  EXPECT_EQ(log_in({}), LoginResult::conversation);
}

TEST_F(Trusting, ABurstDoesNotFollowABurst) {
  world.settings.trust_burst = std::chrono::seconds(20);
  ASSERT_EQ(log_in({next_code() + " n"}), LoginResult::passed);
  world.clock.time = world.clock.time + std::chrono::seconds(15);
  EXPECT_EQ(log_in({}), LoginResult::trusted);
  world.clock.time = world.clock.time + std::chrono::seconds(15);
  EXPECT_EQ(log_in({}), LoginResult::conversation);
}

TEST_F(Trusting, ABurstIsNoDeviceThatCounts) {
  world.settings.trust_burst = std::chrono::seconds(20);
  world.settings.trust.devices_per_day = 1;
  for (int i = 1; i < 9; ++i) {
    facts.rhost = "203.0.113." + std::to_string(i);
    ASSERT_EQ(log_in({next_code() + " n"}), LoginResult::passed);
  }
  remember_this_device();
  EXPECT_EQ(verdict.text, "");
  EXPECT_LE(rows().size(), 3U);
}

// --- FIDO2 SSH keys

constexpr std::string_view kSecurityKey =
    "sk-ssh-ed25519@openssh.com "
    "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAID399lLVLyVJbvy7+5p3nr74hsJhLvdkSB7LCsjcyBqVAAAABHNzaDo=";

class SecurityKeys : public Trusting {
 protected:
  SecurityKeys() {
    facts.ssh_auth_info = "publickey " + std::string(kSecurityKey) + "\n";
    facts.password_passed = true;
    rule().trust.reset();
  }
  void register_key(const std::string& user) {
    const auto key = parse_ssh_key(kSecurityKey);
    ASSERT_TRUE(key);
    const PersonId person = world.person(user).id;
    ASSERT_TRUE(world.store.write([&](Transaction& tx) {
      tx.add_factor(person, Factor{.number = 2,
                                   .name = "YubiKey",
                                   .added = world.clock.time,
                                   .last_used = {},
                                   .detail = KeyFactor{.type = key->type, .fingerprint = key->fingerprint}});
    }));
  }
};

TEST_F(SecurityKeys, ARegisteredOneBesideThePasswordIsASecondFactor) {
  register_key("alice");
  EXPECT_EQ(log_in({}), LoginResult::passed);
  EXPECT_THAT(world.dialogue.prompts, testing::IsEmpty());
  EXPECT_EQ(world.store.state.events.back().kind, EventKind::login_passed);
  EXPECT_EQ(world.store.state.events.back().factor, "key-2");
  EXPECT_EQ(world.store.state.factors.at(1).at(1).last_used, world.clock.time);
}

TEST_F(SecurityKeys, OneThatWasNotRegisteredDoesNotCount) {
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  world.enrol("bob", Uid{1001});
  register_key("bob");
  EXPECT_EQ(log_in({}), LoginResult::conversation);
}

TEST_F(SecurityKeys, WithoutAPasswordItIsOneFactorAlone) {
  register_key("alice");
  facts.password_passed = false;
  EXPECT_EQ(log_in({}), LoginResult::conversation);
}

TEST_F(SecurityKeys, WhereTheRuleDoesNotListItACodeIsAsked) {
  register_key("alice");
  rule().factors = {FactorKind::totp};
  EXPECT_EQ(log_in({}), LoginResult::conversation);
}

TEST_F(SecurityKeys, ARuleForSecurityKeysMeansRegisteredOnes) {
  Rule skip;
  skip.name = "security keys";
  skip.first_factor = {"publickey-sk"};
  skip.mfa = Requirement::skip;
  world.settings.rules.insert(world.settings.rules.begin(), skip);
  facts.password_passed = false;
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  register_key("alice");
  EXPECT_EQ(log_in({}), LoginResult::skipped);
}

TEST_F(SecurityKeys, WhoHasNothingElseIsToldToUseIt) {
  register_key("alice");
  ASSERT_TRUE(world.store.write([&](Transaction& tx) { tx.remove_factor(world.person("alice").id, 1); }));
  facts.ssh_auth_info.clear();
  EXPECT_EQ(log_in({"7k3m92qxd4tp"}), LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("Your security key (YubiKey) counts only over SSH, together with your password.\n"
                                   "Enter one of your recovery codes.\n"));
}

// --- sshd's account phase

TEST_F(Trusting, AKeyAloneIsRefusedWhereMfaIsRequired) {
  EXPECT_EQ(account_phase(), LoginResult::denied);
  EXPECT_THAT(verdict.text, HasSubstr("A key alone is not enough here."));
}

// The code may have been told to somebody who waits at the question.
TEST_F(Trusting, AYesThatComesAfterAllTrustEndedIsTooLate) {
  const Account alice{.name = {"alice"}, .uid = Uid{1000}, .gid = Gid{1000}};
  Event about;
  about.user = "alice";
  world.dialogue.before_answer = [&](doubles::Script& script) {
    if (script.prompts.size() != 2) return;
    ASSERT_TRUE(world.store.write([&](Transaction& tx) {
      Found found = find_person(tx, alice);
      end_all_trust(tx, *found.person, TrustEnd::reported, about);
    }));
  };
  EXPECT_EQ(log_in({next_code(), "y"}), LoginResult::passed);
  EXPECT_TRUE(rows().empty());
  world.dialogue.before_answer = nullptr;
  remember_this_device();
  EXPECT_EQ(log_in({}), LoginResult::trusted);
}

TEST_F(Trusting, AKeyAloneIsLetThroughFromATrustedAddress) {
  remember_this_device();
  EXPECT_EQ(account_phase(), LoginResult::trusted);
  facts.rhost = "203.0.113.8";
  EXPECT_EQ(account_phase(), LoginResult::denied);
}

TEST_F(Trusting, AKeyAloneIsLetThroughWhereTheRulesSkip) {
  rule().mfa = Requirement::skip;
  EXPECT_EQ(account_phase(), LoginResult::skipped);
  rule().first_factor = {"publickey"};
  EXPECT_EQ(account_phase(), LoginResult::skipped);
  rule().first_factor = {"password"};
  EXPECT_EQ(account_phase(), LoginResult::denied);  // of whoever has enrolled, a code is asked
  rule().first_factor = {"publickey-sk"};
  EXPECT_EQ(account_phase(), LoginResult::denied);
}

TEST_F(Trusting, AKeyAloneOfWhoeverHasNothingEnrolledFollowsTheRule) {
  facts.user = "bob";
  EXPECT_EQ(account_phase(), LoginResult::denied);
  rule().mfa = Requirement::optional;
  EXPECT_EQ(account_phase(), LoginResult::skipped);
  facts.user = "nosuch";
  EXPECT_EQ(account_phase(), LoginResult::denied);
}

}  // namespace
}  // namespace mfa
