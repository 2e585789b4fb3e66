// What administrators, the helpdesk and owners of devices and keys ask for: devices, keys, explain, forecast.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/domain/base32.h"
#include "common/domain/import_row.h"
#include "common/domain/recovery.h"
#include "common/flows/check.h"
#include "common/flows/devices.h"
#include "common/flows/enrolment_codes.h"
#include "common/flows/foresee.h"
#include "common/flows/helpdesk.h"
#include "common/flows/keys.h"
#include "common/flows/login.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::World;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kPassword[] = "correct horse";
constexpr Caller kRoot{.uid = Uid{0}, .pid = 1};
constexpr std::string_view kSecurityKey =
    "sk-ssh-ed25519@openssh.com "
    "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAID399lLVLyVJbvy7+5p3nr74hsJhLvdkSB7LCsjcyBqVAAAABHNzaDo=";
constexpr std::string_view kPlainKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINP9UXtAmitHT8brU9uU7Wy3T3fPONzMVRXfMwgFlCKG";

class Administration : public testing::Test {
 protected:
  Administration() {
    Rule rule;
    rule.name = "everyone";
    rule.mfa = Requirement::require;
    rule.trust = std::chrono::hours(24 * 30);
    world.settings.rules = {rule};
    world.enrol("alice", Uid{1000});
    world.accounts.people.push_back({{"clerk"}, Uid{2000}, Gid{2000}});
    world.accounts.groups["mfa-helpdesk"] = {"clerk"};
    world.settings.protected_groups = {"wheel"};
    world.accounts.groups["wheel"] = {};
    world.settings.key_self_enrol = true;
  }
  Asker asker(Uid uid) {
    return {.caller = {.uid = uid, .pid = 42},
            .terminal = TerminalId{"session 7 tty 3"},
            .password = world.passwords,
            .dialogue = world.dialogue};
  }
  LoginFacts facts(const std::string& address) const {
    LoginFacts facts;
    facts.user = "alice";
    facts.service = "sshd";
    facts.rhost = address;
    facts.tty = "ssh";
    facts.from_root = true;
    facts.password_passed = true;
    return facts;
  }
  LoginResult log_in(const LoginFacts& facts, std::vector<std::expected<std::string, DialogueError>> answers) {
    world.dialogue.answers = std::move(answers);
    return login(world.engine, facts, kRoot, world.dialogue).result;
  }
  std::string next_code() {
    world.clock.time = world.clock.time + world.settings.totp.period;
    return world.code();
  }
  void trust(const std::string& address) {
    ASSERT_EQ(log_in(facts(address), {next_code() + " y"}), LoginResult::passed);
  }
  ExplainReply explained(const ExplainRequest& request) {
    const auto reply = explain(world.engine, asker(Uid{0}), request);
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().text);
    return reply.value_or(ExplainReply{});
  }
  static ExplainRequest about(const std::string& from) {
    return {.user = "alice", .service = "", .from = from, .key = "", .at = std::nullopt};
  }
  HelpdeskKey key_for(const std::string& user) const {
    return {
        .user = user, .line = std::string(kSecurityKey), .name = "", .reason = "new key", .checked = "student card"};
  }

  World world;
};

TEST_F(Administration, DevicesAreListedAndForgottenOneByOneOrAll) {
  trust("203.0.113.7");
  trust("203.0.113.8");
  const auto listed = devices(world.engine, asker(Uid{1000}));
  ASSERT_TRUE(listed);
  ASSERT_THAT(listed->devices, SizeIs(2));
  EXPECT_EQ(listed->devices[0].id, "device-1");
  EXPECT_EQ(listed->devices[0].kind, "address");
  EXPECT_EQ(listed->devices[0].label, "203.0.113.7");
  EXPECT_EQ(listed->devices[0].server, "lab-gw");
  EXPECT_EQ(listed->devices[0].until - listed->devices[0].since, std::chrono::hours(24 * 30));
  EXPECT_THAT(status(world.engine, asker(Uid{1000}))->devices, SizeIs(2));

  ASSERT_TRUE(forget_devices(world.engine, asker(Uid{1000}), "device-1"));
  EXPECT_EQ(log_in(facts("203.0.113.7"), {}), LoginResult::conversation);
  EXPECT_THAT(world.dialogue.prompts.back().text, HasSubstr("This device was to be forgotten"));
  EXPECT_EQ(log_in(facts("203.0.113.8"), {}), LoginResult::trusted);
  EXPECT_THAT(forget_devices(world.engine, asker(Uid{1000}), "")->devices, SizeIs(1));
  EXPECT_EQ(log_in(facts("203.0.113.8"), {}), LoginResult::conversation);
  EXPECT_THAT(devices(world.engine, asker(Uid{1000}))->devices, IsEmpty());
}

