// What the helpdesk grants for a while: bypass codes, journeys, exemptions; and how it gets to know who somebody is.
#include "common/flows/helpdesk_grants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>

#include "common/flows/devices.h"
#include "common/flows/helpdesk_acts.h"
#include "common/flows/helpdesk_identify.h"
#include "common/flows/login.h"
#include "common/flows/notices.h"
#include "common/flows/openings.h"
#include "common/flows/reporting.h"
#include "common/flows/tokens.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::World;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr char kPassword[] = "correct horse";
constexpr Caller kRoot{.uid = Uid{0}, .pid = 1};
constexpr std::chrono::hours kHour{1};
using Answers = std::vector<std::expected<std::string, DialogueError>>;

class HelpdeskGrants : public testing::Test {
 protected:
  HelpdeskGrants() {
    world.accounts.people.push_back({{"clerk"}, Uid{2000}, Gid{2000}});
    world.accounts.people.push_back({{"other"}, Uid{2001}, Gid{2001}});
    world.accounts.groups["mfa-helpdesk"] = {"clerk", "other"};
    world.settings.protected_groups = {"wheel"};
    world.settings.geo_database = "/var/lib/GeoIP/country.mmdb";
    Rule abroad;
    abroad.name = "abroad";
    abroad.country = {"!NZ"};
    abroad.mfa = Requirement::deny;
    Rule everyone;
    everyone.name = "everyone";
    everyone.mfa = Requirement::require;
    everyone.trust = std::chrono::hours(24);
    world.settings.rules = {abroad, everyone};
    world.enrol("alice", Uid{1000});
  }
  Asker asker(Uid uid = {2000}) {
    return {.caller = {.uid = uid, .pid = 42},
            .terminal = TerminalId{"session 7 tty 3"},
            .password = world.passwords,
            .dialogue = world.dialogue};
  }
  void say(Answers answers) {
    world.dialogue.prompts.clear();
    world.dialogue.answers = std::move(answers);
  }
  static HelpdeskRequest about(const std::string& user, const std::string& checked = "student card") {
    return {.user = user, .reason = "phone at home", .checked = checked};
  }
  std::expected<BypassReply, RequestError> bypass(std::uint32_t uses = 1, std::chrono::seconds length = kUsualBypass) {
    say({kPassword});
    return helpdesk_bypass(world.engine, asker(), about("alice"), length, uses);
  }
  LoginResult log_in(Answers answers, const std::string& from = "203.0.113.7") {
    say(std::move(answers));
    LoginFacts facts;
    facts.user = "alice";
    facts.service = "sshd";
    facts.rhost = from;
    facts.tty = "ssh";
    facts.from_root = true;
    facts.password_passed = true;
    verdict = login(world.engine, facts, kRoot, world.dialogue);
    return verdict.result;
  }
  const Event& last() { return world.store.state.events.back(); }
  std::uint32_t failures() { return world.person("alice").lockout.failures; }

  World world;
  LoginVerdict verdict;
};

// --- bypass codes

TEST_F(HelpdeskGrants, ABypassCodeLetsInAsOftenAsItSays) {
  const auto code = bypass(2);
  ASSERT_TRUE(code) << code.error().text;
  EXPECT_THAT(code->code, SizeIs(8));
  EXPECT_EQ(code->until, world.clock.time + 24 * kHour);
  EXPECT_EQ(last().kind, EventKind::helpdesk_bypass);
  EXPECT_EQ(last().reason, "2 logins within 1 day; phone at home; checked: student card");
  EXPECT_THAT(world.store.state.bypasses[1].first, Not(IsEmpty()));

  EXPECT_EQ(log_in({code->code}), LoginResult::passed);
  EXPECT_THAT(world.dialogue.prompts[0].text, HasSubstr("The helpdesk made a bypass code for your account on"));
  EXPECT_THAT(world.dialogue.prompts[0].text, HasSubstr("Other ways: recovery code, bypass code, help\n"));
  EXPECT_EQ(verdict.text, "Your bypass code works once more.");
  EXPECT_EQ(last().factor, "bypass");
  EXPECT_EQ(log_in({code->code.substr(0, 4) + " " + code->code.substr(4)}), LoginResult::passed);
  EXPECT_EQ(verdict.text, "That was the last time your bypass code works.");
  EXPECT_NE(log_in({code->code}), LoginResult::passed);
  EXPECT_EQ(failures(), 1U);
}

TEST_F(HelpdeskGrants, ABypassCodeLetsInAsLongAsItSays) {
  const auto code = bypass(10, 2 * kHour);
  ASSERT_TRUE(code);
  world.clock.time = code->until - std::chrono::seconds(1);
  EXPECT_EQ(log_in({code->code}), LoginResult::passed);
  world.clock.time = code->until;
  EXPECT_NE(log_in({code->code}), LoginResult::passed);
  EXPECT_THAT(world.dialogue.prompts[0].text, Not(HasSubstr("bypass code, ")));
  world.clock.time = code->until - 8 * 24 * kHour;  // a clock that is set back does not bring it back for longer
  EXPECT_NE(log_in({code->code}), LoginResult::passed);
}

TEST_F(HelpdeskGrants, ABypassCodeEarnsNoTrust) {
  const auto code = bypass(2);
  ASSERT_TRUE(code);
  world.settings.trust_burst = std::chrono::seconds(10);
  EXPECT_EQ(log_in({code->code + " y", "y"}), LoginResult::passed);
  EXPECT_THAT(world.dialogue.prompts, SizeIs(1)) << "nor is it asked for";
  EXPECT_THAT(world.store.state.trusts[1], IsEmpty());
}

