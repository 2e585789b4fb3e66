// What people see and decide about themselves: history, reports, being asked or not, what is kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/flows/asking.h"
#include "common/flows/devices.h"
#include "common/flows/foresee.h"
#include "common/flows/history.h"
#include "common/flows/login.h"
#include "common/flows/own_data.h"
#include "common/flows/privacy.h"
#include "common/flows/reporting.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr char kPassword[] = "correct horse";

class Self : public testing::Test {
 protected:
  Self() {
    rule("everyone", Requirement::optional);
    world.enrol("alice", Uid{1000});
  }
  void rule(const std::string& name, Requirement mfa) {
    Rule made;
    made.name = name;
    made.mfa = mfa;
    made.trust = std::chrono::hours(24 * 30);
    world.settings.rules.push_back(made);
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
  std::string next_code() {
    later(30);
    return world.code();
  }
  void later(int seconds) { world.clock.time = world.clock.time + std::chrono::seconds(seconds); }
  LoginVerdict log_in(std::vector<std::expected<std::string, DialogueError>> answers) {
    LoginFacts facts;
    facts.user = "alice";
    facts.service = "sshd";
    facts.rhost = "203.0.113.7";
    facts.tty = "ssh";
    facts.from_root = true;
    facts.password_passed = true;
    say(std::move(answers));
    return login(world.engine, facts, Caller{.uid = Uid{0}, .pid = 1}, world.dialogue);
  }
  auto switch_off() {
    say({kPassword, next_code()});
    return disable_asking(world.engine, asker());
  }
  std::ptrdiff_t count(EventKind kind) { return std::ranges::count(world.store.state.events, kind, &Event::kind); }
  Event event(EventKind kind, const std::string& user = "alice") {
    Event made;
    made.kind = kind;
    made.at = world.clock.time;
    made.user = user;
    return made;
  }
  void append(const Event& made) {
    ASSERT_TRUE(world.store.write([&](Transaction& tx) { tx.append(made); }));
  }

  World world;
};

TEST_F(Self, HistoryIsOnesOwnNewestLast) {
  append(event(EventKind::login_passed));
  append(event(EventKind::login_passed, "bob"));
  append(event(EventKind::login_failed));
  const auto mine = history(world.engine, asker(), {});
  ASSERT_TRUE(mine);
  ASSERT_THAT(mine->rows, SizeIs(2));
  EXPECT_EQ(mine->rows[0].event.kind, EventKind::login_passed);
  EXPECT_EQ(mine->rows[1].event.kind, EventKind::login_failed);
  EXPECT_FALSE(mine->before);
  EXPECT_THAT(history(world.engine, asker(Uid{1001}), {})->rows, IsEmpty()) << "bob is not known to the store";
}

TEST_F(Self, HistoryComesInPages) {
  for (int i = 0; i < 250; ++i) append(event(EventKind::login_passed));
  std::vector<std::int64_t> seen;
  HistoryRequest request{.before = {}, .since = {}, .most = 100'000};
  int pages = 0;
  for (bool more = true; more; ++pages) {
    const auto page = history(world.engine, asker(), request);
    ASSERT_TRUE(page);
    ASSERT_LE(page->rows.size(), kHistoryPage);
    for (auto row = page->rows.rbegin(); row != page->rows.rend(); ++row) seen.push_back(row->seq);
    request.before = page->before;
    more = page->before.has_value();
  }
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(seen, SizeIs(250));
  EXPECT_TRUE(std::ranges::is_sorted(seen, std::greater<>()));
  EXPECT_THAT(history(world.engine, asker(), {.before = {}, .since = {}, .most = 0})->rows, SizeIs(1));
}

TEST_F(Self, HistorySinceAMomentStopsThere) {
  for (int i = 0; i < 150; ++i) append(event(EventKind::login_passed));
  later(10);
  const UnixTime since = world.clock.time;
  for (int i = 0; i < 20; ++i) append(event(EventKind::login_failed));
  const auto page = history(world.engine, asker(), {.before = {}, .since = since, .most = kHistoryPage});
  EXPECT_THAT(page->rows, SizeIs(20));
  EXPECT_FALSE(page->before) << "what is older is not looked for";
}

TEST_F(Self, HistoryIsNotOfWhoHadTheNameBefore) {
  later(-5);
  append(event(EventKind::login_passed));
  later(5);
  append(event(EventKind::login_failed));
  EXPECT_THAT(history(world.engine, asker(), {})->rows, SizeIs(1));
  // The name has another uid now: nobody's until root says so.
  world.accounts.people[1].uid = Uid{4000};
  const auto refused = history(world.engine, asker(Uid{4000}), {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("name or number has changed"));
  EXPECT_FALSE(own_data(world.engine, asker(Uid{4000})));
}

TEST_F(Self, AReportEndsAllTrustAndAsksForNothing) {
  ASSERT_EQ(log_in({next_code() + " y"}).result, LoginResult::passed);
  ASSERT_EQ(log_in({}).result, LoginResult::trusted);
  say({});
  const auto reply = report_login(world.engine, asker());
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->recorded);
  EXPECT_EQ(reply->helpdesk, "your helpdesk");
  EXPECT_THAT(world.dialogue.prompts, IsEmpty());
  EXPECT_EQ(world.store.state.events.back().reason, "reported");  // why trust ended
  EXPECT_EQ(count(EventKind::reported), 1);
  EXPECT_NE(log_in({world.wrong_code()}).result, LoginResult::trusted);
  EXPECT_THAT(world.dialogue.prompts[0].text, HasSubstr("A login was reported as not yours"));
}

TEST_F(Self, ReportsOverAndOverAreOneRow) {
  for (int i = 0; i < 50; ++i) EXPECT_EQ(report_login(world.engine, asker())->recorded, i == 0);
  EXPECT_EQ(count(EventKind::reported), 1);
  later(601);
  EXPECT_TRUE(report_login(world.engine, asker())->recorded);
  // Whoever is not known to the store, too: they are from then on, or it would not be kept whose password that was.
  for (int i = 0; i < 3; ++i) EXPECT_EQ(report_login(world.engine, asker(Uid{1001}))->recorded, i == 0);
  EXPECT_EQ(count(EventKind::reported), 3);
  EXPECT_EQ(world.person("bob").reported, world.clock.time);
}

TEST_F(Self, ReportsWithinASecondAreOneCommit) {
  ASSERT_EQ(log_in({next_code() + " y"}).result, LoginResult::passed);
  ASSERT_TRUE(report_login(world.engine, asker()));
  const int writes = world.store.writes;
  const auto epoch = world.person("alice").epoch;
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(report_login(world.engine, asker())->recorded);
  EXPECT_EQ(world.store.writes, writes);
  // In the next one it ends what was begun since, though it is no row.
  later(1);
  EXPECT_FALSE(report_login(world.engine, asker())->recorded);
  EXPECT_EQ(world.store.writes, writes + 1);
  EXPECT_EQ(world.person("alice").epoch, epoch + 1);
}

TEST_F(Self, AReportThatCannotBeKeptSaysWhatToDo) {
  world.store.fail_at = 1;
  const auto reply = report_login(world.engine, asker());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, RequestError::Kind::unavailable);
  EXPECT_THAT(reply.error().hint, HasSubstr("Change your password now"));
}

TEST_F(Self, StatusTellsOfAReportUntilThePasswordIsAnother) {
  EXPECT_FALSE(status(world.engine, asker())->reported);
  ASSERT_TRUE(report_login(world.engine, asker()));
  const UnixTime then = world.clock.time;
  EXPECT_EQ(status(world.engine, asker())->reported, then);
  EXPECT_EQ(status(world.engine, asker())->next, "Change your password now, then tell your helpdesk.");
  ASSERT_EQ(log_in({next_code()}).result, LoginResult::passed);
  EXPECT_EQ(status(world.engine, asker())->reported, then) << "whoever logs in to change it has not changed it";
  world.versions.version = std::nullopt;
  EXPECT_EQ(status(world.engine, asker())->reported, then);
  world.versions.version = "version-2";
  EXPECT_FALSE(status(world.engine, asker())->reported);
}

TEST_F(Self, WhereThePasswordCannotBeSeenTheNextCodeOrRootSettlesAReport) {
  world.versions.version = "";
  ASSERT_EQ(log_in({"notme"}).result, LoginResult::denied);
  EXPECT_TRUE(status(world.engine, asker())->reported);
  (void)log_in({world.wrong_code()});
  EXPECT_TRUE(status(world.engine, asker())->reported);
  ASSERT_EQ(log_in({next_code()}).result, LoginResult::passed);
  EXPECT_FALSE(status(world.engine, asker())->reported);

  ASSERT_TRUE(report_login(world.engine, asker()));
  EXPECT_TRUE(status(world.engine, asker())->reported);
  ASSERT_TRUE(password_changed(world.engine, asker(Uid{0}), "alice"));
  EXPECT_FALSE(status(world.engine, asker())->reported);
}

TEST_F(Self, WhoSwitchesAskingOffIsNotAskedWhereTheRulesLeaveIt) {
  ASSERT_EQ(log_in({next_code() + " y"}).result, LoginResult::passed);
  const auto off = switch_off();
  ASSERT_TRUE(off) << off.error().text;
  EXPECT_FALSE(off->asked);
  EXPECT_TRUE(off->changed);
  EXPECT_FALSE(off->required_from);
  EXPECT_EQ(count(EventKind::asking_disabled), 1);
  EXPECT_EQ(count(EventKind::trust_ended), 1);
  const auto verdict = log_in({});
  EXPECT_EQ(verdict.result, LoginResult::skipped);
  EXPECT_EQ(verdict.reason, "disabled");
  EXPECT_TRUE(status(world.engine, asker())->disabled);
  EXPECT_EQ(status(world.engine, asker())->mfa, Requirement::optional);

  const auto on = enable_asking(world.engine, asker());
  ASSERT_TRUE(on);
  EXPECT_TRUE(on->asked && on->changed);
  EXPECT_EQ(count(EventKind::asking_enabled), 1);
  EXPECT_EQ(log_in({next_code()}).result, LoginResult::passed);
  EXPECT_THAT(world.dialogue.prompts[0].text, HasSubstr("You had switched asking for codes off, so we ask again."));
  EXPECT_FALSE(status(world.engine, asker())->disabled);
}

TEST_F(Self, WhatIsSoAlreadyIsNotRecordedAgain) {
  EXPECT_FALSE(enable_asking(world.engine, asker())->changed);
  EXPECT_FALSE(enable_asking(world.engine, asker(Uid{1001}))->changed);
  ASSERT_TRUE(switch_off()->changed);
  EXPECT_FALSE(switch_off()->changed);
  EXPECT_EQ(count(EventKind::asking_disabled), 1);
  EXPECT_EQ(count(EventKind::asking_enabled), 0);
}

TEST_F(Self, SwitchingOffTakesAFreshPasswordAndCode) {
  // Proven a moment ago, at this very terminal.
  say({kPassword, next_code()});
  ASSERT_TRUE(set_default(world.engine, asker(), "totp-1"));
  for (const auto& answers : std::vector<std::vector<std::expected<std::string, DialogueError>>>{
           {},
           {"wrong horse"},
           {kPassword},
           {kPassword, world.wrong_code(), world.wrong_code(), world.wrong_code()},
           {kPassword, std::unexpected(DialogueError::gone)}}) {
    say(answers);
    EXPECT_FALSE(disable_asking(world.engine, asker()));
    EXPECT_FALSE(world.person("alice").asks_off);
  }
  EXPECT_EQ(count(EventKind::asking_disabled), 0);
}

TEST_F(Self, WhatARuleRequiresStaysRequired) {
  ASSERT_TRUE(switch_off());
  world.settings.rules[0].mfa = Requirement::require;
  EXPECT_EQ(log_in({next_code() + " n"}).result, LoginResult::passed);
  EXPECT_THAT(world.dialogue.prompts, SizeIs(1));
  say({kPassword, next_code()});
  const auto refused = disable_asking(world.engine, asker());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("do not leave that to you"));
  EXPECT_THAT(world.dialogue.prompts, IsEmpty()) << "said before anyone types a password";
  EXPECT_TRUE(enable_asking(world.engine, asker())) << "on again it may always be";
}