TEST_F(Administration, NobodyForgetsTheDevicesOfAnother) {
  trust("203.0.113.7");
  const auto reply = forget_devices(world.engine, asker(Uid{1001}), "device-1");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().text, "You have no trusted device device-1.");
  ASSERT_TRUE(forget_devices(world.engine, asker(Uid{1001}), ""));
  EXPECT_EQ(log_in(facts("203.0.113.7"), {}), LoginResult::trusted);
}

TEST_F(Administration, ANewPasswordElsewhereIsRootsToReport) {
  trust("203.0.113.7");
  EXPECT_FALSE(password_changed(world.engine, asker(Uid{1000}), "alice"));
  EXPECT_EQ(log_in(facts("203.0.113.7"), {}), LoginResult::trusted);
  EXPECT_THAT(password_changed(world.engine, asker(Uid{0}), "alice")->devices, SizeIs(1));
  EXPECT_EQ(log_in(facts("203.0.113.7"), {}), LoginResult::conversation);
  EXPECT_FALSE(password_changed(world.engine, asker(Uid{0}), "nosuch"));
}

// --- explain

TEST_F(Administration, ExplainIsForRootAlone) {
  EXPECT_FALSE(explain(world.engine, asker(Uid{1000}), about("")));
  EXPECT_FALSE(forecast(world.engine, asker(Uid{2000}), {"alice"}, {}));
}

TEST_F(Administration, ExplainSaysWhatTheLoginThenDoes) {
  trust("203.0.113.7");
  ExplainReply reply = explained(about("203.0.113.7"));
  EXPECT_EQ(reply.decision, Outcome::skip);
  EXPECT_EQ(reply.reason, "trusted");
  EXPECT_EQ(log_in(facts("203.0.113.7"), {}), LoginResult::trusted);

  reply = explained(about("203.0.113.8"));
  EXPECT_EQ(reply.decision, Outcome::require);
  EXPECT_EQ(reply.rule, "everyone");
  EXPECT_EQ(reply.reason, "rule_requires");
  EXPECT_EQ(reply.trust, std::chrono::hours(24 * 30));
  EXPECT_THAT(reply.factors, ElementsAre("totp"));
  EXPECT_EQ(log_in(facts("203.0.113.8"), {}), LoginResult::conversation);
}

TEST_F(Administration, ExplainLooksAheadInTime) {
  trust("203.0.113.7");
  ExplainRequest later = about("203.0.113.7");
  later.at = world.clock.time + std::chrono::hours(24 * 31);
  EXPECT_EQ(explained(later).decision, Outcome::require);
}

TEST_F(Administration, ExplainTellsWhyAPersonIsKeptOut) {
  ExplainRequest of_bob = about("");
  of_bob.user = "bob";
  EXPECT_EQ(explained(of_bob).decision, Outcome::enrol);
  EXPECT_EQ(explained(of_bob).reason, "required_and_none");
  for (int i = 0; i < 2; ++i)
    (void)log_in(facts("203.0.113.7"), {world.wrong_code(), world.wrong_code(), world.wrong_code()});
  EXPECT_EQ(explained(about("")).decision, Outcome::deny);
  EXPECT_EQ(explained(about("")).reason, "locked");
}

TEST_F(Administration, ExplainChangesNothing) {
  trust("203.0.113.7");
  world.versions.version = "version-2";
  const int writes = world.store.writes;
  EXPECT_EQ(explained(about("203.0.113.7")).decision, Outcome::require);
  EXPECT_EQ(world.store.writes, writes);
}