TEST_F(HelpdeskGrants, WrongBypassCodesCountAsAnyCode) {
  const auto code = bypass();
  ASSERT_TRUE(code);
  std::string wrong = code->code;
  wrong[0] = wrong[0] == '0' ? '1' : '0';
  EXPECT_NE(log_in({wrong, wrong, wrong}), LoginResult::passed);
  EXPECT_EQ(failures(), 3U);
  EXPECT_EQ(log_in({wrong, wrong}), LoginResult::locked);
  EXPECT_EQ(log_in({code->code}), LoginResult::locked) << "and while locked out none is compared";
  world.clock.time = world.clock.time + kHour;
  EXPECT_EQ(log_in({code->code}), LoginResult::passed);
}

TEST_F(HelpdeskGrants, ABypassCodeProvesNothingElse) {
  const auto code = bypass(5);
  ASSERT_TRUE(code);
  say({kPassword, code->code, code->code, code->code});
  EXPECT_FALSE(new_codes(world.engine, asker(Uid{1000}))) << "no step-up";
  say({code->code, code->code, code->code});
  EXPECT_FALSE(test_code(world.engine, asker(Uid{1000})));
  world.store.state.people[0].lockout = {};
  say({kPassword, code->code, code->code, code->code});
  EXPECT_FALSE(helpdesk_identify(world.engine, asker(), about("alice")));
  EXPECT_EQ(world.store.state.bypasses[1].second.uses, 5U);
}

TEST_F(HelpdeskGrants, ABypassCodeIsAnswerEnoughWhereOnlyAKeyIsThere) {
  auto& factors = world.store.state.factors[1];
  factors[0].detail = KeyFactor{.type = "sk-ssh-ed25519@openssh.com", .fingerprint = "SHA256:x"};
  world.store.state.codes[1].clear();
  const auto code = bypass();
  ASSERT_TRUE(code) << code.error().text;
  EXPECT_EQ(log_in({"123456", code->code}), LoginResult::passed);
  EXPECT_THAT(world.dialogue.prompts[0].text, HasSubstr("Enter the bypass code that you were given.\n"));
  EXPECT_EQ(failures(), 0U) << "six digits are no guess at it";
}

TEST_F(HelpdeskGrants, BypassCodesHaveTheirBounds) {
  for (const auto& [uses, length] : {std::pair<std::uint32_t, std::chrono::seconds>{0, kHour},
                                     {11, kHour},
                                     {1, std::chrono::seconds(0)},
                                     {1, std::chrono::seconds(-5)},
                                     {1, 7 * 24 * kHour + std::chrono::seconds(1)}}) {
    const auto done = bypass(uses, length);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().text, "A bypass code is good for 7 days and 10 logins at most.");
  }
  EXPECT_TRUE(bypass(10, 7 * 24 * kHour));
  say({kPassword});
  const auto nobody = helpdesk_bypass(world.engine, asker(), about("bob"), kHour, 1);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().text, "bob has no second factor that a code could stand in for.");
}

TEST_F(HelpdeskGrants, ANewCodeOrAResetEndsTheOld) {
  const auto first = bypass(5);
  const auto second = bypass(5);
  ASSERT_TRUE(first && second);
  EXPECT_NE(log_in({first->code}), LoginResult::passed);
  EXPECT_EQ(log_in({second->code}), LoginResult::passed);
  say({kPassword});
  ASSERT_TRUE(helpdesk_reset(world.engine, asker(), about("alice"), "iPhone"));
  EXPECT_THAT(world.store.state.bypasses, IsEmpty());
}

// --- identify

TEST_F(HelpdeskGrants, ACodeReadOutIdentifiesForAQuarterOfAnHour) {
  say({kPassword});
  EXPECT_FALSE(helpdesk_reset(world.engine, asker(), about("alice", ""), ""));
  EXPECT_EQ(last().reason, "helpdesk reset: not_identified");
  say({kPassword, world.code()});
  const auto known = helpdesk_identify(world.engine, asker(), about("alice", ""));
  ASSERT_TRUE(known) << known.error().text;
  EXPECT_EQ(known->factor, "totp-1");
  EXPECT_EQ(known->until, world.clock.time + std::chrono::minutes(15));
  EXPECT_EQ(last().kind, EventKind::helpdesk_identified);
  EXPECT_EQ(last().actor, "clerk");
  EXPECT_EQ(last().reason, "phone at home");
  EXPECT_THAT(world.dialogue.prompts[1].text, HasSubstr("Ask alice to read out the code"));

  say({kPassword});
  EXPECT_FALSE(helpdesk_bypass(world.engine, asker(Uid{2001}), about("alice", ""), kHour, 1)) << "another clerk";
  say({kPassword});
  ASSERT_TRUE(helpdesk_bypass(world.engine, asker(), about("alice", ""), kHour, 1));
  EXPECT_EQ(last().reason, "1 login within 1 hour; phone at home; identified by a code");
  world.clock.time = known->until;
  say({kPassword});
  EXPECT_FALSE(helpdesk_bypass(world.engine, asker(), about("alice", ""), kHour, 1));
  world.clock.time = known->until - 2 * kHour;
  say({kPassword});
  EXPECT_FALSE(helpdesk_bypass(world.engine, asker(), about("alice", ""), kHour, 1)) << "a clock set back";
}