TEST_F(Self, UntilItsDateARuleLeavesTheChoiceAndSaysSo) {
  world.settings.rules[0].mfa = Requirement::require;
  world.settings.rules[0].since = world.clock.time + std::chrono::seconds(1000);
  const auto off = switch_off();
  ASSERT_TRUE(off);
  EXPECT_EQ(off->required_from, world.settings.rules[0].since);
  EXPECT_EQ(log_in({}).result, LoginResult::skipped);
  later(1000);
  EXPECT_EQ(log_in({next_code()}).result, LoginResult::passed);
}

TEST_F(Self, OneRuleThatLeavesTheChoiceIsEnough) {
  world.settings.rules.clear();
  rule("over SSH", Requirement::require);
  world.settings.rules[0].service = {"sshd"};
  rule("else", Requirement::optional);
  ASSERT_TRUE(switch_off());
  EXPECT_EQ(log_in({next_code()}).result, LoginResult::passed) << "required over SSH";
}

TEST_F(Self, AGroupThatCannotBeLookedUpIsNoPermission) {
  world.settings.rules[0].group = {"students"};
  rule("the rest", Requirement::require);
  ASSERT_TRUE(switch_off());
  ASSERT_TRUE(enable_asking(world.engine, asker()));
  world.settings.rules[0].group = {"staff"};  // no such group, says the directory
  world.settings.rules[0].mfa = Requirement::require;
  say({kPassword, next_code()});
  const auto unknown = disable_asking(world.engine, asker());
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, RequestError::Kind::unavailable);
}