TEST_F(Administration, ExplainRefusesWhatIsNoPlaceOrKeyOrPerson) {
  for (const ExplainRequest& request :
       {ExplainRequest{.user = "nosuch", .service = "", .from = "", .key = "", .at = {}},
        ExplainRequest{.user = "alice", .service = "", .from = "the moon", .key = "", .at = {}},
        ExplainRequest{.user = "alice", .service = "", .from = "", .key = "MD5:00", .at = {}}})
    EXPECT_FALSE(explain(world.engine, asker(Uid{0}), request));
}

// --- forecast

TEST_F(Administration, ForecastCountsWhoWouldBeAskedAndWhoLockedOut) {
  trust("203.0.113.7");
  Rule root;
  root.name = "root";
  root.user = {"root"};
  root.mfa = Requirement::skip;
  world.settings.rules.insert(world.settings.rules.begin(), root);
  world.enrol("clerk", Uid{2000});
  const auto reply = forecast(world.engine, asker(Uid{0}), {"root", "alice", "bob", "clerk", "nosuch"}, {});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->users, 5U);
  EXPECT_EQ(reply->skipped, 1U);
  EXPECT_EQ(reply->trusted, 1U);
  EXPECT_EQ(reply->asked, 1U);
  EXPECT_EQ(reply->enrol, 1U) << "bob, in the login";
  EXPECT_EQ(reply->locked_out, 1U);
  world.settings.rules.back().enrol = EnrolBy::refuse;
  EXPECT_EQ(forecast(world.engine, asker(Uid{0}), {"bob"}, {})->locked_out, 1U);
  ASSERT_THAT(reply->who, SizeIs(5));
  EXPECT_EQ(reply->who[2].user, "bob");
  EXPECT_EQ(reply->who[2].decision, Outcome::enrol);
  EXPECT_EQ(reply->who[4].reason, "no_such_account");
}

TEST_F(Administration, ForecastLooksUpNobodyWhoWasListed) {
  world.enrol("clerk", Uid{2000});
  const auto reply = forecast(world.engine, asker(Uid{0}), {"clerk/2000/100", "nosuch/7777/100"}, {});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->who.at(0).user, "clerk");
  EXPECT_EQ(reply->asked, 1U);
  EXPECT_EQ(reply->who.at(1).user, "nosuch");
  EXPECT_EQ(reply->enrol, 1U) << "that there is such an account was said";
  for (const char* no_account : {"clerk/2000", "clerk/x/100", "clerk/2000/", "/2000/100", "clerk/4294967296/100"}) {
    const auto other = forecast(world.engine, asker(Uid{0}), {no_account}, {});
    ASSERT_TRUE(other);
    EXPECT_EQ(other->who.at(0).reason, "no_such_account") << no_account;
  }
}

TEST_F(Administration, WhoHoldsAnEnrolmentCodeIsNotLockedOut) {
  world.settings.rules.back().enrol = EnrolBy::code;
  const auto bob = [&] { return *forecast(world.engine, asker(Uid{0}), {"bob"}, {}); };
  EXPECT_EQ(bob().locked_out, 1U);
  EXPECT_EQ(bob().who.at(0).reason, "enrolment_code");
  ASSERT_TRUE(world.store.write([&](Transaction& tx) {
    const Person person = tx.add_person({"bob"}, Uid{1001}, world.clock.time);
    tx.keep_enrolment_code(person.id, "0abc1def2ghj", world.clock.time + std::chrono::hours(1));
  }));
  EXPECT_EQ(bob().locked_out, 0U);
  EXPECT_EQ(bob().enrol, 1U);
  EXPECT_EQ(bob().who.at(0).reason, "required_and_none");
  EXPECT_EQ(forecast(world.engine, asker(Uid{0}), {"bob"}, world.clock.time + std::chrono::hours(1))->locked_out, 1U)
      << "it has expired by then";
}

// --- check

TEST_F(Administration, TheStoreIsLookedThroughForRootAlone) {
  EXPECT_FALSE(check_store(world.engine, asker(Uid{2000})));
  EXPECT_TRUE(check_store(world.engine, asker(Uid{0}))->store);
  world.store.fail_at = 0;
  world.store.error = StoreError::damaged;
  const auto reply = check_store(world.engine, asker(Uid{0}));
  ASSERT_TRUE(reply) << "that it is damaged is the answer";
  EXPECT_EQ(name_of(reply->store.error()), "damaged");
  EXPECT_EQ(reply->path, world.settings.store_path);
}

