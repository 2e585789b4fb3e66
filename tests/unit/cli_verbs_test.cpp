// Transcripts: what a person or a script sees of each verb, with an engine that follows a script.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/render.h"
#include "cli/verbs/admin.h"
#include "cli/verbs/self.h"
#include "cli_doubles.h"

namespace mfa::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kOffer =
    R"({"offer":{"kind":"totp","uri":"otpauth://totp/alice?secret=ABCDEFGH","secret":"ABCDEFGH"}})";
constexpr const char* kEnrolled =
    R"({"factor":"totp-1","kind":"totp","uri":"otpauth://totp/alice?secret=ABCDEFGH","secret":"ABCDEFGH",)"
    R"("recovery_codes":["7k3m-92qx-d4tp","aaaa-bbbb-cccc","dddd-eeee-ffff"]})";

ScriptedEngine enrolling_engine() {
  return {hello(),
          ask("Password for alice: ", false),
          result(kOffer),
          ask("Type the 6 digits your app shows.\nVerification code: "),
          ask("That is not the code of this key. Is the phone's clock right?\nType the 6 digits your app shows.\n"
              "Verification code: "),
          result(kEnrolled),
          verdict(VerdictCode::done)};
}

TEST(Totp, EnrolsAPerson) {
  ScriptedEngine engine = enrolling_engine();
  Script script(engine, false, "secret\nk\n111111\n222222\n");
  ASSERT_TRUE(totp(script.console, "iPhone"));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"totp","name":"iPhone"})");
  EXPECT_EQ(engine.sent(1, Tag::text), "secret");
  EXPECT_EQ(engine.sent(2, Tag::text), "111111") << "k is never sent";
  EXPECT_EQ(engine.sent(3, Tag::text), "222222");
  EXPECT_EQ(engine.count(), 4U);
  EXPECT_EQ(script.errors.text(),
            "Password for alice: \n"
            "Add this to your authenticator app (a draws it as a picture in plain characters).\n"
            "Key: ABCD EFGH\n"
            "As a link, for apps that take one: otpauth://totp/alice?secret=ABCDEFGH\n"
            "Type the 6 digits your app shows.\n"
            "Verification code: \n"
            "Key: ABCD EFGH\n"
            "As a link, for apps that take one: otpauth://totp/alice?secret=ABCDEFGH\n"
            "Verification code: \n"
            "That is not the code of this key. Is the phone's clock right?\n"
            "Type the 6 digits your app shows.\n"
            "Verification code: \n");
  EXPECT_EQ(script.results.text(),
            "Your authenticator app is set up (totp-1).\nLogins ask for its codes from now on.\n"
            "\n"
            "Keep these recovery codes; each works once when your phone is not at hand.\n"
            "  7k3m-92qx-d4tp   aaaa-bbbb-cccc\n"
            "  dddd-eeee-ffff\n");
}

TEST(Totp, EnrolsForAScript) {
  ScriptedEngine engine = enrolling_engine();
  Script script(engine, true, "secret\n111111\nk\n");
  ASSERT_TRUE(totp(script.console, ""));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"totp"})");
  EXPECT_EQ(engine.sent(3, Tag::text), "k") << "a script draws nothing";
  EXPECT_EQ(script.results.text(), std::string(kOffer) + "\n" + kEnrolled + "\n");
  EXPECT_EQ(script.errors.text(),
            "{\"ask\":\"Password for alice: \",\"echo\":false}\n"
            "{\"ask\":\"Type the 6 digits your app shows.\\nVerification code: \",\"echo\":true}\n"
            "{\"ask\":\"That is not the code of this key. Is the phone's clock right?\\nType the 6 digits your app "
            "shows.\\nVerification code: \",\"echo\":true}\n");
}

TEST(Totp, LettersDrawOnlyAtThePromptForTheNewCode) {
  ScriptedEngine engine{hello(),           ask("Verification code: "),
                        result(kOffer),    ask("Name of this device [app]: "),
                        result(kEnrolled), verdict(VerdictCode::done)};
  Script script(engine, false, "a\ni\n");
  ASSERT_TRUE(totp(script.console, ""));
  EXPECT_EQ(engine.sent(1, Tag::text), "a") << "before the offer";
  EXPECT_EQ(engine.sent(2, Tag::text), "i") << "a name";
}

