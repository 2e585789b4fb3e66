// Hardware tokens: registering them, and logging in with one.
#include "common/flows/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/flows/foresee.h"
#include "common/flows/login.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::World;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr char kPassword[] = "correct horse";
constexpr char kSeed[] = "4D 6F 6C 65 20 31 32 33 34 35 36 37 38 39 30 31 32 33 34 35";
constexpr char kNoSeed[] = "the password of my other account";
constexpr Caller kRoot{.uid = Uid{0}, .pid = 1};

class Tokens : public testing::Test {
 protected:
  Tokens() {
    world.accounts.people.push_back({{"clerk"}, Uid{2000}, Gid{2000}});
    world.accounts.groups["mfa-helpdesk"] = {"clerk"};
    world.settings.protected_groups = {"wheel"};
  }
  Asker asker(Uid uid = {1000}) {
    return {.caller = {.uid = uid, .pid = 42},
            .terminal = TerminalId{"session 7 tty 3"},
            .password = world.passwords,
            .dialogue = world.dialogue};
  }
  void say(std::vector<std::expected<std::string, DialogueError>> answers) {
    world.dialogue.prompts.clear();
    world.dialogue.answers = std::move(answers);
  }
  static Secret key() { return Secret(std::string_view("Mole 123456789012345")); }
  static std::string code(std::int64_t counter, int digits = 6) {
    return hotp_code(key(), static_cast<std::uint64_t>(counter), digits, HashAlgorithm::sha1);
  }
  // A person with a token at this counter, and maybe the app of World.
  void enrol(std::int64_t next = 0, bool app = false) {
    if (app) world.enrol("alice", Uid{1000});
    ASSERT_TRUE(world.store.write([&](Transaction& tx) {
      Person person = app ? *tx.person_by_name({"alice"}) : tx.add_person({"alice"}, Uid{1000}, world.clock.time);
      Factor factor;
      factor.number = person.next_factor++;
      factor.name = "blue";
      factor.detail = HotpFactor{.key = key(), .digits = 6, .state = {.next = {next}, .resync = std::nullopt}};
      tx.add_factor(person.id, factor);
      tx.save(person);
    }));
  }
  LoginResult log_in(std::vector<std::expected<std::string, DialogueError>> answers) {
    say(std::move(answers));
    LoginFacts facts;
    facts.user = "alice";
    facts.service = "sshd";
    facts.rhost = "203.0.113.7";
    facts.tty = "ssh";
    facts.from_root = true;
    return login(world.engine, facts, kRoot, world.dialogue).result;
  }
  const std::string& prompt(std::size_t number) { return world.dialogue.prompts.at(number).text; }
  std::vector<Factor>& factors() { return world.store.state.factors.begin()->second; }
  HotpState& state() { return std::get<HotpFactor>(factors().back().detail).state; }
  std::uint32_t failures() { return world.person("alice").lockout.failures; }
  std::vector<EventKind> kinds() {
    std::vector<EventKind> result;
    for (const Event& event : world.store.state.events) result.push_back(event.kind);
    return result;
  }
  static HelpdeskToken token_for(const std::string& user) {
    return {.user = user, .name = "", .reason = "no phone", .checked = "student card", .digits = 6};
  }

  World world;
};

// --- logging in

TEST_F(Tokens, LetInWithTheirNextCode) {
  enrol(7);
  EXPECT_EQ(log_in({code(7)}), LoginResult::passed);
  EXPECT_EQ(prompt(0),
            "Multi-factor authentication for alice on lab-gw\n"
            "Enter the code from your token (blue).\n"
            "Other ways: help\n"
            "Verification code: ");
  EXPECT_EQ(state(), (HotpState{.next = {8}, .resync = std::nullopt}));
  EXPECT_EQ(factors().back().last_used, world.clock.time);
  EXPECT_EQ(world.store.state.events.back().kind, EventKind::login_passed);
  EXPECT_EQ(world.store.state.events.back().factor, "hotp-1");
}