TEST_F(HelpdeskGrants, WhatIdentifyProvedMayBeOverWhenTheActIsDone) {
  say({kPassword, world.code()});
  ASSERT_TRUE(helpdesk_identify(world.engine, asker(), about("alice", "")));
  world.dialogue.before_answer = [&](doubles::Script&) { world.clock.time = world.clock.time + kHour; };
  say({kPassword});
  const auto done = helpdesk_bypass(world.engine, asker(), about("alice", ""), kHour, 1);
  world.dialogue.before_answer = nullptr;
  EXPECT_FALSE(done);
  EXPECT_EQ(last().reason, "helpdesk bypass: not_identified");
  EXPECT_THAT(world.store.state.bypasses, IsEmpty());
}

TEST_F(HelpdeskGrants, ACodeReadOutNeverLogsIn) {
  const std::string code = world.code();
  say({kPassword, code});
  ASSERT_TRUE(helpdesk_identify(world.engine, asker(), about("alice", "")));
  EXPECT_NE(log_in({code}), LoginResult::passed);
  EXPECT_THAT(world.dialogue.prompts[1].text, HasSubstr("That code was already used."));
  say({kPassword, code, world.code(1)});
  EXPECT_TRUE(helpdesk_identify(world.engine, asker(), about("alice", ""))) << "nor twice";
  EXPECT_THAT(world.dialogue.prompts.back().text, HasSubstr("That code was already used."));
}

TEST_F(HelpdeskGrants, WrongCodesReadOutCountAndNoRecoveryCodeIsTaken) {
  say({kPassword, world.wrong_code(), "7k3m-92qx-d4tp", world.wrong_code()});
  const auto done = helpdesk_identify(world.engine, asker(), about("alice", ""));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().text, "That code is not right.");
  EXPECT_EQ(failures(), 2U);
  EXPECT_THAT(world.store.state.codes[1], SizeIs(2));
  EXPECT_THAT(world.store.state.identified, IsEmpty());
  EXPECT_EQ(world.person("alice").failed_since_login, 0U) << "no login that knew the password";
}

// --- journeys and exemptions

TEST_F(HelpdeskGrants, AJourneyOpensThatCountryUntilThatDay) {
  EXPECT_EQ(log_in({world.code()}, "198.51.100.7"), LoginResult::denied);  // AU
  const UnixTime until = world.clock.time + 10 * 24 * kHour;
  say({kPassword});
  const auto fiji = helpdesk_travel(world.engine, asker(), about("alice", ""), "FJ", until);
  ASSERT_TRUE(fiji) << fiji.error().text;
  EXPECT_EQ(log_in({world.code()}, "198.51.100.7"), LoginResult::denied) << "just that country";
  say({kPassword});
  const auto australia = helpdesk_travel(world.engine, asker(), about("alice", ""), "au", until);
  ASSERT_TRUE(australia) << australia.error().text;
  EXPECT_EQ(australia->country, "AU");
  EXPECT_EQ(last().kind, EventKind::helpdesk_travel);
  EXPECT_EQ(log_in({}, "198.51.100.7"), LoginResult::conversation) << "a code is asked for all the same";
  EXPECT_EQ(log_in({world.code()}, "198.51.100.7"), LoginResult::passed);
  world.clock.time = until;
  EXPECT_EQ(log_in({world.code()}, "198.51.100.7"), LoginResult::denied);
}

TEST_F(HelpdeskGrants, ACountryIsNamedAsPeopleNameIt) {
  for (const auto& [text, code] : std::map<std::string, std::string>{
           {"New Zealand", "NZ"}, {"aotearoa", "NZ"}, {"+64", "NZ"}, {"fiji", "FJ"}, {"uk", "GB"}}) {
    say({kPassword});
    const auto noted = helpdesk_travel(world.engine, asker(), about("alice", ""), text, world.clock.time + kHour);
    ASSERT_TRUE(noted) << text << noted.error().text;
    EXPECT_EQ(noted->country, code) << text;
  }
}

TEST_F(HelpdeskGrants, WhatIsToldOfAJourneySaysWhereToAndWhetherItEnded) {
  const auto told = [&](const std::string& country, UnixTime until, bool exempt) {
    say({kPassword});
    if (exempt)
      EXPECT_TRUE(helpdesk_exempt(world.engine, asker(), about("alice"), until));
    else
      EXPECT_TRUE(helpdesk_travel(world.engine, asker(), about("alice", ""), country, until));
    const std::vector<TrailRow> row{{.seq = 1, .event = last()}};
    return change_notices(world.clock, row, {}).at(0);
  };
  const UnixTime soon = world.clock.time + kHour;
  EXPECT_THAT(told("fj", soon, false), testing::EndsWith(" that you travel to Fiji."));
  EXPECT_THAT(told("fj", UnixTime{0}, false), testing::EndsWith(" the journey to Fiji that it had noted."));
  EXPECT_THAT(told("", soon, true), testing::MatchesRegex("The helpdesk noted on .* without a second factor\\."));
  EXPECT_THAT(told("", UnixTime{0}, true),
              testing::MatchesRegex("The helpdesk ended on .* without a second factor\\."));
}

