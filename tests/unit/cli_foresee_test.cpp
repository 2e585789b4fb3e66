// What an administrator or a script sees of logins beforehand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cli/foresight_text.h"
#include "cli/times.h"
#include "cli/user_names.h"
#include "cli/verbs/foresee.h"
#include "cli_doubles.h"

namespace mfa::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// --- admin explain

struct Explained {
  const char* what;
  ExplainOptions options;
  const char* request;
  const char* reply;
  const char* says;
};
void PrintTo(const Explained& row, std::ostream* out) { *out << row.what; }
class Explains : public testing::TestWithParam<Explained> {};
TEST_P(Explains, InSentencesAndAsJson) {
  for (const bool json : {false, true}) {
    ScriptedEngine engine{hello(), result(GetParam().reply), verdict(VerdictCode::done)};
    Script script(engine, json);
    ASSERT_TRUE(admin_explain(script.console, GetParam().options));
    EXPECT_EQ(engine.sent(0, Tag::json), GetParam().request);
    EXPECT_EQ(script.results.text(), json ? std::string(GetParam().reply) + "\n" : GetParam().says);
  }
}
INSTANTIATE_TEST_SUITE_P(
    Foresee, Explains,
    testing::Values(
        Explained{"require",
                  {.user = "alice", .service = "", .from = "", .key = "", .at = ""},
                  R"({"verb":"admin explain","user":"alice"})",
                  R"({"user":"alice","decision":"require","rule":"students","reason":"rule_requires","trust":"30d",)"
                  R"("factors":["totp","key"],"observed":["abroad: would have denied"]})",
                  "alice, through sshd from an unknown place with a password, now\n"
                  "\n"
                  "A code is asked for: the rule requires a second factor.\n"
                  "The rule: students\n"
                  "What counts: authenticator app, security key; a recovery code always does.\n"
                  "After a right code a device can be remembered for 30 days.\n"
                  "\n"
                  "Rules that only observe:\n"
                  "  abroad: would have denied\n"},
        Explained{"skip",
                  {.user = "bob", .service = "login", .from = "console", .key = "", .at = "2026-12-01 08:00"},
                  R"({"verb":"admin explain","user":"bob","service":"login","from":"console","at":"1796112000"})",
                  R"({"user":"bob","decision":"skip","rule":"labs","reason":"rule_skips","factors":[]})",
                  "bob, through login on the console with a password, at 2026-12-01 08:00\n"
                  "\n"
                  "No code is asked for: the rule asks for no second factor.\n"
                  "The rule: labs\n"},
        Explained{"trusted",
                  {.user = "bob", .service = "", .from = "203.0.113.7", .key = "SHA256:x", .at = ""},
                  R"({"verb":"admin explain","user":"bob","from":"203.0.113.7","key":"SHA256:x"})",
                  R"({"user":"bob","decision":"skip","rule":"x","reason":"trusted","trust":"1d","factors":["totp"]})",
                  "bob, through sshd from 203.0.113.7 with the key SHA256:x and a password, now\n"
                  "\n"
                  "No code is asked for: the device is trusted.\n"
                  "The rule: x\n"
                  "After a right code a device can be remembered for 1 day.\n"},
        Explained{
            "enrol",
            {.user = "bob", .service = "", .from = "unknown", .key = "", .at = ""},
            R"({"verb":"admin explain","user":"bob","from":"unknown"})",
            R"({"user":"bob","decision":"enrol","rule":"x","reason":"required_and_none","factors":["totp"]})",
            "bob, through sshd from an unknown place with a password, now\n"
            "\n"
            "A second factor is set up in the login: a second factor is required, and none that counts is enrolled.\n"
            "The rule: x\n"
            "Enrolling asks first for: authenticator app.\n"},
        Explained{"deny",
                  {.user = "bob", .service = "", .from = "", .key = "", .at = ""},
                  R"({"verb":"admin explain","user":"bob"})",
                  R"({"user":"bob","decision":"deny","rule":"abroad","reason":"rule_denies","factors":[]})",
                  "bob, through sshd from an unknown place with a password, now\n"
                  "\n"
                  "The login is denied: the rule denies it.\n"
                  "The rule: abroad\n"},
        Explained{"no rule",
                  {.user = "bob", .service = "", .from = "", .key = "", .at = ""},
                  R"({"verb":"admin explain","user":"bob"})",
                  R"_({"user":"bob","decision":"require","rule":"(no rule)","reason":"enrolled","factors":["totp"]})_",
                  "bob, through sshd from an unknown place with a password, now\n"
                  "\n"
                  "A code is asked for: a second factor is enrolled.\n"
                  "No rule matches, which means: a code is asked of those who are enrolled.\n"
                  "What counts: authenticator app; a recovery code always does.\n"
                  "No device is remembered under this rule.\n"},
        Explained{"a later release",
                  {.user = "bob", .service = "", .from = "", .key = "", .at = ""},
                  R"({"verb":"admin explain","user":"bob"})",
                  R"({"user":"bob","decision":"defer","rule":"x","reason":"new_moon","trust":"2w","factors":["push"]})",
                  "bob, through sshd from an unknown place with a password, now\n"
                  "\n"
                  "defer: new_moon.\n"
                  "The rule: x\n"
                  "After a right code a device can be remembered for 2w.\n"}));

