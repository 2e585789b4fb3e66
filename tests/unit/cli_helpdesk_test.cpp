// mfa-enroll helpdesk show, unlock and reset, over a scripted engine.
#include "cli/verbs/helpdesk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/accounts.h"
#include "tests/unit/cli_doubles.h"

namespace mfa::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kShown =
    R"({"user":"alice","mfa":"require","factors":[{"id":"totp-1","kind":"totp","name":"iPh\u001bone","default":true,)"
    R"("added":"2026-11-01T08:00:00Z","last_used":"2026-11-21T08:00:00Z"}],"recovery_codes_left":8,)"
    R"("devices":[],"locked_until":"2026-11-22T09:18:05Z","notices":[],"last_login":"2026-11-21T08:00:00Z",)"
    R"("enrolment_code_until":"2026-11-23T09:00:00Z","events":[{"at":"2026-11-21T08:00:00Z","user":"alice",)"
    R"("event":"login.passed","service":"sshd","from":"203.0.113.7","factor":"totp-1","seq":7}]})";

TEST(HelpdeskShow, TellsWhatAClerkNeeds) {
  for (const bool json : {false, true}) {
    ScriptedEngine engine{hello(), result(kShown), verdict(VerdictCode::done)};
    Script script(engine, json, "", true);
    ASSERT_TRUE(helpdesk_show(script.console, {.user = "alice", .reason = "called", .checked = ""}));
    EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"helpdesk show","user":"alice","reason":"called"})");
    EXPECT_EQ(engine.count(), 1U);
    if (json) {
      EXPECT_EQ(script.results.text(), std::string(kShown) + "\n");
      continue;
    }
    EXPECT_EQ(script.results.text(),
              "alice\n"
              "Last login: 2026-11-21 08:00.\n"
              "Must have a second factor.\n"
              "Locked after wrong codes until 2026-11-22 09:18 (in 4 minutes).\n"
              "Has an enrolment code, good until 2026-11-23 09:00.\n"
              "\n"
              "  FACTOR  NAME        KIND               ADDED       LAST USED\n"
              "* totp-1  iPh\\x1bone  authenticator app  2026-11-01  2026-11-21 08:00\n"
              "\n"
              "Recovery codes left: 8\n"
              "\n"
              "What happened lately:\n"
              "  WHEN              WHAT       SERVICE  FROM         FACTOR  WHY\n"
              "  2026-11-21 08:00  logged in  sshd     203.0.113.7  totp-1\n");
    EXPECT_TRUE(is_plain(script.results.text()));
  }
}

TEST(HelpdeskShow, OfSomebodyWithNothing) {
  ScriptedEngine engine{hello(), result(R"({"user":"bob","mfa":"optional"})"), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(helpdesk_show(script.console, {.user = "bob", .reason = "", .checked = ""}));
  EXPECT_EQ(script.results.text(),
            "bob\nNo login of late.\nMay have a second factor.\n\nNo second factor.\n\n"
            "Nothing has been recorded of them here.\n");
}

TEST(HelpdeskUnlock, SaysWhetherThereWasALockout) {
  for (const bool unlocked : {false, true}) {
    ScriptedEngine engine{hello(), result(unlocked ? R"({"unlocked":true})" : R"({"unlocked":false})"),
                          verdict(VerdictCode::done)};
    Script script(engine, false);
    ASSERT_TRUE(helpdesk_unlock(script.console, {.user = "alice", .reason = "called", .checked = ""}));
    EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"helpdesk unlock","user":"alice","reason":"called"})");
    EXPECT_EQ(script.results.text(), unlocked ? "alice can try codes again.\n" : "alice was not locked out.\n");
  }
}