TEST(Totp, DrawsOnDemand) {
  ScriptedEngine engine{hello(), result(kOffer), ask("Verification code: "), result(kEnrolled),
                        verdict(VerdictCode::done)};
  Script script(engine, false, " A \ni\n123456\n");
  ASSERT_TRUE(totp(script.console, ""));
  EXPECT_EQ(engine.sent(1, Tag::text), "123456");
  const std::string shown = script.errors.text();
  const std::size_t first = shown.find("####");
  ASSERT_NE(first, std::string::npos);
  EXPECT_THAT(shown.substr(shown.find("Verification code: ", first)), HasSubstr("\n    "))
      << "inverted: a light margin";
}

TEST(Totp, ASecondAppBringsNoRecoveryCodes) {
  ScriptedEngine engine{hello(), result(R"({"factor":"totp-2","kind":"totp"})"), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(totp(script.console, ""));
  EXPECT_EQ(script.results.text(),
            "Your authenticator app is set up (totp-2).\n"
            "Logins take its codes, too. To be asked for them first: mfa-enroll default totp-2\n");
}

TEST(Codes, AreShownOnce) {
  for (const bool json : {false, true}) {
    ScriptedEngine engine{hello(), result(R"({"codes":["a-b","c-d"]})"), verdict(VerdictCode::done)};
    Script script(engine, json);
    ASSERT_TRUE(codes(script.console));
    EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"codes"})");
    EXPECT_EQ(script.results.text(), json
                                         ? "{\"codes\":[\"a-b\",\"c-d\"]}\n"
                                         : "Your new recovery codes; the old ones no longer work. Each works once when "
                                           "your phone is not at hand.\n  a-b   c-d\n");
  }
}

TEST(Codes, AResultThatCannotBeWrittenIsAFailure) {
  ScriptedEngine engine{hello(), result(R"({"codes":["a-b"]})"), verdict(VerdictCode::done)};
  Script script(engine, true);
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  script.console.results = full;
  const auto done = codes(script.console);
  close(full);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().status, ExitStatus::refused);
}

struct Change {
  const char* what;
  std::function<Outcome<void>(const Console&)> run;
  const char* request;
  const char* says;
};
class Changes : public testing::TestWithParam<Change> {};
TEST_P(Changes, AskTheEngineAndSayWhatWasDone) {
  for (const bool json : {false, true}) {
    ScriptedEngine engine{hello(), result(R"({"factor":"totp-1","name":"iPhone"})"), verdict(VerdictCode::done)};
    Script script(engine, json);
    ASSERT_TRUE(GetParam().run(script.console));
    EXPECT_EQ(engine.sent(0, Tag::json), GetParam().request);
    EXPECT_EQ(script.results.text(), json ? "{\"factor\":\"totp-1\",\"name\":\"iPhone\"}\n" : GetParam().says);
  }
  ScriptedEngine engine{hello(), verdict(VerdictCode::refused, "You have no factor totp-1.", "mfa-enroll status")};
  Script script(engine, false);
  const auto done = GetParam().run(script.console);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().status, ExitStatus::refused);
  EXPECT_EQ(script.results.text(), "");
}
INSTANTIATE_TEST_SUITE_P(
    Verbs, Changes,
    testing::Values(Change{"test", test, R"({"verb":"test"})",
                           "That code is right: iPhone (totp-1). It is used up now, as after a login.\n"},
                    Change{"choose", [](const Console& c) { return set_default(c, "totp-1"); },
                           R"({"verb":"default","factor":"totp-1"})", "iPhone (totp-1) is your default now.\n"},
                    Change{"rename", [](const Console& c) { return rename(c, "totp-1", "iPhone"); },
                           R"({"verb":"rename","factor":"totp-1","name":"iPhone"})",
                           "It is called iPhone (totp-1) now.\n"},
                    Change{"remove", [](const Console& c) { return remove(c, "totp-1"); },
                           R"({"verb":"remove","factor":"totp-1"})",
                           "iPhone (totp-1) is removed. You can delete its entry in the app.\n"}),
    [](const auto& row) { return row.param.what; });