TEST(Explain, HasWordsForEachReason) {
  for (const char* reason :
       {"rule_skips", "rule_denies", "rule_requires", "enrolled", "nothing_enrolled", "required_and_none",
        "enrolment_code", "country_unknown", "group_unknown", "no_such_account", "trusted", "burst", "security_key",
        "identity_mismatch", "alias", "locked"}) {
    EXPECT_NE(reason_text(reason), reason);
    EXPECT_THAT(reason_text(reason), Not(HasSubstr("_")));
  }
  EXPECT_EQ(reason_text("a\x1b_b"), "a\\x1b_b");
}

TEST(Explain, SteersNoTerminal) {
  const std::string bad = "\\u001b]0;x\\u0007\\u202e\\n";
  ScriptedEngine engine{
      hello(),
      result(R"({"decision":")" + bad + R"(","rule":")" + bad + R"(","reason":")" + bad + R"(","trust":"9)" + bad +
             R"(","factors":[")" + bad + R"("],"observed":[")" + bad + R"("]})"),
      verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(admin_explain(script.console, {"a\x1b", "b\x1b", "c\x1b", "d\x1b", ""}));
  EXPECT_TRUE(is_plain(script.results.text())) << script.results.text();
}

TEST(Explain, WhatIsNoTimeIsTheCommandLinesFault) {
  ScriptedEngine engine{};
  Script script(engine, false);
  for (const auto& done : {admin_explain(script.console, {"bob", "", "", "", "tomorrow"}),
                           admin_forecast(script.console, {.at = "1.12.2026", .users = "", .accounts = {}})}) {
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().status, ExitStatus::usage);
    EXPECT_THAT(done.error().hint, HasSubstr("2026-12-01"));
  }
  EXPECT_EQ(engine.count(), 0U);
}

TEST(Explain, ARefusalIsTheEngines) {
  ScriptedEngine engine{hello(), verdict(VerdictCode::refused, "Only root may ask.", "Run it with sudo.")};
  Script script(engine, false);
  const auto done = admin_explain(script.console, {"bob", "", "", "", ""});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().status, ExitStatus::refused);
  EXPECT_EQ(done.error().hint, "Run it with sudo.");
}

// --- moments