TEST(HelpdeskReset, PrintsTheCodeToHandOver) {
  constexpr const char* kReset =
      R"({"removed":["totp-1","key-2"],"enrolment_code":"7k3m-92qx-d4tp","until":"2026-11-23T09:14:05Z"})";
  for (const bool json : {false, true}) {
    ScriptedEngine engine{hello(), result(kReset), verdict(VerdictCode::done)};
    Script script(engine, json);
    ASSERT_TRUE(helpdesk_reset(script.console, {.user = "alice", .reason = "lost phone", .checked = "student card"}));
    EXPECT_EQ(engine.sent(0, Tag::json),
              R"({"verb":"helpdesk reset","user":"alice","reason":"lost phone","checked":"student card"})");
    EXPECT_EQ(
        script.results.text(),
        json ? std::string(kReset) + "\n"
             : "alice is reset. Removed: totp-1 key-2\n\n"
               "Enrolment code to hand over; it is shown only now, and works once until 2026-11-23 09:14:\n"
               "  7k3m-92qx-d4tp\n"
               "With it alice sets up a second factor: at the next login that asks for one, or with mfa-enroll.\n");
  }
}

TEST(HelpdeskReset, OfOneFactorLeavesTheOthersToProve) {
  ScriptedEngine engine{hello(), result(R"({"removed":["totp-1"]})"), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(helpdesk_reset(script.console, {.user = "alice", .reason = "r", .checked = "c", .factor = "old phone"}));
  EXPECT_THAT(engine.sent(0, Tag::json), HasSubstr(R"("factor":"old phone")"));
  EXPECT_EQ(script.results.text(),
            "alice is reset. Removed: totp-1\nWith what is left, alice can add another: mfa-enroll\n");
}

TEST(HelpdeskReset, OnATerminalTheClerkSeesWhomItIsAbout) {
  for (const char* typed : {"y\n", "\n", "n\n", ""}) {
    ScriptedEngine engine{hello(),
                          result(kShown),
                          verdict(VerdictCode::done),
                          hello(),
                          result(R"({"removed":["totp-1"]})"),
                          verdict(VerdictCode::done)};
    Script script(engine, false, typed, true);
    const auto done =
        helpdesk_reset(script.console, {.user = "root", .reason = "r", .checked = "c", .factor = "totp-1"});
    const bool yes = typed[0] == 'y';
    EXPECT_EQ(done.has_value(), yes) << typed;
    EXPECT_EQ(engine.count(), yes ? 2U : 1U) << typed;
    const std::string request =
        R"({"verb":"helpdesk reset","user":"root","reason":"r","checked":"c","factor":"totp-1")";
    EXPECT_EQ(engine.sent(0, Tag::json), request + R"(,"only_checks":"yes"})");
    if (yes) {
      EXPECT_EQ(engine.sent(1, Tag::json), request + "}");
    }
    EXPECT_THAT(script.errors.text(),
                StartsWith("You are about to remove the factor totp-1 of\n  " + account_in_words("root") +
                           "\n  Last login: 2026-11-21 08:00\n  iPh\\x1bone (totp-1)\nIs that right? [y/N]: "));
    EXPECT_EQ(script.results.text().empty(), !yes);
  }
}

TEST(HelpdeskReset, WhatIsRefusedIsNotConfirmedFirst) {
  ScriptedEngine engine{hello(), verdict(VerdictCode::refused, "bob is in a protected group.")};
  Script script(engine, false, "y\n", true);
  const auto done = helpdesk_reset(script.console, {.user = "bob", .reason = "r", .checked = "c"});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().error, "bob is in a protected group.");
  EXPECT_THAT(script.errors.text(), Not(HasSubstr("Is that right?")));
  EXPECT_EQ(engine.count(), 1U);
}

TEST(HelpdeskBypass, PrintsTheCodeOnce) {
  for (const bool usual : {true, false}) {
    ScriptedEngine engine{hello(),
                          result(usual ? R"({"code":"04711337","uses":1,"until":"2026-11-23T09:14:05Z"})"
                                       : R"({"code":"04711337","uses":3,"until":"2026-11-29T09:14:05Z"})"),
                          verdict(VerdictCode::done)};
    Script script(engine, false);
    ASSERT_TRUE(helpdesk_bypass(
        script.console,
        {.user = "alice", .reason = "r", .checked = "c", .length = usual ? "" : "7d", .uses = usual ? "" : "3"}));
    EXPECT_EQ(engine.sent(0, Tag::json),
              std::string(R"({"verb":"helpdesk bypass","user":"alice","reason":"r","checked":"c")") +
                  (usual ? "}" : R"(,"seconds":"604800","uses":"3"})"));
    EXPECT_EQ(script.results.text(),
              std::string("Bypass code to hand over; it is shown only now:\n  0471 1337\n") +
                  (usual ? "alice can type it for one login where a code is asked, until 2026-11-23 09:14.\n"
                         : "alice can type it for 3 logins where a code is asked, until 2026-11-29 09:14.\n"));
  }
}