TEST_F(Self, WithoutAFactorThereIsNothingToSwitchOff) {
  say({kPassword});
  const auto refused = disable_asking(world.engine, asker(Uid{1001}));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("no second factor"));
  EXPECT_THAT(world.dialogue.prompts, IsEmpty());
}

TEST_F(Self, WhoBeginsAnewIsAsked) {
  ASSERT_TRUE(switch_off());
  say({kPassword, next_code()});
  ASSERT_TRUE(remove_factor(world.engine, asker(), "totp-1"));
  ASSERT_TRUE(provision_totp(world.engine, asker(Uid{0}), "alice", ""));
  EXPECT_FALSE(world.person("alice").asks_off);
}

TEST_F(Self, ForesightKnowsWhoIsNotAsked) {
  ASSERT_TRUE(switch_off());
  const auto explained =
      explain(world.engine, asker(Uid{0}), {.user = "alice", .service = "", .from = "", .key = "", .at = {}});
  ASSERT_TRUE(explained);
  EXPECT_EQ(explained->decision, Outcome::skip);
  EXPECT_EQ(explained->reason, "disabled");
  const auto foretold = forecast(world.engine, asker(Uid{0}), {"alice"}, std::nullopt);
  EXPECT_EQ(foretold->skipped, 1U);
  EXPECT_EQ(foretold->who.at(0).reason, "disabled");
}