TEST(Moments, AreLocalUnlessTheySayOtherwise) {
  setenv("TZ", "Pacific/Auckland", 1);
  tzset();
  EXPECT_EQ(parse_moment("2026-12-01"), parse_time("2026-11-30T11:00:00Z"));
  EXPECT_EQ(parse_moment("2026-12-01 08:00"), parse_time("2026-11-30T19:00:00Z"));
  EXPECT_EQ(parse_moment("2026-07-01T08:00"), parse_time("2026-06-30T20:00:00Z"));
  EXPECT_EQ(parse_moment("2026-12-01T08:00:30"), parse_time("2026-11-30T19:00:30Z"));
  EXPECT_EQ(parse_moment("2026-12-01T08:00:00Z"), parse_time("2026-12-01T08:00:00Z"));
  EXPECT_EQ(parse_moment("2026-12-01t08:00:00z"), parse_time("2026-12-01T08:00:00Z"));
  EXPECT_EQ(parse_moment("2026-12-01T08:00:00+01:30"), parse_time("2026-12-01T06:30:00Z"));
  EXPECT_EQ(parse_moment("2026-12-01 08:00-05:00"), parse_time("2026-12-01T13:00:00Z"));
  EXPECT_FALSE(parse_moment("2026-09-27 02:30")) << "clocks go from 2 to 3 then";
  EXPECT_TRUE(parse_moment("2026-09-27 03:00"));
  EXPECT_TRUE(parse_moment("2026-04-05 02:30")) << "comes twice";
  setenv("TZ", "Asia/Beirut", 1);
  tzset();
  EXPECT_EQ(parse_moment("2026-03-29"), parse_time("2026-03-28T22:00:00Z")) << "a day that begins at 1";
  setenv("TZ", "Pacific/Apia", 1);
  tzset();
  EXPECT_FALSE(parse_moment("2011-12-30")) << "a day that was left out";
  setenv("TZ", "UTC", 1);
  tzset();
}

TEST(Moments, AreNothingElse) {
  setenv("TZ", "UTC", 1);
  tzset();
  for (const char* text : {"",
                           "now",
                           "2026",
                           "2026-12",
                           "2026-12-1",
                           "2026-13-01",
                           "2026-02-29",
                           "2026-12-01 8:00",
                           "2026-12-01  08:00",
                           "2026-12-01 24:00",
                           "2026-12-01 08:60",
                           "2026-12-01 08:00:61",
                           "2026-12-01Z",
                           "2026-12-01T08:00:00+1:00",
                           "2026-12-01T08:00:00+24:00",
                           "2026-12-01T08:00:00+01:60",
                           "2026-12-01T08:00:00Zx",
                           "2026-12-01T08:00:00.5Z",
                           "2026-12-01x",
                           "1969-12-31",
                           "1970-01-01T00:00:00+01:00",
                           "-026-12-01",
                           "2026-12-01 08:00:00 ",
                           "１２"})
    EXPECT_FALSE(parse_moment(text)) << text;
  EXPECT_EQ(parse_moment("1970-01-01"), 0);
}

// --- names

TEST(UserNames, AreOneALine) {
  EXPECT_THAT(parse_user_names("alice\n\n  bob \r\n# staff\ncarol # on leave\nalice\nd-1.x@dom", "f").value(),
              ElementsAre("alice", "bob", "carol", "d-1.x@dom"));
  EXPECT_TRUE(parse_user_names("", "f").value().empty());
  for (const char* bad : {"a\nb:c\n", "a\nb\tc\n", "a\nb\x1b\n", "a\n\xff\n", "a\nb\xe2\x80\xae"}) {
    const auto names = parse_user_names(bad, "f");
    ASSERT_FALSE(names) << bad;
    EXPECT_THAT(names.error().error, testing::StartsWith("f, line 2: "));
  }
  EXPECT_THAT(parse_user_names("name;user\nAlice;alice\n\"B, C\";bob\n", "f").value(), ElementsAre("alice", "bob"))
      << "a table, as elsewhere";
  EXPECT_FALSE(parse_user_names("alice\nbob,6\n", "f")) << "nobody is called that";
  EXPECT_FALSE(parse_user_names(std::string(256, 'x'), "f"));
  EXPECT_TRUE(parse_user_names(std::string(255, 'x'), "f"));
}

TEST(UserNames, GoInPiecesThatFit) {
  EXPECT_TRUE(in_pieces({}, 2, 100).empty());
  const auto two = in_pieces({"a", "b", "c"}, 2, 100);
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].names, "a:b");
  EXPECT_EQ(two[1].names, "c");
  EXPECT_EQ(two[1].count, 1U);
  // Quotes and backslashes take two bytes of JSON each.
  const std::vector<std::string> names(100, std::string(50, '"') + std::string(50, '\\'));
  std::size_t count = 0;
  for (const NamesPiece& piece : in_pieces(names, 1000, 1000)) {
    EXPECT_LE(Json(piece.names).dump().size(), 1002U);
    count += piece.count;
  }
  EXPECT_EQ(count, 100U);
}