TEST_F(Tokens, CostALoginOneWrite) {
  enrol();
  const int before = world.store.writes;
  EXPECT_EQ(log_in({code(0)}), LoginResult::passed);
  EXPECT_EQ(world.store.writes, before + 1);
}

TEST_F(Tokens, MayBeNinePressesAheadAndNoMore) {
  enrol();
  EXPECT_EQ(log_in({code(9)}), LoginResult::passed);
  EXPECT_EQ(state().next, HotpCounter{10});
  EXPECT_NE(log_in({code(20)}), LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("That code is not right. 2 tries left."));
  EXPECT_EQ(state().next, HotpCounter{10});
  EXPECT_EQ(failures(), 1U);
}

TEST_F(Tokens, TakeACodeOnceAndWhatWasSkippedNeverMore) {
  enrol();
  ASSERT_EQ(log_in({code(4)}), LoginResult::passed);
  for (const std::int64_t counter : {4, 3, 0}) {
    EXPECT_EQ(log_in({code(counter)}), LoginResult::conversation) << counter;
    EXPECT_THAT(prompt(1), HasSubstr("That code was already used. Press the button for the next one.\n"));
  }
  EXPECT_EQ(failures(), 0U);
  EXPECT_EQ(log_in({code(4), code(5)}), LoginResult::passed);
}

// RFC 4226 §7.4
TEST_F(Tokens, ThatRanAheadComeBackWithTwoCodesInARow) {
  enrol(3);
  EXPECT_EQ(log_in({code(40), code(41)}), LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("That code is not right. 2 tries left.")) << "and not a word more, for guessers";
  EXPECT_EQ(state(), (HotpState{.next = {42}, .resync = std::nullopt}));
  EXPECT_EQ(failures(), 0U);

  EXPECT_NE(log_in({code(100), code(102)}), LoginResult::passed) << "not in a row";
  EXPECT_EQ(failures(), 2U);
  EXPECT_EQ(log_in({code(103)}), LoginResult::passed) << "in a row with the last one, in another login";
  EXPECT_NE(log_in({code(150), world.wrong_code(), code(151)}), LoginResult::passed) << "a wrong one between them";
  EXPECT_EQ(failures(), 3U);
}

TEST_F(Tokens, ThatRanAheadGiveAGuesserNoMoreTries) {
  enrol();
  EXPECT_NE(log_in({code(20), code(30), code(40)}), LoginResult::passed);
  EXPECT_EQ(log_in({code(50), code(60), code(61)}), LoginResult::locked);
  EXPECT_THAT(world.dialogue.prompts, SizeIs(2));
  EXPECT_EQ(log_in({code(61)}), LoginResult::locked);
  EXPECT_EQ(state().next, HotpCounter{0});
}

TEST_F(Tokens, AndAppsAreNamedTogetherTheDefaultFirst) {
  enrol(0, true);
  (void)log_in({});
  EXPECT_THAT(prompt(0), HasSubstr("Enter the code from your authenticator app (iPhone).\n"
                                   "Other ways: token, recovery code, help\n"));
  ASSERT_TRUE(world.store.write([](Transaction& tx) {
    Person person = *tx.person_by_name({"alice"});
    person.default_factor = 2;
    tx.save(person);
  }));
  EXPECT_EQ(log_in({"help", "", "hunter2!", "app", code(0)}), LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("Enter the code from your token (blue).\nOther ways: app, recovery code, help\n"));
  EXPECT_THAT(prompt(1),
              HasSubstr("- the code from your token (blue): press its button; if the code is refused,\npress "
                        "again and type the next one\n- the code from your authenticator app (iPhone): "));
  EXPECT_THAT(prompt(2), HasSubstr("digits your token or app shows now."));
  EXPECT_THAT(prompt(3), HasSubstr("Type the digits your token or app shows now."));
  EXPECT_THAT(prompt(4), HasSubstr("Enter the code from your authenticator app (iPhone).\nOther ways: token, "));
}

