// What `mfad --check` says, read and shown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cli/verbs/check.h"
#include "cli_doubles.h"

namespace mfa::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kLines =
    "{\"name\":\"pam-skipped\",\"ok\":false,\"detail\":\"it leads past\",\"mend\":\"Write it as …\"}\n"
    "{\"name\":\"sshd\",\"ok\":true,\"detail\":\"it asks\"}\n";

TEST(AdminCheck, FaultsComeLastWithWhatMendsThem) {
  const auto checks = parse_checks(kLines);
  ASSERT_TRUE(checks);
  EXPECT_EQ(checks_text(*checks, {.colour = false, .utf8 = true}),
            "  ✓ sshd: it asks\n  ✗ pam-skipped: it leads past\n      Write it as …\n");
  EXPECT_THAT(checks_text(*checks, {.colour = false, .utf8 = false}), HasSubstr("  FAULT pam-skipped"));
}

TEST(AdminCheck, AMendOfSeveralLinesIsShownAsItIsToBeWritten) {
  const std::vector<Checked> checks{{.name = "pam-order",
                                     .ok = false,
                                     .detail = "d",
                                     .mend = "In f write instead of line 1:\nauth\ta\n\x1b\nauth b"}};
  EXPECT_EQ(checks_text(checks, {.colour = false, .utf8 = true}),
            "  ✗ pam-order: d\n      In f write instead of line 1:\n      auth a\n      \\x1b\n      auth b\n");
}

TEST(AdminCheck, JsonIsAsPromised) {
  const auto checks = parse_checks(kLines);
  ASSERT_TRUE(checks);
  EXPECT_EQ(
      json_line(checks_json(*checks)),
      "{\"ok\":false,\"checks\":[{\"name\":\"pam-skipped\",\"ok\":false,\"detail\":\"it leads past\",\"mend\":\"Write "
      "it as …\"},{\"name\":\"sshd\",\"ok\":true,\"detail\":\"it asks\"}]}");
  EXPECT_EQ(checks_json(std::vector<Checked>{{.name = "sshd", .ok = true, .detail = "", .mend = ""}})["ok"], true);
}

TEST(AdminCheck, AnExceptionHasANameThatAFaultCanHave) {
  const auto refused = [](std::vector<std::string> except) {
    ScriptedEngine engine{};
    Script script(engine, false);
    const auto done = admin_check(script.console, {.except = std::move(except), .accounts = {}});
    return done ? Failure{} : done.error();
  };
  const Failure near = refused({"clock", "rule-root"});
  EXPECT_EQ(near.status, ExitStatus::usage);
  EXPECT_EQ(near.error, "There is no fault called rule-root.");
  EXPECT_EQ(near.hint, "Did you mean: mfa-enroll admin check --except rules-root");
  EXPECT_THAT(refused({"nonsense"}).hint, HasSubstr("man mfa-enroll"));
}

// Each of them stands in the manual, and the other way round.
TEST(AdminCheck, TheManualKnowsAllNames) {
  std::ifstream file(MFA_SOURCE_DIR "/man/mfa-enroll.1");
  std::vector<std::string> names;
  bool there = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(".Sh ")) there = line == ".Sh CHECKS";
    if (there && line.starts_with(".It Sy ")) names.push_back(line.substr(7));
  }
  EXPECT_THAT(names, testing::ElementsAreArray(names_of_checks()));
}

TEST(AdminCheck, WhatMakesNoSenseIsNoGoodNews) {
  for (const std::string_view lines :
       {"", "\n", "{}", "{\"name\":\"x\"}", "no JSON", "{\"name\":\"x\",\"ok\":false,\"detail\":\"d\"}",
        "{\"name\":\"x\",\"ok\":true,\"detail\":\"d\"}\n{\"name\":\"y\",\"ok\""})
    EXPECT_FALSE(parse_checks(lines)) << lines;
}

// --- what the engine is asked

constexpr const char* kSound = R"({"checks":[{"name":"store","ok":true,"detail":"schema 6"}]})";

AccountList listing(std::size_t people) {
  std::vector<ListedAccount> accounts{{"root", 0, "/bin/bash", ""}, {"daemon", 1, "/usr/sbin/nologin", ""}};
  for (std::size_t i = 1; i <= people; ++i)
    accounts.push_back({"p" + std::to_string(i), static_cast<uid_t>(1000 + i), "/bin/bash", ""});
  return [accounts]() -> Outcome<std::vector<ListedAccount>> { return accounts; };
}

// Of root, who may log in without one, and people, by their reasons.
std::string forecast_of(const std::vector<std::pair<std::string, std::string>>& people) {
  Json who = Json::array({{{"user", "root"}, {"decision", "skip"}, {"reason", "rule_skips"}}});
  for (std::size_t i = 0; i < people.size(); ++i)
    who.push_back({{"user", "p" + std::to_string(i + 1)}, {"decision", people[i].first}, {"reason", people[i].second}});
  const std::size_t users = people.size() + 1;
  return Json{{"users", users}, {"asked", users},  {"enrol", 0}, {"trusted", 0},
              {"skipped", 0},   {"locked_out", 0}, {"who", who}}
      .dump();
}