TEST_F(Self, EveryFailureOfTheStoreLeavesOneAsked) {
  for (int call = 0; call < 60; ++call) {
    const auto before = world.store.state;
    world.store.fail_at = call;
    const auto off = switch_off();
    world.store.fail_at = -1;
    EXPECT_EQ(off.has_value(), world.person("alice").asks_off) << call;
    world.store.state = before;
  }
}

TEST_F(Self, ADeviceThatANewPasswordEndedIsShownAsEnded) {
  ASSERT_EQ(log_in({next_code() + " y"}).result, LoginResult::passed);
  EXPECT_EQ(devices(world.engine, asker())->devices.at(0).ended, "");
  world.versions.version = "version-2";
  EXPECT_EQ(devices(world.engine, asker())->devices.at(0).ended, "password_changed");
  EXPECT_EQ(status(world.engine, asker())->devices.at(0).ended, "password_changed");
  world.versions.version = std::nullopt;  // nobody knows
  EXPECT_EQ(devices(world.engine, asker())->devices.at(0).ended, "");
  EXPECT_THAT(forget_devices(world.engine, asker(), "device-1")->devices, SizeIs(1));
}

TEST_F(Self, ExportHoldsAllButSecrets) {
  ASSERT_EQ(log_in({next_code() + " y"}).result, LoginResult::passed);
  const auto data = own_data(world.engine, asker());
  ASSERT_TRUE(data);
  EXPECT_EQ(data->user, "alice");
  EXPECT_EQ(data->uid, Uid{1000});
  ASSERT_TRUE(data->person);
  EXPECT_THAT(data->factors, SizeIs(1));
  EXPECT_EQ(data->recovery_codes_left, 2U);
  EXPECT_THAT(data->trusts, SizeIs(1));
  EXPECT_FALSE(data->set_up_until || data->enrolment_code_until);
  const auto of_bob = own_data(world.engine, asker(Uid{1001}));
  ASSERT_TRUE(of_bob);
  EXPECT_FALSE(of_bob->person);
  EXPECT_THAT(of_bob->factors, IsEmpty());
}

TEST_F(Self, PrivacySaysWhatTheConfigurationSays) {
  world.settings.helpdesk = "Service Desk, 0800 650 200";
  const auto all = [&] {
    const auto reply = privacy(world.engine, asker());
    std::string text = reply->never + reply->who + reply->ask;
    for (const auto& section : reply->kept) text += section.what + section.why + section.how_long;
    return text;
  };
  EXPECT_THAT(all(), HasSubstr("30 days at most"));
  EXPECT_THAT(all(), HasSubstr("mfa-helpdesk"));
  EXPECT_THAT(all(), HasSubstr("Ask Service Desk, 0800 650 200."));
  EXPECT_THAT(all(), Not(HasSubstr("country")));
  world.settings.geo_database = "/var/lib/GeoIP/country.mmdb";
  world.settings.trust_burst = std::chrono::seconds(30);
  EXPECT_THAT(all(), HasSubstr("its country"));
  EXPECT_THAT(all(), HasSubstr("30 seconds"));
  world.settings.trust_burst = std::chrono::seconds(0);
  world.settings.rules[0].trust.reset();
  world.settings.helpdesk_groups.clear();
  EXPECT_THAT(all(), Not(HasSubstr("remembered")));
  EXPECT_THAT(all(), Not(HasSubstr("mfa-helpdesk")));
}

}  // namespace
}  // namespace mfa