TEST_F(Tokens, AndAppsBothAnswer) {
  enrol(0, true);
  EXPECT_EQ(log_in({world.code()}), LoginResult::passed);
  EXPECT_EQ(world.store.state.events.back().factor, "totp-1");
  EXPECT_EQ(log_in({world.code(), code(0)}), LoginResult::passed);
  EXPECT_THAT(prompt(1), HasSubstr("Wait for the next one."));
  EXPECT_EQ(world.store.state.events.back().factor, "hotp-2");
  EXPECT_EQ(state().next, HotpCounter{1});
}

TEST_F(Tokens, AreAskedForWhereARuleListsThem) {
  Rule rule;
  rule.name = "tokens";
  rule.mfa = Requirement::require;
  rule.factors = {FactorKind::hotp};
  world.settings.rules = {rule};
  enrol(0, true);
  EXPECT_EQ(log_in({world.code(), code(0)}), LoginResult::passed);
  EXPECT_THAT(prompt(0), AllOf(HasSubstr("your token (blue)"), Not(HasSubstr("app"))));
  EXPECT_EQ(failures(), 0U) << "passed after a code of the app, which is a wrong one here";

  world.settings.rules[0].factors = {FactorKind::totp};
  EXPECT_EQ(log_in({code(1)}), LoginResult::conversation);
  EXPECT_EQ(state().next, HotpCounter{1});
  EXPECT_THAT(prompt(0), Not(HasSubstr("token")));
}

TEST_F(Tokens, AreAskedOfStrangersWhereOnlyTheyCount) {
  Rule rule;
  rule.name = "tokens";
  rule.mfa = Requirement::require;
  rule.factors = {FactorKind::hotp};
  world.settings.rules = {rule};
  LoginFacts facts;
  facts.user = "mallory";
  facts.service = "sshd";
  facts.from_root = true;
  say({"123456"});
  EXPECT_NE(login(world.engine, facts, kRoot, world.dialogue).result, LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("Enter the code from your token.\n"));
}

// Explain and forecast tell what the login does.
TEST_F(Tokens, AreNothingThatALoginSetsUp) {
  Rule rule;
  rule.name = "tokens";
  rule.mfa = Requirement::require;
  rule.factors = {FactorKind::hotp};
  world.settings.rules = {rule};
  world.enrol("alice", Uid{1000});
  EXPECT_EQ(log_in({world.code()}), LoginResult::denied);
  EXPECT_THAT(world.dialogue.prompts, IsEmpty());
  const auto seen = forecast(world.engine, asker(Uid{0}), {"alice", "bob"}, std::nullopt);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->locked_out, 2U);
  EXPECT_EQ(seen->who[0].decision, Outcome::deny);
  EXPECT_EQ(seen->who[0].reason, "required_and_none");

  // Nor does it stand in the way before the date.
  world.settings.rules[0].since = world.clock.time + std::chrono::hours(24);
  LoginFacts facts;
  facts.user = "bob";
  facts.service = "sshd";
  facts.from_root = true;
  facts.password_passed = true;
  EXPECT_EQ(login(world.engine, facts, kRoot, world.dialogue).result, LoginResult::skipped);
}

TEST_F(Tokens, AreTestedAndProveWhoOneIs) {
  enrol();
  say({code(0)});
  EXPECT_EQ(test_code(world.engine, asker())->factor, "hotp-1");
  say({kPassword, code(0), code(1)});
  EXPECT_TRUE(rename_factor(world.engine, asker(), "hotp-1", "red"));
  EXPECT_THAT(prompt(2), HasSubstr("Press the button for the next one."));
  EXPECT_EQ(state().next, HotpCounter{2});
  const auto reply = status(world.engine, asker());
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->factors[0].kind, "hotp");
  EXPECT_EQ(reply->factors[0].detail, "6 digits, counter 2");
}

// --- one's own