TEST_F(Administration, ForecastOfADirectoryThatIsDownIsAnError) {
  world.accounts.down = true;
  EXPECT_FALSE(forecast(world.engine, asker(Uid{0}), {"alice"}, {}));
}

// --- enrolment codes

std::vector<std::optional<Subject>> people(std::initializer_list<std::pair<const char*, std::uint32_t>> rows) {
  std::vector<std::optional<Subject>> all;
  for (const auto& [name, uid] : rows) all.emplace_back(Subject{.name = {name}, .uid = Uid{uid}});
  return all;
}

TEST_F(Administration, EnrolmentCodesAreMadeForWhoeverHasNoFactor) {
  const auto three = people({{"alice", 1000}, {"bob", 1001}, {"alice", 1009}});
  EXPECT_FALSE(provision_codes(world.engine, asker(Uid{1000}), {.people = three}));
  auto some = three;
  some.emplace_back();
  const auto reply = provision_codes(world.engine, asker(Uid{0}), {.people = some});
  ASSERT_TRUE(reply);
  ASSERT_THAT(reply->codes, SizeIs(4));
  EXPECT_EQ(reply->codes[0].end, CodesReply::End::refused);
  EXPECT_THAT(reply->codes[0].why, HasSubstr("already"));
  EXPECT_EQ(reply->codes[1].end, CodesReply::End::made);
  EXPECT_EQ(reply->codes[1].code.size(), 14U);
  EXPECT_EQ(reply->codes[1].until, world.clock.time + std::chrono::hours(24));
  EXPECT_THAT(reply->codes[2].why, HasSubstr("name or number has changed"));
  EXPECT_EQ(reply->codes[3].why, "That is nobody's name.");
  for (const auto& entry : reply->codes) EXPECT_EQ(entry.code.empty(), entry.end != CodesReply::End::made);
  for (const Event& event : world.store.state.events)
    EXPECT_EQ((event.reason + event.factor).find(reply->codes[1].code.substr(0, 4)), std::string::npos);
  EXPECT_FALSE(provision_codes(world.engine, asker(Uid{0}),
                               {.people = std::vector<std::optional<Subject>>(kMostImportRows + 1, three[1])}));
}

// Whoever hands codes over has it in hand: another run, after a break or by a colleague, makes it void only if told to.
TEST_F(Administration, AnEnrolmentCodeThatIsGoodStaysSo) {
  const auto bob = people({{"bob", 1001}});
  const auto holds = [&](const std::string& code) {
    bool result = false;
    EXPECT_TRUE(world.store.read([&](Transaction& tx) {
      const auto person = tx.person_by_name({"bob"});
      result = person && tx.enrolment_code_holds(person->id, *normal_recovery_code(code), world.clock.time);
    }));
    return result;
  };
  const auto tried = provision_codes(world.engine, asker(Uid{0}), {.people = bob, .only_tries = true});
  ASSERT_TRUE(tried);
  EXPECT_EQ(tried->codes[0].end, CodesReply::End::made);
  EXPECT_EQ(tried->codes[0].code, "");
  EXPECT_EQ(world.store.state.events.size(), 0U) << "a try changes nothing";

  const auto first = provision_codes(world.engine, asker(Uid{0}), {.people = bob});
  ASSERT_TRUE(first);
  const std::size_t rows = world.store.state.events.size();
  world.clock.time = world.clock.time + std::chrono::hours(1);
  const auto again = provision_codes(world.engine, asker(Uid{0}), {.people = bob});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->codes[0].end, CodesReply::End::kept);
  EXPECT_EQ(again->codes[0].until, first->codes[0].until);
  EXPECT_EQ(again->codes[0].code, "");
  EXPECT_EQ(world.store.state.events.size(), rows);
  EXPECT_TRUE(holds(first->codes[0].code));

  const auto replaced = provision_codes(world.engine, asker(Uid{0}), {.people = bob, .replace = true});
  ASSERT_TRUE(replaced);
  EXPECT_EQ(replaced->codes[0].end, CodesReply::End::made);
  EXPECT_FALSE(holds(first->codes[0].code));
  EXPECT_TRUE(holds(replaced->codes[0].code));

  world.clock.time = world.clock.time + std::chrono::hours(24);
  EXPECT_EQ(provision_codes(world.engine, asker(Uid{0}), {.people = bob})->codes[0].end, CodesReply::End::made)
      << "one whose time is over is none";
}

