// What a person or a script sees of registering a hardware token.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/accounts.h"
#include "cli/command_line.h"
#include "cli/verbs/self.h"
#include "cli/verbs/tokens.h"
#include "cli_doubles.h"

namespace mfa::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kFirst = R"({"factor":"hotp-1","kind":"hotp","detail":"6 digits, counter 2",)"
                               R"("recovery_codes":["7k3m-92qx-d4tp","aaaa-bbbb-cccc"]})";
constexpr const char* kSecond = R"({"factor":"hotp-2","kind":"hotp","detail":"6 digits, counter 2"})";
constexpr const char* kCodePrompt = "Press the token's button and type the six digits it shows.\nVerification code: ";

TEST(Hotp, IsSetUpByItsSeedAndTwoCodes) {
  for (const bool json : {false, true}) {
    ScriptedEngine engine{
        hello(),        ask("Password for alice: ", false), ask("Seed: "), ask(kCodePrompt), ask(kCodePrompt),
        result(kFirst), verdict(VerdictCode::done)};
    Script script(engine, json, "secret\n31 32 33\n123456\n234567\n");
    ASSERT_TRUE(hotp(script.console, {.name = json ? "blue" : "", .digits = json ? "8" : ""}));
    EXPECT_EQ(engine.sent(0, Tag::json), json ? R"({"verb":"hotp","name":"blue","digits":"8"})" : R"({"verb":"hotp"})");
    EXPECT_EQ(engine.sent(2, Tag::text), "31 32 33");
    EXPECT_EQ(engine.sent(4, Tag::text), "234567");
    EXPECT_EQ(script.results.text(), json
                                         ? std::string(kFirst) + "\n"
                                         : "Your hardware token is set up (hotp-1).\nLogins ask for its codes from now "
                                           "on.\n\n"
                                           "Keep these recovery codes; each works once when your token is not at "
                                           "hand.\n"
                                           "  7k3m-92qx-d4tp   aaaa-bbbb-cccc\n");
    EXPECT_THAT(script.errors.text(), HasSubstr(json ? R"({"ask":"Seed: ","echo":true})" : "Seed: "));
  }
}