TEST(HelpdeskGrants, WhatIsNoTermIsAUsageError) {
  for (const auto& [length, uses] : {std::pair{"tomorrow", ""},
                                     {"24", ""},
                                     {"h", ""},
                                     {"-1h", ""},
                                     {"1.5h", ""},
                                     {"", "two"},
                                     {"", "-1"},
                                     {"", "99999999999"}}) {
    ScriptedEngine engine{};
    Script script(engine, false);
    const auto done = helpdesk_bypass(script.console,
                                      {.user = "alice", .reason = "r", .checked = "c", .length = length, .uses = uses});
    ASSERT_FALSE(done) << length << uses;
    EXPECT_EQ(done.error().status, ExitStatus::usage);
    EXPECT_EQ(engine.count(), 0U);
  }
  ScriptedEngine engine{};
  Script script(engine, false);
  EXPECT_EQ(helpdesk_exempt(script.console, {.user = "alice", .reason = "r", .until = "soon"}).error().status,
            ExitStatus::usage);
  EXPECT_EQ(
      helpdesk_travel(script.console, {.user = "alice", .reason = "r", .country = "FJ", .until = ""}).error().status,
      ExitStatus::usage);
}

TEST(HelpdeskGrants, SayWhatHoldsNow) {
  for (const bool ends : {false, true}) {
    ScriptedEngine engine{hello(),
                          result(ends ? R"({"country":"FJ"})" : R"({"country":"FJ","until":"2026-12-01T23:59:59Z"})"),
                          verdict(VerdictCode::done),
                          hello(),
                          result(ends ? R"({"country":"FJ"})" : R"({"country":"FJ","until":"2026-12-01T23:59:59Z"})"),
                          verdict(VerdictCode::done)};
    Script script(engine, false);
    ASSERT_TRUE(
        helpdesk_travel(script.console, {.user = "alice", .reason = "r", .country = "Fiji", .until = "2026-12-01"}));
    ASSERT_TRUE(
        helpdesk_exempt(script.console, {.user = "alice", .reason = "r", .checked = "c", .until = "2026-12-01"}));
    EXPECT_EQ(engine.sent(0, Tag::json),
              R"({"verb":"helpdesk travel","user":"alice","reason":"r","country":"Fiji","until":"1796169599"})");
    EXPECT_EQ(engine.sent(1, Tag::json),
              R"({"verb":"helpdesk exempt","user":"alice","reason":"r","checked":"c","until":"1796169599"})");
    EXPECT_EQ(script.results.text(), ends ? "Logins of alice from Fiji (FJ) are treated like anybody's again.\n"
                                            "alice is asked for a second factor again, as the rules say.\n"
                                          : "Logins of alice from Fiji (FJ) are let through until 2026-12-01 23:59.\n"
                                            "alice is asked for no second factor until 2026-12-01 23:59.\n");
  }
}

TEST(HelpdeskIdentify, SaysForHowLong) {
  ScriptedEngine engine{hello(), ask("Verification code: "),
                        result(R"({"user":"alice","factor":"totp-1","until":"2026-11-22T09:29:05Z"})"),
                        verdict(VerdictCode::done)};
  Script script(engine, false, "123456\n");
  ASSERT_TRUE(helpdesk_identify(script.console, {.user = "alice", .reason = "called"}));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"helpdesk identify","user":"alice","reason":"called"})");
  EXPECT_EQ(script.results.text(),
            "That is a code of alice (totp-1). Until 2026-11-22 09:29 you need no --checked for them.\n");
}

}  // namespace
}  // namespace mfa::cli