TEST_F(HelpdeskGrants, AJourneyHasItsBoundsAndCanBeEnded) {
  const auto travel = [&](const std::string& country, UnixTime until) {
    say({kPassword});
    const auto done = helpdesk_travel(world.engine, asker(), about("alice", ""), country, until);
    return done ? std::string(done->until ? "noted" : "ended") : done.error().text;
  };
  EXPECT_EQ(travel("Atlantis", world.clock.time + kHour), "There is no country Atlantis.");
  EXPECT_EQ(travel("+44", world.clock.time + kHour), "+44 may mean one of these: GB, GG, IM, JE");
  EXPECT_EQ(travel("AU", world.clock.time + 400 * 24 * kHour), "A journey is noted for a year at most.");
  EXPECT_EQ(travel("AU", world.clock.time + kHour), "noted");
  EXPECT_EQ(travel("AU", world.clock.time + 2 * kHour), "noted");
  EXPECT_THAT(world.store.state.journeys[1], SizeIs(1));
  EXPECT_EQ(travel("AU", UnixTime{0}), "ended");
  EXPECT_THAT(world.store.state.journeys[1], IsEmpty());
}

TEST_F(HelpdeskGrants, WhoIsExemptIsAskedNothingUntilThen) {
  const auto exempt = [&](UnixTime until) {
    say({kPassword});
    const auto done = helpdesk_exempt(world.engine, asker(), about("alice"), until);
    return done ? std::string(done->until ? "noted" : "ended") : done.error().text;
  };
  EXPECT_EQ(exempt(world.clock.time + 31 * 24 * kHour + std::chrono::seconds(1)),
            "Nobody is exempt for more than 30 days.");
  const UnixTime until = world.clock.time + 31 * 24 * kHour;  // to the end of the 30th
  EXPECT_EQ(exempt(until), "noted");
  EXPECT_EQ(last().kind, EventKind::helpdesk_exempt);
  EXPECT_EQ(log_in({}), LoginResult::skipped);
  EXPECT_EQ(log_in({}, "198.51.100.7"), LoginResult::denied) << "what is denied stays so";
  world.clock.time = until;
  EXPECT_EQ(log_in({}), LoginResult::conversation);
  world.clock.time = until - kHour;
  EXPECT_EQ(exempt(UnixTime{0}), "ended");
  EXPECT_EQ(log_in({}), LoginResult::conversation);
}

// --- how they end

// All that can stand open beside a factor, as a thief on the telephone would have it.
class StandingOpen : public HelpdeskGrants {
 protected:
  void open_all(std::chrono::seconds length = kHour) {
    ASSERT_TRUE(world.store.write([&](Transaction& tx) {
      Person alice = *tx.person_by_name({"alice"});
      const UnixTime until = world.clock.time + length;
      tx.keep_bypass_code(alice.id, "12345678", {.until = until, .uses = 9});
      for (const Journey& old : tx.journeys(alice.id)) tx.remove_journey(alice.id, old.country);
      tx.add_journey(alice.id, {.country = "AU", .until = until});
      tx.keep_enrolment_code(alice.id, "2222333344zz", until);
      alice.exempt_until = until;
      alice.asks_off = true;
      tx.save(alice);
    }));
  }
  std::vector<Opening> left() {
    std::vector<Opening> open;
    EXPECT_TRUE(world.store.read(
        [&](Transaction& tx) { open = openings(tx, *tx.person_by_name({"alice"}), world.clock.time); }));
    return open;
  }
  Asker alice() { return asker({1000}); }
  std::string reason_of(EventKind kind) {
    const auto& events = world.store.state.events;
    const auto found = std::ranges::find(events.rbegin(), events.rend(), kind, &Event::kind);
    return found == events.rend() ? "no such row" : found->reason;
  }
};

constexpr std::array kAll{Opening::bypass_code, Opening::exemption, Opening::journeys, Opening::enrolment_code,
                          Opening::asking_off};
constexpr char kAllTerms[] = "ended: bypass code, exemption, journeys, enrolment code, disabled";

TEST_F(StandingOpen, AReportEndsItAndSaysSo) {
  open_all();
  ASSERT_THAT(left(), testing::ElementsAreArray(kAll));
  const auto reply = report_login(world.engine, alice());
  ASSERT_TRUE(reply);
  EXPECT_THAT(reply->ended, testing::ElementsAreArray(kAll));
  EXPECT_EQ(reason_of(EventKind::reported), std::string("report; ") + kAllTerms);
  EXPECT_THAT(left(), IsEmpty());
  EXPECT_EQ(log_in({}), LoginResult::conversation) << "neither exempt nor switched off";
  EXPECT_NE(log_in({"12345678", "2222-3333-44zz"}), LoginResult::passed);
  EXPECT_EQ(log_in({world.code()}, "198.51.100.7"), LoginResult::denied) << "the journey is over";
}

TEST_F(StandingOpen, NotmeEndsItToo) {
  open_all();
  ASSERT_TRUE(world.store.write([&](Transaction& tx) {  // or nothing would be asked
    Person person = *tx.person_by_name({"alice"});
    person.exempt_until.reset();
    tx.save(person);
  }));
  ASSERT_EQ(log_in({"notme"}), LoginResult::denied);
  EXPECT_THAT(verdict.text, HasSubstr("What the helpdesk had allowed you until now"));
  EXPECT_EQ(reason_of(EventKind::reported), "notme; ended: bypass code, journeys, enrolment code, disabled");
  EXPECT_THAT(left(), IsEmpty());
  ASSERT_EQ(log_in({"notme"}), LoginResult::denied);
  EXPECT_THAT(verdict.text, Not(HasSubstr("What the helpdesk")));
}