TEST_F(Tokens, AreAddedByTheirSeedAndTwoCodesInARow) {
  say({kPassword, kSeed, code(0), code(1)});
  const auto reply = enrol_hotp(world.engine, asker(), "blue", 6);
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->factor, "hotp-1");
  EXPECT_EQ(reply->kind, "hotp");
  EXPECT_EQ(reply->detail, "6 digits, counter 2");
  EXPECT_THAT(reply->recovery_codes, SizeIs(10));
  EXPECT_EQ(kinds(), (std::vector{EventKind::factor_added, EventKind::recovery_codes_made}));
  EXPECT_EQ(std::get<HotpFactor>(factors().back().detail).key, key());
  EXPECT_EQ(factors().back().name, "blue");
  EXPECT_EQ(
      prompt(1),
      "Type the seed of the token, as its maker gave it: 40 hexadecimal digits as a rule, or 32 letters and digits "
      "of base32.\nSeed: ");
  EXPECT_EQ(prompt(2), "Press the token's button and type the six digits it shows.\nVerification code: ");
  EXPECT_EQ(prompt(3), "Press the token's button again and type the six digits it shows.\nVerification code: ");
  EXPECT_NE(log_in({code(0), code(1)}), LoginResult::passed) << "both are spent";
  EXPECT_EQ(log_in({code(2)}), LoginResult::passed);
}

TEST_F(Tokens, MayHaveBeenUsedBeforeAndShowEightDigits) {
  say({kPassword, "JVXWYZJAGEZDGNBVGY3TQOJQGEZDGNBV", code(400, 8), code(401, 8)});
  const auto reply = enrol_hotp(world.engine, asker(), "", 8);
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->detail, "8 digits, counter 402");
  EXPECT_EQ(factors().back().name, "token");
  EXPECT_EQ(log_in({code(402)}), LoginResult::conversation);
  EXPECT_EQ(log_in({code(402, 8)}), LoginResult::passed);
  EXPECT_THAT(prompt(0), HasSubstr("Enter the code from your token.\n"));
}

TEST_F(Tokens, AreTypedUntilTheyAreRight) {
  say({kPassword, "help", "Help", kNoSeed, "1234", kSeed, "help", "", code(0, 8), code(0), code(0), code(3), code(4)});
  const auto reply = enrol_hotp(world.engine, asker(), "", 6);
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(state().next, HotpCounter{5});
  EXPECT_THAT(prompt(2), AllOf(HasSubstr("The seed is the key inside the token."), HasSubstr("ask your helpdesk")));
  EXPECT_THAT(prompt(7), HasSubstr("Two codes in a row show"));
  world.dialogue.prompts.erase(world.dialogue.prompts.begin() + 7);
  world.dialogue.prompts.erase(world.dialogue.prompts.begin() + 2, world.dialogue.prompts.begin() + 4);
  EXPECT_THAT(prompt(2), AllOf(HasSubstr("That is no seed"), Not(HasSubstr("other account"))));
  EXPECT_THAT(prompt(3), HasSubstr("That seed is too short: a token has one of 16 bytes at least."));
  EXPECT_THAT(prompt(5), HasSubstr("That is not a code. A code is six digits."));
  EXPECT_THAT(prompt(6), HasSubstr("A token that shows as many is added with --digits 8"));
  EXPECT_THAT(prompt(8), HasSubstr("That is the same code again."));
  EXPECT_THAT(prompt(9), HasSubstr("Those are not two codes in a row of a token with this seed."));
}

TEST_F(Tokens, AreNotAddedBeforeThat) {
  say({kPassword, kSeed, code(0), code(2), code(4), code(6), code(8), code(10), code(11)});
  const auto refused = enrol_hotp(world.engine, asker(), "", 6);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("No two right codes in a row came"));
  EXPECT_THAT(world.dialogue.answers, SizeIs(1));
  say({kPassword, kNoSeed, kNoSeed, kNoSeed, kSeed});
  EXPECT_THAT(enrol_hotp(world.engine, asker(), "", 6).error().text, HasSubstr("That is no seed"));
  for (std::vector<std::expected<std::string, DialogueError>> answers :
       {std::vector<std::expected<std::string, DialogueError>>{kPassword},
        {kPassword, kSeed},
        {kPassword, kSeed, code(0)},
        {"guess", kSeed, code(0), code(1)}}) {
    say(answers);
    EXPECT_FALSE(enrol_hotp(world.engine, asker(), "", 6));
  }
  EXPECT_TRUE(world.store.state.factors.empty());
}