TEST(Remove, OfTheLastFactorSaysWhatThatMeans) {
  for (const auto& [factors, last] : {std::pair{R"([])", true}, {R"([{"id":"sms-2"}])", false}}) {
    ScriptedEngine engine{hello(), result(R"({"factor":"totp-1","name":"iPhone"})"),      verdict(VerdictCode::done),
                          hello(), result(std::string(R"({"factors":)") + factors + "}"), verdict(VerdictCode::done)};
    Script script(engine, false);
    ASSERT_TRUE(remove(script.console, "totp-1"));
    EXPECT_EQ(engine.sent(1, Tag::json), R"({"verb":"status"})");
    EXPECT_EQ(script.results.text().contains("It was your last one."), last) << factors;
  }
}

TEST(Provision, PrintsWhatToHandOver) {
  for (const bool json : {false, true}) {
    ScriptedEngine engine{hello(), result(kEnrolled), verdict(VerdictCode::done)};
    Script script(engine, json);
    ASSERT_TRUE(admin_provision_totp(script.console, "alice", json ? "iPhone" : ""));
    EXPECT_EQ(engine.sent(0, Tag::json),
              json ? R"({"verb":"admin provision","user":"alice","kind":"totp","name":"iPhone"})"
                   : R"({"verb":"admin provision","user":"alice","kind":"totp"})");
    EXPECT_EQ(script.results.text(),
              json ? std::string(kEnrolled) + "\n"
                   : "alice has an authenticator app now (totp-1). Hand this over; it is shown only now.\n"
                     "\n"
                     "Key: ABCD EFGH\n"
                     "As a link, for apps that take one: otpauth://totp/alice?secret=ABCDEFGH\n"
                     "\n"
                     "Recovery codes; each works once when the phone is not at hand.\n"
                     "  7k3m-92qx-d4tp   aaaa-bbbb-cccc\n"
                     "  dddd-eeee-ffff\n");
  }
}

TEST(Provision, DrawsThePictureOnAScreen) {
  ScriptedEngine engine{hello(), result(kEnrolled), verdict(VerdictCode::done)};
  Script script(engine, false);
  script.console.results_on_screen = true;
  script.console.style.utf8 = true;
  ASSERT_TRUE(admin_provision_totp(script.console, "alice", ""));
  EXPECT_THAT(script.results.text(), HasSubstr("\u2588\u2588"));
}

// --- status

std::string status_of(const char* reply) {
  ScriptedEngine engine{hello(), result(reply), verdict(VerdictCode::done)};
  Script script(engine, false);
  EXPECT_TRUE(status(script.console));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"status"})");
  return script.results.text();
}

TEST(TestVerb, TellsTheRecoveryCodesThatAreLeft) {
  for (const auto& [left, says] : {std::pair{"9", "You have 9 recovery codes left.\n"},
                                   {"1", "You have 1 recovery code left.\n"},
                                   {"0", "That was your last recovery code. Make new ones: mfa-enroll codes\n"}}) {
    const std::string reply =
        R"({"factor":"recovery","name":"recovery code","recovery_codes_left":)" + std::string(left) + "}";
    ScriptedEngine engine{hello(), result(reply), verdict(VerdictCode::done)};
    Script script(engine, false);
    ASSERT_TRUE(test(script.console));
    EXPECT_EQ(
        script.results.text(),
        "That code is right: recovery code (recovery). It is used up now, as after a login.\n" + std::string(says));
  }
}