TEST(Accounts, OfPeopleAreThoseThatCanLogIn) {
  struct Row {
    ListedAccount account;
    bool in;
  };
  for (const auto& [account, in] :
       {Row{{"root", 0, "/bin/bash", ""}, true}, Row{{"alice", 1000, "/bin/bash", ""}, true},
        Row{{"a", 1000, "", ""}, true}, Row{{"daemon", 999, "/bin/sh", ""}, false},
        Row{{"nobody", 65534, "/bin/sh", ""}, false}, Row{{"a", 1001, "/usr/sbin/nologin", ""}, false},
        Row{{"a", 1001, "/bin/false", ""}, false}, Row{{"a", 1001, "false", ""}, false},
        Row{{"a", 1001, "/opt/nologin/sh", ""}, true}})
    EXPECT_EQ(logs_in(account), in) << account.name << " " << account.uid << " " << account.shell;
  const auto all = list_accounts();
  ASSERT_TRUE(all);
  EXPECT_TRUE(std::ranges::any_of(*all, [](const ListedAccount& a) { return a.name == "root" && a.uid == 0; }));
}

// --- admin forecast

std::string write_list(std::string_view text) {
  const std::string path = testing::TempDir() + "mfa_users_" + std::to_string(getpid());
  std::ofstream(path) << text;
  return path;
}

AccountList listing(std::vector<ListedAccount> accounts) {
  return [accounts = std::move(accounts)]() -> Outcome<std::vector<ListedAccount>> { return accounts; };
}

// A reply for `users`, each locked out.
std::string all_locked_out(const std::vector<std::string>& users) {
  Json who = Json::array();
  for (const std::string& user : users)
    who.push_back({{"user", user}, {"decision", "enrol"}, {"reason", "enrolment_code"}});
  return Json{{"users", users.size()},      {"asked", 0}, {"enrol", 0}, {"trusted", 0}, {"skipped", 0},
              {"locked_out", users.size()}, {"who", who}}
      .dump();
}

constexpr const char* kFour = R"({"users":4,"asked":1,"enrol":0,"trusted":1,"skipped":0,"locked_out":2,"who":[)"
                              R"({"user":"alice","decision":"require","reason":"rule_requires"},)"
                              R"({"user":"bob","decision":"deny","reason":"locked"},)"
                              R"({"user":"carol","decision":"enrol","reason":"enrolment_code"},)"
                              R"({"user":"dora","decision":"deny","reason":"no_such_account"}]})";

TEST(Forecast, CountsAndNamesWhoIsLockedOut) {
  for (const bool json : {false, true}) {
    ScriptedEngine engine{hello(), result(kFour), verdict(VerdictCode::done)};
    Script script(engine, json, "alice\nbob\n# c\ncarol\ndora\n");
    ASSERT_TRUE(admin_forecast(script.console, {.at = "2026-12-01", .users = "-", .accounts = {}}));
    EXPECT_EQ(engine.sent(0, Tag::json),
              R"({"verb":"admin forecast","users":"alice:bob:carol:dora","at":"1796083200"})");
    EXPECT_EQ(script.results.text(),
              json ? std::string(kFour) + "\n"
                   : "Logging in over SSH with a password from an unknown place, at 2026-12-01 00:00, of 4 users\n"
                     "  1  would be asked for a code\n"
                     "  0  would have to set up a second factor in the login\n"
                     "  1  would be asked, but not on a device that they have trusted\n"
                     "  0  would not be asked\n"
                     "  2  would be locked out\n"
                     "\n"
                     "  LOCKED OUT  WHY\n"
                     "  carol       a second factor is required, and setting one up takes an enrolment code\n"
                     "  dora        there is no such account\n");
    EXPECT_EQ(script.errors.text(), "");
  }
}

TEST(Forecast, ASecondNameOfAUidIsToBeLookedUp) {
  ScriptedEngine engine{
      hello(),
      result(R"({"users":2,"asked":0,"enrol":0,"trusted":0,"skipped":2,"locked_out":0,"who":[)"
             R"({"user":"alice","decision":"skip","reason":"x"},{"user":"alias","decision":"skip","reason":"x"}]})"),
      verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(foresee(script.console, {{"alice", 1000, "/bin/bash", "", 100}, {"alias", 1000, "/bin/bash", "", 100}}));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"admin forecast","users":"alice/1000/100:alias"})");
}