TEST_F(Tokens, AreNotAddedWithoutTheFactorThereIs) {
  world.enrol("alice", Uid{1000});
  say({kPassword, world.wrong_code(), world.wrong_code(), world.wrong_code(), kSeed, code(0), code(1)});
  EXPECT_FALSE(enrol_hotp(world.engine, asker(), "", 6));
  EXPECT_THAT(factors(), SizeIs(1));
  say({kPassword, world.code(), kSeed, code(0), code(1)});
  const auto reply = enrol_hotp(world.engine, asker(), "", 6);
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->factor, "hotp-2");
  EXPECT_THAT(reply->recovery_codes, IsEmpty()) << "there are some";
}

TEST_F(Tokens, AreNotAddedBesideAFactorThatCameMeanwhile) {
  say({kPassword, kSeed, code(0), code(1)});
  world.dialogue.before_answer = [&](doubles::Script& script) {
    if (script.answers.size() == 1) world.enrol("alice", Uid{1000});
  };
  const auto reply = enrol_hotp(world.engine, asker(), "", 6);
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().text, HasSubstr("in the meantime"));
  EXPECT_THAT(factors(), SizeIs(1));
}

TEST_F(Tokens, AreRegisteredOnceOrACodeWouldCountTwice) {
  enrol();
  say({kPassword, code(0), kSeed, code(1), code(2)});
  const auto reply = enrol_hotp(world.engine, asker(), "again", 6);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().text, "That token is registered already, as hotp-1.");
  EXPECT_THAT(factors(), SizeIs(1));
}

// To HMAC they are the same key.
TEST_F(Tokens, ASeedWithZerosBehindItIsTheSameToken) {
  enrol();
  for (const char* seed :
       {"4d6f6c652031323334353637383930313233343500", "4d6f6c65203132333435363738393031323334350000000000"}) {
    say({seed});
    const auto reply = provision_hotp(world.engine, asker(Uid{0}), "alice", "again", 6);
    ASSERT_FALSE(reply) << seed;
    EXPECT_EQ(reply.error().text, "That token is registered already, as hotp-1.");
  }
  say({"004d6f6c6520313233343536373839303132333435"});
  EXPECT_TRUE(provision_hotp(world.engine, asker(Uid{0}), "alice", "another", 6)) << "zeros before it are another";
}

// --- by the helpdesk and root

TEST_F(Tokens, FromStockAreRegisteredByTheHelpdesk) {
  say({kPassword, kSeed, code(11), code(12)});
  const auto reply = helpdesk_token(world.engine, asker(Uid{2000}), token_for("alice"));
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->factor, "hotp-1");
  EXPECT_THAT(reply->recovery_codes, IsEmpty()) << "they would be the clerk's to read";
  EXPECT_EQ(world.dialogue.prompts[0].text, "Password for clerk: ");
  const Event& event = world.store.state.events.back();
  EXPECT_EQ(event.kind, EventKind::helpdesk_token_added);
  EXPECT_EQ(event.user, "alice");
  EXPECT_EQ(event.actor, "clerk");
  EXPECT_EQ(event.factor, "hotp-1");
  EXPECT_EQ(event.reason, "no phone; checked: student card");
  EXPECT_EQ(log_in({code(13)}), LoginResult::passed);
}