// In the same second as the report before, and within the ten minutes in which a report is no row.
TEST_F(StandingOpen, WhatWasGrantedAfterAReportTheNextOneEnds) {
  for (const int seconds : {0, 30}) {
    ASSERT_TRUE(report_login(world.engine, alice()));
    world.clock.time = world.clock.time + std::chrono::seconds(seconds);
    open_all();
    const auto reply = report_login(world.engine, alice());
    ASSERT_TRUE(reply);
    EXPECT_TRUE(reply->recorded) << "what ended stands in the trail";
    EXPECT_THAT(left(), IsEmpty()) << seconds;
    EXPECT_FALSE(report_login(world.engine, alice())->recorded);
  }
}

TEST_F(StandingOpen, WhatIsOverAnywayIsNotTold) {
  open_all();
  world.clock.time = world.clock.time + 2 * kHour;
  const auto reply = report_login(world.engine, alice());
  ASSERT_TRUE(reply);
  EXPECT_THAT(reply->ended, testing::ElementsAre(Opening::asking_off));
  EXPECT_THAT(world.store.state.bypasses, IsEmpty());
  EXPECT_THAT(world.store.state.journeys[1], IsEmpty());
}

TEST_F(StandingOpen, AResetEndsItAlsoOfOneFactor) {
  for (const char* factor : {"iPhone", ""}) {
    open_all();
    say({kPassword});
    const auto reply = helpdesk_reset(world.engine, asker(), about("alice"), factor);
    ASSERT_TRUE(reply) << reply.error().text;
    EXPECT_THAT(reply->ended, testing::ElementsAreArray(kAll)) << factor;
    EXPECT_EQ(reason_of(EventKind::helpdesk_reset), std::string(kAllTerms) + "; phone at home; checked: student card");
    EXPECT_THAT(left(), testing::ElementsAre(Opening::enrolment_code)) << "the new one";
    EXPECT_NE(log_in({"2222-3333-44zz"}), LoginResult::passed);
    EXPECT_THAT(world.dialogue.prompts.at(0).text, HasSubstr("before is over."));
  }
}

TEST_F(StandingOpen, AResetThatEndsNothingElseSaysNothingOfIt) {
  say({kPassword});
  const auto reply = helpdesk_reset(world.engine, asker(), about("alice"), "");
  ASSERT_TRUE(reply);
  EXPECT_THAT(reply->ended, IsEmpty());
  EXPECT_EQ(reason_of(EventKind::helpdesk_reset), "phone at home; checked: student card");
}

TEST_F(StandingOpen, ANewPasswordEndsTheBypassCodeAlone) {
  const auto rest =
      testing::ElementsAre(Opening::exemption, Opening::journeys, Opening::enrolment_code, Opening::asking_off);
  open_all();
  const auto reply = password_changed(world.engine, asker({0}), "alice");
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->bypass_ended);
  EXPECT_THAT(left(), rest);
  EXPECT_FALSE(password_changed(world.engine, asker({0}), "alice")->bypass_ended);

  open_all(2 * kHour);
  LoginFacts facts;
  facts.user = "alice";
  facts.service = "passwd";
  facts.from_root = true;
  facts.phase = Phase::password_changed;
  say({});
  EXPECT_EQ(login(world.engine, facts, kRoot, world.dialogue).result, LoginResult::done);
  EXPECT_THAT(left(), rest);
}

TEST_F(HelpdeskGrants, EachIsRefusedToWhoeverMayNot) {
  const auto each = [&](const HelpdeskRequest& request, Uid clerk) {
    std::vector<std::string> why;
    const auto note = [&](const auto& done) {
      EXPECT_FALSE(done);
      why.push_back(last().reason);
      return 0;
    };
    say({});
    note(helpdesk_bypass(world.engine, asker(clerk), request, kHour, 1));
    note(helpdesk_identify(world.engine, asker(clerk), request));
    note(helpdesk_travel(world.engine, asker(clerk), request, "AU", world.clock.time + kHour));
    note(helpdesk_exempt(world.engine, asker(clerk), request, world.clock.time + kHour));
    return why;
  };
  EXPECT_THAT(each(about("clerk"), {2000}),
              testing::ElementsAre("helpdesk bypass: oneself", "helpdesk identify: oneself", "helpdesk travel: oneself",
                                   "helpdesk exempt: oneself"));
  EXPECT_THAT(each(about("root"), {2000}), Contains("helpdesk exempt: system_account"));
  EXPECT_THAT(each({.user = "alice", .reason = "", .checked = "c"}, {2000}),
              testing::Each(testing::EndsWith(": no_reason")));
}

TEST_F(HelpdeskGrants, WhoIsNoMemberIsRefusedAndRecordedButFillsNoTrail) {
  const auto tries = [&](const std::string& user, Uid stranger) {
    say({});
    EXPECT_EQ(helpdesk_bypass(world.engine, asker(stranger), about(user), kHour, 1).error().text,
              "Only the helpdesk may do that.");
    return std::ranges::count(world.store.state.events, EventKind::helpdesk_refused, &Event::kind);
  };
  EXPECT_EQ(tries("alice", {1001}), 1);
  EXPECT_EQ(last().user, "alice");
  EXPECT_EQ(last().actor, "bob");
  EXPECT_EQ(last().reason, "helpdesk bypass: not_helpdesk");
  EXPECT_EQ(tries("no such account\n", {1001}), 2) << "and nothing tells the two apart";
  EXPECT_EQ(last().user, "");
  for (int i = 0; i < 100; ++i) (void)tries("alice", {1001});
  EXPECT_EQ(tries("alice", {1001}), 4);
  EXPECT_EQ(last().reason, "helpdesk bypass: not_helpdesk; more_of_these");
  EXPECT_EQ(tries("alice", {1000}), 5) << "nor is anybody else's try lost by that";
  world.clock.time = world.clock.time + 2 * kHour;
  EXPECT_EQ(tries("alice", {1001}), 6);
}