TEST(Forecast, WithoutAFileIsOfRootAndPeople) {
  ScriptedEngine engine{
      hello(),
      result(
          R"({"users":2,"asked":0,"enrol":0,"trusted":0,"skipped":2,"locked_out":0,"who":[)"
          R"({"user":"root","decision":"skip","reason":"rule_skips"},{"user":"alice","decision":"skip","reason":"x"}]})"),
      verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(admin_forecast(script.console, {.at = "",
                                              .users = "",
                                              .accounts = listing({{"root", 0, "/bin/bash", ""},
                                                                   {"daemon", 1, "/usr/sbin/nologin", ""},
                                                                   {"alice", 1000, "/bin/bash", ""},
                                                                   {"alice", 1000, "/bin/bash", ""}})}));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"admin forecast","users":"root/0/0:alice/1000/0"})");
  EXPECT_THAT(script.results.text(), Not(HasSubstr("LOCKED OUT")));
  EXPECT_THAT(script.results.text(), HasSubstr("If a directory (LDAP, SSSD) has more of them, give their\nnames"));
}

TEST(Forecast, NobodyIsAnErrorAndNoZero) {
  const std::string empty = write_list("# nobody\n\n");
  const AccountList fails = [] { return std::unexpected(Failure{.error = "It broke off.", .hint = "--users FILE"}); };
  struct Row {
    ForecastOptions options;
    const char* error;
  };
  for (const auto& [options, error] :
       {Row{{.at = "", .users = "", .accounts = listing({})}, "lists no accounts of people"},
        Row{{.at = "", .users = "", .accounts = listing({{"root", 0, "/bin/bash", ""}})},
            "lists no accounts of people"},
        Row{{.at = "", .users = "", .accounts = listing({{"a:b", 1000, "/bin/bash", ""}})}, "is called 'a:b'"},
        Row{{.at = "", .users = "", .accounts = fails}, "It broke off."},
        Row{{.at = "", .users = empty, .accounts = {}}, "There is no name in "},
        Row{{.at = "", .users = "-", .accounts = {}}, "There is no name in standard input."},
        Row{{.at = "", .users = "/nonexistent", .accounts = {}}, "There is no file /nonexistent."}}) {
    for (const bool json : {false, true}) {
      ScriptedEngine engine{};
      Script script(engine, json);
      const auto done = admin_forecast(script.console, options);
      ASSERT_FALSE(done);
      EXPECT_EQ(done.error().status, ExitStatus::refused);
      EXPECT_THAT(done.error().error, HasSubstr(error));
      if (options.users != "/nonexistent") {
        EXPECT_THAT(done.error().hint, HasSubstr("--users FILE"));
      }
      EXPECT_EQ(engine.count(), 0U);
      EXPECT_EQ(script.results.text(), "");
    }
  }
  EXPECT_EQ(unlink(empty.c_str()), 0);
}

TEST(Forecast, OfManyIsAskedInPiecesAndSummed) {
  constexpr std::size_t kUsers = 600;
  std::string list;
  ScriptedEngine engine{};
  std::vector<std::string> piece;
  std::vector<std::string> all;
  for (std::size_t i = 0; i < kUsers; ++i) {
    const std::string name = "student" + std::to_string(i);
    list += name + "\n";
    all.push_back(name);
    piece.push_back(name);
    if (piece.size() == 64 || i + 1 == kUsers) {
      engine.add(hello());
      engine.add(result(all_locked_out(piece)));
      engine.add(verdict(VerdictCode::done));
      piece.clear();
    }
  }
  const std::string file = write_list(list);
  Script script(engine, true, "", true);
  ASSERT_TRUE(admin_forecast(script.console, {.at = "", .users = file, .accounts = {}}));
  EXPECT_TRUE(engine.all_taken());
  EXPECT_EQ(engine.count(), 10U);
  EXPECT_EQ(script.results.text(), all_locked_out(all) + "\n") << "all of them, in their order";
  EXPECT_THAT(script.errors.text(), HasSubstr("\r  [########................................]  21 %  128 users"));
  EXPECT_THAT(script.errors.text(), testing::EndsWith("]  85 %  512 users\r" + std::string(61, ' ') + "\r"));
  EXPECT_EQ(unlink(file.c_str()), 0);
}