TEST_F(Administration, EnrolmentCodesThatAreNotKeptAreNotTold) {
  std::vector<std::optional<Subject>> many;
  for (std::uint32_t i = 0; i < 70; ++i) many.emplace_back(Subject{{"student" + std::to_string(i)}, Uid{5000 + i}});
  world.store.fail_at = 2;
  EXPECT_FALSE(provision_codes(world.engine, asker(Uid{0}), {.people = many}));
  world.store.fail_at = -1;
  const auto before = world.store.state;
  const int operations = world.store.operations;
  ASSERT_TRUE(provision_codes(world.engine, asker(Uid{0}), {.people = {many.begin(), many.begin() + 32}}));
  const int of_a_lot = world.store.operations - operations;
  world.store.state = before;
  world.store.fail_at = of_a_lot + 3;  // in the second lot of 32
  const auto reply = provision_codes(world.engine, asker(Uid{0}), {.people = many});
  ASSERT_TRUE(reply);
  EXPECT_THAT(reply->codes, SizeIs(32));
  EXPECT_TRUE(reply->stopped);
  world.store.fail_at = -1;
  const auto rest = provision_codes(world.engine, asker(Uid{0}), {.people = many});
  ASSERT_TRUE(rest);
  EXPECT_EQ(std::ranges::count(rest->codes, CodesReply::End::kept, &CodesReply::Entry::end), 32);
  EXPECT_EQ(std::ranges::count(rest->codes, CodesReply::End::made, &CodesReply::Entry::end), 38);
}

TEST_F(Administration, AtAShellTooAnEnrolmentCodeIsNeededWhereThePasswordIsNotEnough) {
  world.settings.rules.back().enrol = EnrolBy::code;
  const std::string code =
      provision_codes(world.engine, asker(Uid{0}), {.people = people({{"bob", 1001}})})->codes[0].code;
  const auto enrol = [&](std::vector<std::expected<std::string, DialogueError>> answers) {
    world.dialogue.prompts.clear();
    world.dialogue.answers = std::move(answers);
    world.dialogue.before_answer = [this](doubles::Script& script) {
      if (script.answers.empty() && !script.offered_key.empty())
        script.answers.emplace_back(world.code_of(*base32_decode(script.offered_key)));
    };
    return enrol_totp(world.engine, asker(Uid{1001}), "");
  };
  EXPECT_FALSE(enrol({kPassword, "123456", "7k3m-92qx-d4tp", "7k3m-92qx-d4tp"}));
  EXPECT_EQ(world.dialogue.offered_key, "") << "no key before the code";
  EXPECT_TRUE(enrol({kPassword, code}));
  EXPECT_THAT(world.store.state.enrolment_codes, IsEmpty());
}

TEST_F(Administration, WhereLoginsRefuseEnrolmentTheShellTakesItWithinTheWindow) {
  world.settings.rules.back().enrol = EnrolBy::refuse;
  world.settings.rules.back().since = world.clock.time - std::chrono::hours(24 * 29);
  const auto enrol = [&] {
    world.dialogue.prompts.clear();
    world.dialogue.answers = {kPassword};
    (void)enrol_totp(world.engine, asker(Uid{1001}), "");
    return world.dialogue.prompts.back().text;
  };
  EXPECT_THAT(enrol(), HasSubstr("your app shows"));
  ASSERT_TRUE(world.store.write([&](Transaction& tx) { tx.add_person({"bob"}, Uid{1001}, world.clock.time); }));
  world.clock.time = world.clock.time + std::chrono::hours(24 * 30);
  EXPECT_THAT(enrol(), HasSubstr("Enrolment code: "));
}

// --- keys

TEST_F(Administration, AKeyOfOnesOwnTakesAStepUp) {
  world.dialogue.answers = {kPassword, next_code()};
  const auto reply = enrol_key(world.engine, asker(Uid{1000}), std::string(kSecurityKey) + " alice@laptop", "YubiKey");
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->factor, "key-2");
  EXPECT_THAT(reply->detail, HasSubstr("SHA256:"));
  EXPECT_THAT(reply->recovery_codes, IsEmpty());  // there are some already
  const auto again = enrol_key(world.engine, asker(Uid{1000}), std::string(kSecurityKey), "");
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().text, HasSubstr("registered already"));
}