TEST(Hotp, ASecondOneBringsNoRecoveryCodes) {
  ScriptedEngine engine{hello(), result(kSecond), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(hotp(script.console, {}));
  EXPECT_EQ(script.results.text(),
            "Your hardware token is set up (hotp-2).\n"
            "Logins take its codes, too. To be asked for them first: mfa-enroll default hotp-2\n");
}

TEST(Hotp, HasSixDigitsOrEight) {
  for (const char* digits : {"7", "06", "six", "-6"}) {
    ScriptedEngine engine{hello()};
    Script script(engine, false);
    for (const auto& done : {hotp(script.console, {.name = "", .digits = digits}),
                             helpdesk_token(script.console, {"alice", "r", "c", {.name = "", .digits = digits}}),
                             admin_provision_hotp(script.console, "alice", {.name = "", .digits = digits})}) {
      ASSERT_FALSE(done) << digits;
      EXPECT_EQ(done.error().status, ExitStatus::usage);
      EXPECT_THAT(done.error().hint, HasSubstr("--digits 6 or --digits 8"));
    }
    EXPECT_EQ(engine.count(), 0U);
  }
}

TEST(Hotp, ThatIsRemovedHasNoEntryInAnApp) {
  ScriptedEngine engine{hello(), result(R"({"factor":"hotp-1","name":"blue"})"), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(remove(script.console, "blue"));
  EXPECT_EQ(script.results.text(), "blue (hotp-1) is removed.\n");
}

TEST(Hotp, IsCalledWhatItIsInAStatus) {
  ScriptedEngine engine{
      hello(),
      result(R"({"user":"alice","mfa":"optional","factors":[{"id":"hotp-1","kind":"hotp","name":"blue","default":true,)"
             R"("detail":"6 digits, counter 2","added":"2026-11-20T09:12:44Z"}],"recovery_codes_left":10,)"
             R"("devices":[],"notices":[]})"),
      verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(status(script.console));
  EXPECT_THAT(script.results.text(), HasSubstr("* hotp-1  blue  hardware token"));
}

TEST(HelpdeskToken, FromAScriptAsksNothingButWhatTheEngineAsks) {
  for (const bool json : {false, true}) {
    ScriptedEngine engine{hello(), result(kSecond), verdict(VerdictCode::done)};
    Script script(engine, json);
    ASSERT_TRUE(helpdesk_token(
        script.console,
        {"alice", "no phone", json ? "student card" : "", {.name = json ? "blue" : "", .digits = json ? "8" : ""}}));
    EXPECT_EQ(engine.sent(0, Tag::json), std::string(R"({"verb":"helpdesk token","user":"alice","reason":"no phone")") +
                                             (json ? R"(,"checked":"student card","name":"blue","digits":"8"})" : "}"));
    EXPECT_EQ(script.results.text(),
              json ? std::string(kSecond) + "\n"
                   : "alice has a hardware token now (hotp-2). The codes that you typed are used up.\n");
    EXPECT_EQ(script.errors.text(), "");
  }
}

TEST(HelpdeskToken, OnATerminalTheClerkConfirmsWhomItIsAbout) {
  for (const bool yes : {true, false}) {
    ScriptedEngine engine{hello(),
                          result(R"({"last_login":"2026-11-22T08:00:00Z"})"),
                          verdict(VerdictCode::done),
                          hello(),
                          result(kSecond),
                          verdict(VerdictCode::done)};
    Script script(engine, false, yes ? "y\n" : "\n", true);
    EXPECT_EQ(helpdesk_token(script.console, {"root", "r", "c", {}}).has_value(), yes);
    EXPECT_EQ(engine.count(), yes ? 2U : 1U);
    EXPECT_THAT(script.errors.text(),
                StartsWith("You are about to register a hardware token for\n  " + account_in_words("root") +
                           "\n  Last login: 2026-11-22 08:00\n  No second factor\n"
                           "Is that right? [y/N]: "));
  }
}

TEST(ProvisionHotp, PrintsTheRecoveryCodesOnce) {
  for (const bool json : {false, true}) {
    ScriptedEngine engine{hello(), ask("Seed: "), result(kFirst), verdict(VerdictCode::done)};
    Script script(engine, json, "31 32 33\n");
    ASSERT_TRUE(admin_provision_hotp(script.console, "alice", {.name = "", .digits = json ? "6" : ""}));
    EXPECT_EQ(engine.sent(0, Tag::json), json
                                             ? R"({"verb":"admin provision","user":"alice","kind":"hotp","digits":"6"})"
                                             : R"({"verb":"admin provision","user":"alice","kind":"hotp"})");
    EXPECT_EQ(script.results.text(),
              json ? std::string(kFirst) + "\n"
                   : "alice has a hardware token now (hotp-1).\n\n"
                     "Recovery codes to hand over; they are shown only now. Each works once when the token is not at "
                     "hand.\n"
                     "  7k3m-92qx-d4tp   aaaa-bbbb-cccc\n");
  }
}

TEST(ATokensOutput, SteersNoTerminal) {
  const char* hostile = R"({"factor":"\u001b[2J","kind":"hotp","detail":"x","recovery_codes":["\u001b[2J"]})";
  for (int verb = 0; verb < 3; ++verb) {
    ScriptedEngine engine{hello(), result(hostile), verdict(VerdictCode::done)};
    Script script(engine, false);
    const std::string user = "a\x1b";
    ASSERT_TRUE(verb == 0   ? hotp(script.console, {})
                : verb == 1 ? helpdesk_token(script.console, {user, "r", "c", {}})
                            : admin_provision_hotp(script.console, user, {}));
    EXPECT_TRUE(is_plain(script.results.text())) << script.results.text();
  }
}

TEST(CommandLine, KnowsTokens) {
  EXPECT_EQ(unknown_verb("", "token").hint, "Did you mean: mfa-enroll hotp");
  EXPECT_EQ(unknown_verb("helpdesk", "tokn").hint, "Did you mean: mfa-enroll helpdesk token");
  EXPECT_EQ(unknown_option("hotp", "--digit").hint, "Did you mean: --digits");
}

}  // namespace
}  // namespace mfa::cli