TEST_F(HelpdeskGrants, ManyRefusalsOfOneKindHideNoOther) {
  const auto& events = world.store.state.events;
  const auto rows = [&](const std::string& reason) {
    return std::ranges::count_if(events, [&](const Event& event) {
      return event.kind == EventKind::helpdesk_refused && event.reason == reason;
    });
  };
  const auto exempt = [&](const std::string& user, const std::string& reason) {
    say({});
    EXPECT_FALSE(helpdesk_exempt(world.engine, asker(), {.user = user, .reason = reason, .checked = "card"},
                                 world.clock.time + kHour));
  };
  for (int i = 0; i < 100; ++i) exempt("alice", "");
  EXPECT_EQ(rows("helpdesk exempt: no_reason"), 5);
  EXPECT_EQ(rows("helpdesk exempt: no_reason; more_about_them"), 1);
  exempt("root", "");  // another kind, and another person
  EXPECT_EQ(last().reason, "helpdesk exempt: system_account");
  exempt("clerk", "no phone");
  EXPECT_EQ(last().reason, "helpdesk exempt: oneself");
  exempt("bob", "");
  EXPECT_EQ(last().user, "bob");
  EXPECT_EQ(rows("helpdesk exempt: no_reason"), 6);

  // All of a kind are bounded as well, whomever they are about.
  for (unsigned uid = 5000; uid < 5060; ++uid) {
    const std::string name = "student" + std::to_string(uid);
    world.accounts.people.push_back({{name}, Uid{uid}, Gid{uid}});
    exempt(name, "");
  }
  EXPECT_EQ(rows("helpdesk exempt: no_reason"), 30);
  EXPECT_EQ(rows("helpdesk exempt: no_reason; more_of_these"), 1);
  EXPECT_EQ(last().reason, "helpdesk exempt: no_reason; more_of_these");
  world.clock.time = world.clock.time + 2 * kHour;
  exempt("alice", "");
  EXPECT_EQ(last().reason, "helpdesk exempt: no_reason");
}

// --- who may, when the act is done

TEST_F(HelpdeskGrants, WhoMayIsLookedAtAgainBehindThePrompts) {
  const std::map<std::string, std::string> meanwhile{
      {"a clerk no more", "not_helpdesk"}, {"protected", "protected"}, {"a colleague", "colleague"}};
  using Outcome = std::expected<bool, RequestError>;
  const auto done = [](const auto& reply) { return reply ? Outcome(true) : Outcome(std::unexpected(reply.error())); };
  const HelpdeskRequest alice = about("alice");
  const std::map<std::string, std::function<Outcome()>> acts{
      {"unlock", [&] { return done(helpdesk_unlock(world.engine, asker(), alice)); }},
      {"reset", [&] { return done(helpdesk_reset(world.engine, asker(), alice, "")); }},
      {"bypass", [&] { return done(helpdesk_bypass(world.engine, asker(), alice, kHour, 1)); }},
      {"travel", [&] { return done(helpdesk_travel(world.engine, asker(), alice, "AU", world.clock.time + kHour)); }},
      {"exempt", [&] { return done(helpdesk_exempt(world.engine, asker(), alice, world.clock.time + kHour)); }},
      {"identify", [&] { return done(helpdesk_identify(world.engine, asker(), alice)); }},
      {"token",
       [&] {
         return done(
             helpdesk_token(world.engine, asker(), {.user = "alice", .name = "", .reason = "r", .checked = "c"}));
       }},
  };
  const auto groups = world.accounts.groups;
  for (const auto& [act, attempt] : acts) {
    for (const auto& [change, refusal] : meanwhile) {
      world.accounts.groups = groups;
      ASSERT_TRUE(world.store.write([&](Transaction& tx) { tx.forget_step_ups({2}); }));
      world.clock.time = world.clock.time + kHour;  // or a step-up would still hold
      say({kPassword});
      world.dialogue.before_answer = [this, what = change](doubles::Script& /*script*/) {
        if (what == "a clerk no more") world.accounts.groups["mfa-helpdesk"] = {"other"};
        if (what == "protected") world.accounts.groups["wheel"] = {"alice"};
        if (what == "a colleague") world.accounts.groups["mfa-helpdesk"] = {"clerk", "other", "alice"};
      };
      const Outcome outcome = attempt();
      world.dialogue.before_answer = nullptr;
      EXPECT_FALSE(outcome) << act << ", " << change;
      EXPECT_EQ(last().reason, "helpdesk " + act + ": " + refusal) << change;
    }
  }
  EXPECT_THAT(world.store.state.bypasses, IsEmpty());
}

// The code may be read out minutes after the clerk's own prompt.
TEST_F(HelpdeskGrants, WhoIsDismissedWhileACodeIsReadOutIdentifiesNobody) {
  say({kPassword, world.code()});
  world.dialogue.before_answer = [&](doubles::Script& script) {
    if (script.prompts.size() == 2) world.accounts.groups["mfa-helpdesk"] = {"other"};
  };
  const auto known = helpdesk_identify(world.engine, asker(), about("alice", ""));
  world.dialogue.before_answer = nullptr;
  ASSERT_FALSE(known);
  EXPECT_EQ(last().reason, "helpdesk identify: not_helpdesk");
}