TEST_F(Administration, AKeyAsTheFirstFactorBringsRecoveryCodes) {
  world.dialogue.answers = {kPassword};
  const auto reply = enrol_key(world.engine, asker(Uid{1001}), std::string(kSecurityKey), "");
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_THAT(reply->recovery_codes, SizeIs(10));
}

TEST_F(Administration, OnlyKeysOfSecurityKeysAreTaken) {
  for (const std::string& line :
       {std::string(kPlainKey), std::string("rubbish"), std::string(kSecurityKey.substr(0, 60)),
        std::string("-----BEGIN OPENSSH PRIVATE KEY-----")})
    EXPECT_FALSE(enrol_key(world.engine, asker(Uid{1000}), line, "")) << line;
  EXPECT_THAT(world.dialogue.prompts, IsEmpty());
}

TEST_F(Administration, WhereTheHelpdeskRegistersKeysNobodyElseDoes) {
  world.settings.key_self_enrol = false;
  EXPECT_FALSE(enrol_key(world.engine, asker(Uid{1000}), std::string(kSecurityKey), ""));
}

TEST_F(Administration, TheHelpdeskRegistersAKeyWithItsReason) {
  world.dialogue.answers = {kPassword};
  const auto reply = helpdesk_key(world.engine, asker(Uid{2000}), key_for("alice"));
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->factor, "key-2");
  EXPECT_THAT(reply->recovery_codes, IsEmpty());
  const Event& event = world.store.state.events.back();
  EXPECT_EQ(event.kind, EventKind::helpdesk_key_added);
  EXPECT_EQ(event.user, "alice");
  EXPECT_EQ(event.actor, "clerk");
  EXPECT_EQ(event.reason, "new key; checked: student card");
}

TEST_F(Administration, ForbiddenActsOfTheHelpdeskAreRefusedAndRecorded) {
  world.accounts.people.push_back({{"colleague"}, Uid{2001}, Gid{2001}});
  world.accounts.people.push_back({{"admin"}, Uid{2002}, Gid{2002}});
  world.accounts.groups["mfa-helpdesk"].emplace_back("colleague");
  world.accounts.groups["wheel"].emplace_back("admin");
  world.settings.helpdesk_scope = {"students"};
  HelpdeskKey no_reason = key_for("alice");
  no_reason.reason.clear();
  HelpdeskKey unchecked = key_for("alice");
  unchecked.checked.clear();
  for (const HelpdeskKey& request : {key_for("clerk"), key_for("colleague"), key_for("admin"), key_for("root"),
                                     key_for("bob"), no_reason, unchecked}) {
    world.dialogue.answers = {kPassword};
    EXPECT_FALSE(helpdesk_key(world.engine, asker(Uid{2000}), request)) << request.user;
    EXPECT_EQ(world.store.state.events.back().kind, EventKind::helpdesk_refused) << request.user;
    EXPECT_EQ(world.store.state.events.back().actor, "clerk");
  }
  EXPECT_EQ(world.dialogue.answers.size(), 1U) << "nobody was asked for a password";
  EXPECT_THAT(world.store.state.factors.at(1), SizeIs(1));
}

TEST_F(Administration, ASecondNameOfAProtectedPersonIsNoWayAroundTheirGroups) {
  world.accounts.people.push_back({{"admin"}, Uid{2002}, Gid{2002}});
  world.accounts.people.push_back({{"admin-www"}, Uid{2002}, Gid{2002}});
  world.accounts.groups["wheel"].emplace_back("admin");
  world.dialogue.answers = {kPassword};
  EXPECT_FALSE(helpdesk_key(world.engine, asker(Uid{2000}), key_for("admin-www")));
  EXPECT_THAT(world.dialogue.prompts, IsEmpty());
}

TEST_F(Administration, RefusedActsDoNotFillTheTrail) {
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(helpdesk_key(world.engine, asker(Uid{2000}), key_for("clerk")));
  EXPECT_EQ(std::ranges::count(world.store.state.events, EventKind::helpdesk_refused, &Event::kind), 6);
  EXPECT_EQ(world.store.state.events.back().reason, "helpdesk key: oneself; more_about_them");
}

