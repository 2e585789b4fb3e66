// Enrolment codes for many: whom a file names, what is printed, and what of it another run changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/import/user_rows.h"
#include "cli/verbs/provision.h"
#include "cli_doubles.h"

namespace mfa::cli {
namespace {

using testing::HasSubstr;

std::string users_in(const std::vector<std::string>& lines) {
  UserRows rows;
  std::string all;
  for (const std::string& line : lines) {
    const auto user = rows.read(line);
    if (!user) {
      all += "! " + user.error() + "\n";
    } else if (*user) {
      all += **user + "\n";
    }
  }
  return all;
}

TEST(UserRows, AreNamesOrATable) {
  EXPECT_EQ(users_in({"# first years", "alice", "", "  bob  # room 4\r", "#", "user"}), "alice\nbob\nuser\n");
  EXPECT_EQ(users_in({"\xEF\xBB\xBF"
                      "alice",
                      "alice,Alice Liddell"}),
            "alice\n! It is no name; of a table the first line names the columns, one of them user.\n");
  EXPECT_EQ(users_in({"\xEF\xBB\xBFNumber;User;Name", "1;alice;\"A; #1\"", "", "2;\"bob\";", "3", "4;;x", "\"5;x"}),
            "alice\nbob\n! It has no user.\n! It has no user.\n! Its quotes make no sense.\n");
  EXPECT_EQ(users_in({"user,code,until", "alice,x,y"}), "alice\n") << "what it printed itself";
}

Outcome<std::vector<ListedAccount>> four_people() {
  std::vector<ListedAccount> all;
  for (const char* name : {"alice", "bob", "carol", "dave"})
    all.push_back({.name = name,
                   .uid = 1000 + static_cast<uid_t>(all.size()),
                   .shell = "",
                   .real_name = "",
                   .gid = 0,
                   .home = ""});
  return all;
}

CodesOptions from_input(bool replace = false, bool dry_run = false) {
  return {.users = "-", .replace = replace, .dry_run = dry_run, .accounts = four_people};
}

constexpr const char* kCodes = R"({"codes":[{"user":"alice","code":"7k3m-92qx-d4tp","until":"2026-11-23T09:14:05Z"},)"
                               R"({"user":"bob","until":"2026-11-22T20:00:00Z","kept":true},)"
                               R"({"user":"carol","error":"Has a second factor already."},)"
                               R"({"user":"dave","code":"aaaa-bbbb-cccc","until":"2026-11-23T09:14:05Z"}]})";

TEST(ProvisionCodes, AreForMany) {
  for (const bool json : {false, true}) {
    ScriptedEngine engine{hello(), result(kCodes), verdict(VerdictCode::done)};
    Script script(engine, json, "alice\nbob\n\ncarol\nno-such-user-here\nalice\ndave\na:b\n");
    script.console.where.by_root = true;
    const auto done = admin_provision_codes(script.console, from_input());
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().error, "3 of 6 users got no code.");
    EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"admin provision --codes"})");
    EXPECT_EQ(engine.sent(0, Tag::rows), "alice\t1000\nbob\t1001\ncarol\t1002\ndave\t1003\n");
    if (json) {
      EXPECT_EQ(script.results.text(),
                R"({"codes":[{"user":"no-such-user-here","error":"There is no user of that name."},)"
                R"({"user":"a:b","error":"There is no user of that name."},)" +
                    std::string(kCodes).substr(std::string(R"({"codes":[)").size()) + "\n");
    } else {
      EXPECT_EQ(
          script.results.text(),
          "user,code,until\nalice,7k3m-92qx-d4tp,2026-11-23T09:14:05Z\ndave,aaaa-bbbb-cccc,2026-11-23T09:14:05Z\n");
      EXPECT_EQ(script.errors.text(),
                "mfa-enroll: line 5 (no-such-user-here): There is no user of that name.\n"
                "mfa-enroll: line 8: There is no user of that name.\n"
                "mfa-enroll: line 2 (bob): Has a code that is good until 2026-11-22 20:00; --replace makes another.\n"
                "mfa-enroll: line 4 (carol): Has a second factor already.\n"
                "mfa-enroll: 2 of 6 users got a code; 1 keep theirs; 3 get none.\n");
    }
  }
}

TEST(ProvisionCodes, AgainIsNoFailureForThoseWhoHaveOne) {
  ScriptedEngine engine{hello(), result(R"({"codes":[{"user":"bob","until":"2026-11-22T20:00:00Z","kept":true}]})"),
                        verdict(VerdictCode::done)};
  Script script(engine, false, "bob\n");
  script.console.where.by_root = true;
  EXPECT_TRUE(admin_provision_codes(script.console, from_input(true)));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"admin provision --codes","replace":"yes"})");
}