// --- asked whether it may be done

TEST_F(HelpdeskGrants, WhatMayBeDoneIsKnownBeforeAnybodyConfirmsIt) {
  Asker checks = asker();
  checks.only_checks = true;
  const auto why = [](const auto& done) {
    EXPECT_FALSE(done);
    return done.error().kind == RequestError::Kind::only_checked ? "nothing" : done.error().text;
  };
  say({});
  const auto events = world.store.state.events.size();
  EXPECT_EQ(why(helpdesk_bypass(world.engine, checks, about("alice"), kHour, 1)), "nothing");
  EXPECT_EQ(why(helpdesk_travel(world.engine, checks, about("alice"), "AU", world.clock.time + kHour)), "nothing");
  EXPECT_EQ(why(helpdesk_exempt(world.engine, checks, about("alice"), world.clock.time + kHour)), "nothing");
  EXPECT_EQ(why(helpdesk_reset(world.engine, checks, about("alice"), "iPhone")), "nothing");
  EXPECT_EQ(why(helpdesk_unlock(world.engine, checks, about("alice"))), "nothing");
  EXPECT_EQ(world.store.state.events.size(), events);
  EXPECT_EQ(why(helpdesk_bypass(world.engine, checks, about("bob"), kHour, 1)),
            "bob has no second factor that a code could stand in for.");
  EXPECT_EQ(why(helpdesk_reset(world.engine, checks, about("alice"), "Pixel")), "alice has no factor Pixel.");
  EXPECT_EQ(why(helpdesk_exempt(world.engine, checks, about("alice", ""), world.clock.time + kHour)),
            "How do you know that it is alice?");
  EXPECT_THAT(world.dialogue.prompts, IsEmpty()) << "no password before";
  EXPECT_THAT(world.store.state.factors[1], SizeIs(1));
  EXPECT_THAT(world.store.state.bypasses, IsEmpty());
}

// --- identify by a code that is sent

class SentToIdentify : public HelpdeskGrants {
 protected:
  SentToIdentify() {
    GatewaySettings gateway;
    gateway.name = "all";
    gateway.texts = gateway.calls = gateway.press = true;
    world.settings.gateways = {gateway};
    world.settings.issuer = "Example University";
    world.settings.phone.calls = MessageMode::press;
    world.settings.phone.countries = {"NZ"};
    add_phone(2, "+6421555012345");
    world.dialogue.before_answer = [this](doubles::Script& script) {
      if (!script.answers.empty() && script.answers.front() == kSent) script.answers.front() = world.mailbox.code();
    };
  }
  void add_phone(std::uint32_t number, const std::string& e164) {
    ASSERT_TRUE(world.store.write([&](Transaction& tx) {
      Factor factor;
      factor.number = number;
      factor.name = "mobile";
      factor.detail = PhoneFactor{.number = {e164}, .use = PhoneUse::text, .language = "en"};
      tx.add_factor(world.person("alice").id, factor);
    }));
  }
  std::expected<IdentifiedReply, RequestError> identify(Answers answers) {
    answers.insert(answers.begin(), kPassword);
    say(std::move(answers));
    return helpdesk_identify(world.engine, asker(), about("alice", ""));
  }
  static constexpr char kSent[] = "(the code that was sent)";
};

TEST_F(SentToIdentify, ATextToTheirPhoneIsReadOut) {
  const auto known = identify({"text", kSent});
  ASSERT_TRUE(known) << known.error().text;
  EXPECT_EQ(known->factor, "sms-2");
  EXPECT_THAT(world.dialogue.prompts[1].text,
              HasSubstr("Ask alice to read out the code that their app or token shows"));
  EXPECT_THAT(world.dialogue.prompts[1].text,
              HasSubstr("\nOr to send alice a code to be read out, type: text (phone ending 2345), call\n"));
  EXPECT_THAT(world.dialogue.prompts[2].text,
              HasSubstr("We sent a text to their phone ending 2345. Its code works for 10 minutes.\n"
                        "Ask alice to read out the code that came.\n"));
  EXPECT_THAT(world.mailbox.text(), HasSubstr("is your code to read out to the helpdesk of lab-gw."));
  const auto& sent = *std::ranges::find(world.store.state.events, EventKind::message_sent, &Event::kind);
  EXPECT_EQ(sent.user, "alice");
  EXPECT_EQ(sent.actor, "clerk");
  EXPECT_EQ(last().kind, EventKind::helpdesk_identified);
  say({kPassword});
  EXPECT_TRUE(helpdesk_bypass(world.engine, asker(), about("alice", ""), kHour, 1));
}