std::vector<Checked> asked(ScriptedEngine& engine, const AccountList& accounts, std::vector<Checked> before = {}) {
  Script script(engine, false);
  check_engine(script.console, accounts, before);
  return before;
}

std::vector<std::string> faults(const std::vector<Checked>& checks) {
  std::vector<std::string> names;
  for (const Checked& check : checks) {
    EXPECT_TRUE(check.ok || !check.mend.empty()) << check.name;
    if (!check.ok) names.push_back(check.name);
  }
  return names;
}

TEST(AdminCheckPeople, WhoNeedsAFactorAndHasNone) {
  ScriptedEngine engine{hello(),
                        result(kSound),
                        verdict(VerdictCode::done),
                        hello(),
                        result(forecast_of({{"require", "rule_requires"},
                                            {"enrol", "required_and_none"},
                                            {"enrol", "enrolment_code"},
                                            {"deny", "required_and_none"},
                                            {"deny", "locked"}})),
                        verdict(VerdictCode::done)};
  const auto checks = asked(engine, listing(5));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"admin check"})");
  EXPECT_THAT(faults(checks), ElementsAre("people-without-factor", "people-locked-out", "people-locked-out"));
  EXPECT_EQ(checks[1].detail,
            "1 of the 6 accounts that this computer lists needs a second factor, has none, and can set one up at the "
            "next login: p2");
  EXPECT_THAT(checks[2].detail, HasSubstr("with an enrolment code alone: p3"));
  EXPECT_THAT(checks[2].mend, HasSubstr("admin provision --codes --users FILE"));
  EXPECT_THAT(checks[3].mend, HasSubstr("admin provision p4 totp"));
}

TEST(AdminCheckPeople, OfManyTheFirstFewAreNamed) {
  const std::vector<std::pair<std::string, std::string>> seven(7, {"enrol", "required_and_none"});
  ScriptedEngine engine{hello(),
                        result(kSound),
                        verdict(VerdictCode::done),
                        hello(),
                        result(forecast_of(seven)),
                        verdict(VerdictCode::done)};
  EXPECT_THAT(asked(engine, listing(7)).at(1).detail, HasSubstr("7 of the 8 accounts that this computer lists need a "
                                                                "second factor, have none, and"));
  ScriptedEngine again{hello(),
                       result(kSound),
                       verdict(VerdictCode::done),
                       hello(),
                       result(forecast_of(seven)),
                       verdict(VerdictCode::done)};
  EXPECT_THAT(asked(again, listing(7)).at(1).detail, HasSubstr(": p1, p2, p3, p4, p5 and 2 more"));
}

TEST(AdminCheckPeople, EverybodyHasOneOrNobodyIsListed) {
  ScriptedEngine all{hello(),
                     result(kSound),
                     verdict(VerdictCode::done),
                     hello(),
                     result(forecast_of({{"require", "rule_requires"}})),
                     verdict(VerdictCode::done)};
  const auto checks = asked(all, listing(1));
  EXPECT_THAT(faults(checks), testing::IsEmpty());
  EXPECT_EQ(checks.back().detail, "of the 2 accounts that this computer lists, whoever needs a second factor has one");
  ScriptedEngine root{hello(), result(kSound),          verdict(VerdictCode::done),
                      hello(), result(forecast_of({})), verdict(VerdictCode::done)};
  EXPECT_THAT(asked(root, listing(0)).back().detail, HasSubstr("forecast --users FILE"));
}

TEST(AdminCheckPeople, WhatCannotBeAskedIsNoGoodNews) {
  const AccountList broken = [] { return std::unexpected(Failure{.error = "It broke off.", .hint = ""}); };
  ScriptedEngine store{hello(), result(kSound), verdict(VerdictCode::done)};
  EXPECT_THAT(faults(asked(store, broken)), ElementsAre("people-unknown"));
  ScriptedEngine gone{hello(), result(kSound), verdict(VerdictCode::done)};
  EXPECT_THAT(faults(asked(gone, listing(1))), ElementsAre("people-unknown"));
  ScriptedEngine silent{hello()};
  EXPECT_THAT(faults(asked(silent, listing(1))), ElementsAre("service"));
  // Why is known already: one fault for one thing.
  ScriptedEngine again{hello()};
  EXPECT_THAT(faults(asked(again, listing(1), {{.name = "configuration", .ok = false, .detail = "d", .mend = "m"}})),
              ElementsAre("configuration"));
}

TEST(AdminCheckPeople, ADamagedStoreIsToldAndNobodyIsAskedAbout) {
  ScriptedEngine engine{
      hello(), result(R"({"checks":[{"name":"store","ok":false,"detail":"it is damaged","mend":"restore it"}]})"),
      verdict(VerdictCode::done)};
  EXPECT_THAT(faults(asked(engine, listing(1))), ElementsAre("store"));
  ScriptedEngine none{hello(), result("{}"), verdict(VerdictCode::done)};
  EXPECT_THAT(faults(asked(none, listing(1))), ElementsAre("service"));
}

}  // namespace
}  // namespace mfa::cli