TEST_F(Administration, ChangesOfOnesOwnDoNotFillTheTrail) {
  world.dialogue.answers = {kPassword, next_code()};
  int made = 0;
  for (int i = 0; i < 100; ++i) {
    if (set_default(world.engine, asker(Uid{1000}), "totp-1")) ++made;
  }
  EXPECT_EQ(made, 60);
  const auto one_more = set_default(world.engine, asker(Uid{1000}), "totp-1");
  ASSERT_FALSE(one_more);
  EXPECT_EQ(one_more.error().text, "You have made 60 changes within an hour.");
}

TEST_F(Administration, AStudentIsNoHelpdeskAndLearnsNothing) {
  const auto events = world.store.state.events.size();
  const auto real = helpdesk_key(world.engine, asker(Uid{1001}), key_for("alice"));
  const auto unreal = helpdesk_key(world.engine, asker(Uid{1001}), key_for("nosuch"));
  ASSERT_FALSE(real);
  ASSERT_FALSE(unreal);
  EXPECT_EQ(real.error().text, unreal.error().text);
  EXPECT_EQ(world.store.state.events.size(), events + 2) << "but what was tried is known";
  EXPECT_EQ(world.store.state.events.back().reason, "helpdesk key: not_helpdesk");
}

TEST_F(Administration, AClerkWithoutAPasswordDoesNothing) {
  world.dialogue.answers = {"wrong", "wrong", "wrong"};
  EXPECT_FALSE(helpdesk_key(world.engine, asker(Uid{2000}), key_for("alice")));
  EXPECT_THAT(world.store.state.factors.at(1), SizeIs(1));
  EXPECT_EQ(world.store.state.events.back().kind, EventKind::helpdesk_refused);
  EXPECT_EQ(world.store.state.events.back().user, "alice");
  EXPECT_EQ(world.store.state.events.back().reason, "helpdesk key: not_proven");
}

TEST_F(Administration, AProtectedGroupThatDoesNotExistStopsNobody) {
  world.settings.protected_groups = Settings().protected_groups;  // of several distributions
  world.dialogue.answers = {kPassword};
  EXPECT_TRUE(helpdesk_key(world.engine, asker(Uid{2000}), key_for("alice")));
}

TEST_F(Administration, AScopeOrAHelpdeskThatDoesNotExistOpensNothing) {
  world.settings.helpdesk_scope = {"nosuch"};
  EXPECT_FALSE(helpdesk_key(world.engine, asker(Uid{2000}), key_for("alice")));
  world.settings.helpdesk_scope = {};
  world.settings.helpdesk_groups = {"nosuch"};
  EXPECT_FALSE(helpdesk_key(world.engine, asker(Uid{2000}), key_for("alice")));
  EXPECT_THAT(world.dialogue.prompts, IsEmpty());
}

TEST_F(Administration, TheDaysCapHolds) {
  world.settings.acts_per_day = 1;
  world.dialogue.answers = {kPassword};
  ASSERT_TRUE(helpdesk_key(world.engine, asker(Uid{2000}), key_for("alice")));
  const auto second = helpdesk_key(world.engine, asker(Uid{2000}), key_for("bob"));
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text, HasSubstr("more than 1 such acts"));
}

TEST_F(Administration, TheDaysCapHoldsForSessionsSideBySide) {
  world.settings.acts_per_day = 1;
  const HelpdeskKey request = key_for("alice");
  world.dialogue.answers = {kPassword, kPassword};
  const auto both = may_act(world.engine, asker(Uid{2000}), "alice",
                            {.verb = Verb::helpdesk_key, .reason = request.reason, .checked = request.checked});
  ASSERT_TRUE(both);
  ASSERT_TRUE(helpdesk_key(world.engine, asker(Uid{2000}), key_for("bob")));
  ASSERT_TRUE(world.store.write([&](Transaction& tx) { EXPECT_TRUE(no_act_left(tx, world.engine, *both)); }));
  EXPECT_EQ(world.store.state.events.back().reason, "helpdesk key: too_many_acts");
}

}  // namespace
}  // namespace mfa