TEST_F(Tokens, AreNotRegisteredByTheHelpdeskWhereItMayNotAct) {
  world.accounts.people.push_back({{"admin"}, Uid{1002}, Gid{1002}});
  world.accounts.groups["wheel"] = {"admin"};
  for (HelpdeskToken request : {token_for("clerk"), token_for("root"), token_for("admin"), token_for("alias")}) {
    say({kPassword, kSeed, code(0), code(1)});
    EXPECT_FALSE(helpdesk_token(world.engine, asker(Uid{2000}), request)) << request.user;
    EXPECT_THAT(world.dialogue.prompts, IsEmpty()) << request.user;
  }
  HelpdeskToken request = token_for("alice");
  request.reason.clear();
  EXPECT_FALSE(helpdesk_token(world.engine, asker(Uid{2000}), request));
  request = token_for("alice");
  request.checked.clear();
  EXPECT_FALSE(helpdesk_token(world.engine, asker(Uid{2000}), request));
  EXPECT_EQ(world.store.state.events.back().reason, "helpdesk token: not_identified");
  EXPECT_FALSE(helpdesk_token(world.engine, asker(Uid{1001}), token_for("alice")));
  say({"guess", kSeed, code(0), code(1)});
  EXPECT_FALSE(helpdesk_token(world.engine, asker(Uid{2000}), token_for("alice")));
  EXPECT_EQ(world.store.state.events.back().reason, "helpdesk token: not_proven");
  EXPECT_TRUE(world.store.state.factors.empty());
}

TEST_F(Tokens, CountAmongTheHelpdesksActsOfADay) {
  world.settings.acts_per_day = 1;
  say({kPassword, kSeed, code(0), code(1)});
  ASSERT_TRUE(helpdesk_token(world.engine, asker(Uid{2000}), token_for("alice")));
  say({kSeed, code(0), code(1)});
  EXPECT_FALSE(helpdesk_token(world.engine, asker(Uid{2000}), token_for("bob")));
  EXPECT_EQ(world.store.state.events.back().reason, "helpdesk token: too_many_acts");

  // Nor does one begun before the other help: the cap is looked at again where it is kept.
  world.settings.acts_per_day = 2;
  say({kPassword, kSeed, code(0), code(1)});
  world.dialogue.before_answer = [&](doubles::Script& script) {
    if (script.answers.size() != 1) return;
    (void)world.store.write([&](Transaction& tx) {
      Event other;
      other.kind = EventKind::helpdesk_key_added;
      other.at = world.clock.time;
      other.actor = "clerk";
      tx.append(other);
    });
  };
  const auto late = helpdesk_token(world.engine, asker(Uid{2000}), token_for("bob"));
  ASSERT_FALSE(late);
  EXPECT_THAT(late.error().text, HasSubstr("more than 2 such acts"));
  EXPECT_EQ(std::ranges::count(kinds(), EventKind::helpdesk_token_added), 1);
}

TEST_F(Tokens, AreProvisionedByRootAlone) {
  say({kSeed});
  EXPECT_FALSE(provision_hotp(world.engine, asker(), "bob", "", 6));
  EXPECT_FALSE(provision_hotp(world.engine, asker(Uid{2000}), "bob", "", 6));
  EXPECT_FALSE(provision_hotp(world.engine, asker(Uid{0}), "mallory", "", 6));
  EXPECT_THAT(world.dialogue.prompts, IsEmpty());
  const auto reply = provision_hotp(world.engine, asker(Uid{0}), "alice", "red", 6);
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->factor, "hotp-1");
  EXPECT_THAT(reply->recovery_codes, SizeIs(10));
  EXPECT_THAT(kinds(), ElementsAre(EventKind::provisioned, EventKind::recovery_codes_made));
  EXPECT_EQ(world.store.state.events[0].actor, "root");
  EXPECT_EQ(log_in({code(0)}), LoginResult::passed);
}

TEST_F(Tokens, WhoseStoreFailsAreNotThere) {
  enrol();
  for (int at = 0; at < 100; ++at) {
    world.store.fail_at = at;
    const auto result = log_in({code(0)});
    world.store.fail_at = -1;
    if (result == LoginResult::passed) {
      EXPECT_GT(at, 3) << "or nothing was tried";
      EXPECT_EQ(state().next, HotpCounter{1});
      return;
    }
    EXPECT_EQ(state().next, HotpCounter{0}) << at;
  }
  FAIL() << "never came through";
}

}  // namespace
}  // namespace mfa