TEST(Forecast, AListForPeopleIsBounded) {
  std::string list;
  std::vector<std::string> names;
  for (int i = 0; i < 60; ++i) names.push_back("s" + std::to_string(i));
  for (const std::string& name : names) list += name + "\n";
  ScriptedEngine engine{hello(), result(all_locked_out(names)), verdict(VerdictCode::done)};
  Script script(engine, false, list);
  script.console.style.utf8 = true;
  ASSERT_TRUE(admin_forecast(script.console, {.at = "", .users = "-", .accounts = {}}));
  const std::string text = script.results.text();
  EXPECT_THAT(text, HasSubstr("\n  s24 "));
  EXPECT_THAT(text, Not(HasSubstr("\n  s25 ")));
  EXPECT_THAT(text, testing::EndsWith("… and 35 more; --json lists all\n"));
  EXPECT_EQ(script.errors.text(), "") << "no progress where nobody waits";
}

TEST(Forecast, AReplyThatLacksSomeoneIsNoForecast) {
  for (const char* reply :
       {R"({})", R"({"users":2,"asked":0,"enrol":0,"trusted":0,"skipped":0,"locked_out":0,"who":[]})",
        R"({"users":1,"asked":1,"enrol":0,"trusted":0,"skipped":0,"locked_out":0,"who":[{"user":"a"}]})",
        R"({"users":2,"asked":2,"enrol":0,"trusted":0,"skipped":0,"locked_out":0,"who":[{"user":"a"}]})",
        R"({"users":2,"asked":1,"enrol":0,"trusted":0,"skipped":0,"locked_out":0,"who":[{"user":"a"},{"user":"b"}]})",
        R"({"users":2,"asked":2,"enrol":0,"trusted":1,"skipped":-1,"locked_out":0,"who":[{"user":"a"},{"user":"b"}]})",
        R"({"users":2,"asked":2,"enrol":0,"trusted":0,"skipped":0,"who":[{"user":"a"},{"user":"b"}]})"}) {
    ScriptedEngine engine{hello(), result(reply), verdict(VerdictCode::done)};
    Script script(engine, false, "a\nb\n");
    const auto done = admin_forecast(script.console, {.at = "", .users = "-", .accounts = {}});
    ASSERT_FALSE(done) << reply;
    EXPECT_EQ(done.error().status, ExitStatus::unreachable);
    EXPECT_EQ(script.results.text(), "");
  }
}

TEST(Forecast, AFailureOnTheWayIsAFailureOfAll) {
  std::string list;
  std::vector<std::string> names;
  for (int i = 0; i < 65; ++i) list += "s" + std::to_string(i) + "\n";
  for (int i = 0; i < 64; ++i) names.push_back("s" + std::to_string(i));
  ScriptedEngine engine{hello(), result(all_locked_out(names)), verdict(VerdictCode::done), hello(),
                        verdict(VerdictCode::unavailable, "The store cannot be read.")};
  Script script(engine, false, list);
  const auto done = admin_forecast(script.console, {.at = "", .users = "-", .accounts = {}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().status, ExitStatus::unreachable);
  EXPECT_EQ(script.results.text(), "");
}

TEST(Forecast, SteersNoTerminal) {
  ScriptedEngine engine{hello(),
                        result(R"({"users":1,"asked":0,"enrol":0,"trusted":0,"skipped":0,"locked_out":1,"who":[)"
                               R"({"user":"\u001b[2J","decision":"deny","reason":"\u202e\n"}]})"),
                        verdict(VerdictCode::done)};
  Script script(engine, false, "a\n");
  ASSERT_TRUE(admin_forecast(script.console, {.at = "", .users = "-", .accounts = {}}));
  EXPECT_TRUE(is_plain(script.results.text()));
  EXPECT_THAT(script.results.text(), HasSubstr("\\x1b[2J"));
  EXPECT_THAT(script.results.text(), HasSubstr("of 1 user\n"));
}

}  // namespace
}  // namespace mfa::cli