TEST(Status, IsATableAndTheNextStep) {
  EXPECT_EQ(status_of(R"({"user":"alice","mfa":"require","factors":[
    {"id":"totp-1","kind":"totp","name":"iPhone","default":true,"detail":"SHA1, 6 digits, 30 s",
     "added":"2026-11-20T10:00:00Z","last_used":"2026-11-22T09:00:00Z"},
    {"id":"totp-12","kind":"totp","name":"電話","default":false,"added":"2026-11-21T10:00:00Z"}],
    "recovery_codes_left":10,"notices":[],"next":"Nothing to do.\u001b[2J"})"),
            "Multi-factor authentication for alice\n"
            "A second factor is required here.\n"
            "\n"
            "  FACTOR   NAME    KIND               ADDED       LAST USED\n"
            "* totp-1   iPhone  authenticator app  2026-11-20  2026-11-22 09:00\n"
            "  totp-12  電話    authenticator app  2026-11-21  never\n"
            "* the default: the one that a login names first\n"
            "\n"
            "Recovery codes left: 10\n"
            "\n"
            "Nothing to do.\\x1b[2J\n");
}

TEST(Status, WithNothingEnrolledSaysHowToBegin) {
  EXPECT_EQ(status_of(R"({"user":"bob","mfa":"require","required_since":"2026-12-01T00:00:00Z","factors":[],
                          "recovery_codes_left":0,"next":"Set one up, step by step: mfa-enroll"})"),
            "Multi-factor authentication for bob\n"
            "A second factor is required here from 1 December 2026, in 9 days.\n"
            "\n"
            "You have no second factor.\n"
            "\n"
            "Set one up, step by step: mfa-enroll\n");
}

TEST(Status, SaysSinceWhenAndFromWhenInWords) {
  const auto line = [](const std::string& mfa, const std::string& since) {
    const std::string text =
        status_of((R"({"user":"a","mfa":")" + mfa + R"(","required_since":")" + since + R"(","factors":[]})").c_str());
    return text.substr(text.find('\n') + 1, text.find('\n', text.find('\n') + 1) - text.find('\n') - 1);
  };
  EXPECT_EQ(line("require", "2026-11-01T00:00:00Z"), "A second factor is required here since 1 November 2026.");
  EXPECT_EQ(line("require", "2026-12-01T08:30:00Z"),
            "A second factor is required here from 1 December 2026, 08:30, in 9 days.");
  EXPECT_EQ(line("optional", "2026-11-22T23:59:00Z"),
            "A second factor is required here from 22 November 2026, 23:59, in 15 hours. Until then logins ask for it "
            "once you have one.")
      << "what the engine says of who has nothing enrolled yet";
}

TEST(Status, TellsALockoutAndNotices) {
  const std::string text = status_of(R"({"user":"alice","mfa":"optional","factors":[
    {"id":"totp-1","kind":"totp","name":"x","default":true,"added":"2026-11-20T10:00:00Z"}],
    "recovery_codes_left":2,"locked_until":"2026-11-22T09:18:05Z","notices":["The helpdesk reset it.\u001b[2J"]})");
  EXPECT_THAT(text, HasSubstr("Locked after wrong codes until 2026-11-22 09:18 (in 4 minutes). It ends by itself.\n"));
  EXPECT_THAT(text, HasSubstr("Notice: The helpdesk reset it.\\x1b[2J\n"));
  EXPECT_THAT(text, Not(HasSubstr("the default:"))) << "of one factor there is nothing to say";
}

TEST(Status, GoesToScriptsAsItCame) {
  const std::string reply =
      R"({"user":"alice","mfa":"skip","factors":[],"recovery_codes_left":0,"notices":[],"new":1})";
  ScriptedEngine engine{hello(), result(reply), verdict(VerdictCode::done)};
  Script script(engine, true);
  ASSERT_TRUE(status(script.console));
  EXPECT_EQ(script.results.text(), reply + "\n");
}

TEST(Status, AFactorsNameSteersNoTerminal) {
  const std::string text = status_of(R"({"user":"al\u001b]0;x\u0007","mfa":"skip","factors":[
    {"id":"totp-1","kind":"a\nb","name":"\u001b[31m\u202e\u009b","default":true}]})");
  for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << text;
  EXPECT_THAT(text, HasSubstr("\\x1b[31m\\u{202e}\\x9b"));
}

TEST(Status, AnEmptyReplyIsNoReasonToFall) { EXPECT_THAT(status_of("{}"), HasSubstr("You have no second factor.")); }

}  // namespace
}  // namespace mfa::cli