TEST(ProvisionCodes, TheHeadingOfASingleColumnIsNobody) {
  ScriptedEngine engine{hello(), result(R"({"codes":[{"user":"bob","until":"2026-11-22T20:00:00Z","kept":true}]})"),
                        verdict(VerdictCode::done)};
  Script script(engine, false, "user\nbob\n");
  script.console.where.by_root = true;
  EXPECT_TRUE(admin_provision_codes(script.console, from_input()));
  EXPECT_EQ(engine.sent(0, Tag::rows), "bob\t1001\n");
}

TEST(ProvisionCodes, OnlyTries) {
  for (const bool json : {false, true}) {
    ScriptedEngine engine{hello(),
                          result(R"({"codes":[{"user":"alice","until":"2026-11-23T09:14:05Z"},)"
                                 R"({"user":"bob","until":"2026-11-22T20:00:00Z","kept":true}]})"),
                          verdict(VerdictCode::done)};
    Script script(engine, json, "alice\nbob\n");
    script.console.where.by_root = true;
    ASSERT_TRUE(admin_provision_codes(script.console, from_input(false, true)));
    EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"admin provision --codes","only_checks":"yes"})");
    EXPECT_EQ(script.results.text(), json ? "{\"dry_run\":true,\"users\":2,\"made\":1,\"kept\":1,\"refused\":0}\n"
                                          : "Would make 1 of 2 codes.\n          1  users have one that is good\n"
                                            "Nothing was changed.\n");
  }
}

// A code that the store has and nobody was told is of use to nobody.
TEST(ProvisionCodes, OfWhatStopsHalfWayArePrintedAllTheSame) {
  constexpr const char* kOne = R"({"user":"alice","code":"7k3m-92qx-d4tp","until":"2026-11-23T09:14:05Z"})";
  const std::string part =
      std::string(R"({"codes":[)") + kOne + R"(],"error":"The store is full.","hint":"Make room."})";
  for (const bool json : {false, true}) {
    ScriptedEngine engine{hello(), result(part), verdict(VerdictCode::done)};
    Script script(engine, json, "alice\nbob\n");
    script.console.where.by_root = true;
    const auto done = admin_provision_codes(script.console, from_input());
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().status, ExitStatus::unreachable);
    EXPECT_EQ(done.error().error, "The store is full.");
    EXPECT_EQ(done.error().hint, "Make room. Then run it again: who has a code keeps it.");
    EXPECT_THAT(script.results.text(), HasSubstr("7k3m-92qx-d4tp"));
  }
  ScriptedEngine liar{hello(), result(R"({"codes":[]})"), verdict(VerdictCode::done)};
  Script script(liar, false, "alice\n");
  script.console.where.by_root = true;
  EXPECT_EQ(admin_provision_codes(script.console, from_input()).error().error,
            "The MFA service said something that makes no sense.");
}

TEST(ProvisionCodes, AreAskedForAsManyAsARequestHolds) {
  std::string text;
  std::vector<ListedAccount> all;
  for (int i = 0; i < 600; ++i) {
    const std::string name = "student" + std::to_string(i);
    text += name + "\n";
    all.push_back(
        {.name = name, .uid = 2000 + static_cast<uid_t>(i), .shell = "", .real_name = "", .gid = 0, .home = ""});
  }
  ScriptedEngine engine{};
  for (const int people : {256, 256, 88}) {
    std::string codes = R"({"codes":[)";
    for (int i = 0; i < people; ++i)
      codes += std::string(i > 0 ? "," : "") + R"({"user":"x","code":"y","until":"2026-11-23T09:14:05Z"})";
    engine.add(hello());
    engine.add(result(codes + "]}"));
    engine.add(verdict(VerdictCode::done));
  }
  Script script(engine, false, text);
  script.console.where.by_root = true;
  CodesOptions options = from_input();
  options.accounts = [&] { return all; };
  EXPECT_TRUE(admin_provision_codes(script.console, options));
  EXPECT_TRUE(engine.all_taken());
}

TEST(ProvisionCodes, NeedSomebodyAndRoot) {
  ScriptedEngine engine{};
  Script script(engine, false, "# nobody\n");
  EXPECT_EQ(admin_provision_codes(script.console, from_input()).error().error, "Only root may make enrolment codes.");
  script.console.where.by_root = true;
  EXPECT_EQ(admin_provision_codes(script.console, from_input()).error().error, "There is no name in standard input.");
  EXPECT_EQ(engine.count(), 0U);
}

}  // namespace
}  // namespace mfa::cli