TEST_F(SentToIdentify, WhatTheHelpdeskDidIsToldByTextToo) {
  add_phone(3, "+6421555012345");  // the same number once more
  add_phone(4, "+6421555067890");
  say({kPassword});
  ASSERT_TRUE(helpdesk_reset(world.engine, asker(), about("alice"), ""));
  ASSERT_THAT(world.mailbox.messages, SizeIs(2)) << "of numbers that are gone now, too";
  const PhoneMessage& first = world.mailbox.messages.front();
  EXPECT_THAT(std::string(first.text.text()),
              testing::MatchesRegex("Example University, lab-gw: The helpdesk reset your second factor on .*: all of "
                                    "them were removed\\. Not you\\? Tell .*"));
  EXPECT_TRUE(first.code.empty());
  EXPECT_EQ(last().kind, EventKind::message_sent);
  EXPECT_EQ(last().actor, "clerk");
  EXPECT_EQ(last().factor, "sms-4");
  EXPECT_EQ(last().reason, "sms notice");
  EXPECT_THAT(world.store.state.messages, IsEmpty()) << "and delays no code";

  world.mailbox.messages.clear();
  say({kPassword});
  ASSERT_TRUE(helpdesk_exempt(world.engine, asker(), about("alice"), world.clock.time + kHour));
  EXPECT_THAT(world.mailbox.messages, IsEmpty()) << "where no number remains";
}

TEST_F(SentToIdentify, WhatIsRefusedIsToldToNobodyAndABrokenGatewayStopsNoAct) {
  say({kPassword});
  EXPECT_FALSE(helpdesk_exempt(world.engine, asker(), about("alice", ""), world.clock.time + kHour));
  EXPECT_THAT(world.mailbox.messages, IsEmpty());
  add_phone(3, "+6421555067890");
  world.mailbox.answer = Delivery::failed;
  say({kPassword});
  EXPECT_TRUE(helpdesk_exempt(world.engine, asker(), about("alice"), world.clock.time + kHour));
  EXPECT_THAT(world.mailbox.messages, SizeIs(1)) << "no gateway would carry the next one";
  EXPECT_EQ(last().kind, EventKind::message_failed);
  EXPECT_EQ(last().reason, "sms notice failed");
  EXPECT_TRUE(world.person("alice").exempt_until);
}

TEST_F(SentToIdentify, ACallReadsTheCodeOutAlways) {
  EXPECT_TRUE(identify({"call", kSent}));
  EXPECT_EQ(world.mailbox.messages.back().mode, MessageMode::code) << "# would tell the clerk nothing";
  EXPECT_THAT(world.dialogue.prompts[2].text, HasSubstr("We called their phone ending 2345."));
}

TEST_F(SentToIdentify, ItsCodeIsForThisAlone) {
  ASSERT_FALSE(identify({"text", "000000", std::unexpected(DialogueError::gone)}));
  const std::string code = world.mailbox.code();
  ASSERT_THAT(code, SizeIs(6));
  EXPECT_NE(log_in({code}), LoginResult::passed) << "it lets nobody in";
  say({kPassword, code, code, code});
  EXPECT_FALSE(new_codes(world.engine, asker(Uid{1000}))) << "nor changes anything";
  world.store.state.people[0].lockout = {};
  world.clock.time = world.clock.time + std::chrono::seconds(40);
  // Nor does a code of a login tell who somebody is.
  say({"text", std::unexpected(DialogueError::gone)});
  log_in({"text"});
  const std::string to_log_in = world.mailbox.code();
  world.store.state.people[0].lockout = {};
  EXPECT_FALSE(identify({to_log_in, to_log_in, to_log_in}));
  EXPECT_THAT(world.store.state.identified, IsEmpty());
}

// Or a clerk could take away anybody's own logins.
TEST_F(SentToIdentify, HalfOfTheTextsAreLeftToTheirOwner) {
  constexpr std::chrono::minutes kLater{6};  // the clerk's password is asked for again
  const auto try_to = [&] {
    static_cast<void>(identify({"text", std::unexpected(DialogueError::gone)}));
    world.clock.time = world.clock.time + kLater;
  };
  world.mailbox.answer = Delivery::failed;
  try_to();
  world.mailbox.messages.clear();
  world.mailbox.answer = Delivery::sent;
  for (int i = 0; i < 4; ++i) try_to();
  EXPECT_THAT(world.mailbox.messages, SizeIs(3)) << "what was not sent does not count";
  std::string said = world.dialogue.prompts.back().text;
  std::ranges::replace(said, '\n', ' ');
  EXPECT_THAT(said,
              HasSubstr("Half of the texts and calls they can get went out to be read to the helpdesk. The next one "
                        "is possible in 42 minutes; the others are for their own logins."));
  log_in({"text"});
  EXPECT_THAT(world.mailbox.messages, SizeIs(4));
  world.clock.time = world.clock.time + kHour;
  EXPECT_TRUE(identify({"text", kSent}));
  for (int hour = 0; hour < 12; ++hour) {
    world.clock.time = world.clock.time + kHour;
    static_cast<void>(identify({"text", std::unexpected(DialogueError::gone)}));
  }
  EXPECT_THAT(world.mailbox.messages, SizeIs(1 + 10)) << "of a day, too";
}

TEST_F(SentToIdentify, AResendBringsTheSameCodeAndAnOldOneIsToldApart) {
  const auto known = identify({"text", "resend", kSent});
  ASSERT_TRUE(known);
  EXPECT_THAT(world.dialogue.prompts[3].text, HasSubstr("That was sent just now."));
  world.clock.time = world.clock.time + kHour;
  world.dialogue.before_answer = [this](doubles::Script& script) {
    if (script.answers.front() != kSent) return;
    script.answers.front() = world.mailbox.code();
    world.clock.time = world.clock.time + kHour;
  };
  EXPECT_FALSE(identify({"text", kSent, std::unexpected(DialogueError::gone)}));
  EXPECT_THAT(world.dialogue.prompts.back().text, HasSubstr("That code has expired. Type resend for a new one."));
}

}  // namespace
}  // namespace mfa
