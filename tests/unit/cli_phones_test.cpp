// What a person or a script sees of registering a telephone, and of the gateways' test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "cli/verbs/phones.h"
#include "cli_doubles.h"

namespace mfa::cli {
namespace {

using testing::HasSubstr;

constexpr const char* kFirst = R"({"factor":"sms-1","kind":"sms","detail":"ending 1234",)"
                               R"("recovery_codes":["7k3m-92qx-d4tp","aaaa-bbbb-cccc"]})";
constexpr const char* kSecond = R"({"factor":"call-2","kind":"call","detail":"ending 00"})";

TEST(Phone, IsSetUpByCountryNumberAndCode) {
  for (const bool json : {false, true}) {
    ScriptedEngine engine{hello(),
                          ask("Password for alice: ", false),
                          ask("Country [NZ]: "),
                          ask("Phone number: "),
                          ask("Verification code: "),
                          result(kFirst),
                          verdict(VerdictCode::done)};
    Script script(engine, json, "secret\n\n021 123 1234\n402913\n");
    ASSERT_TRUE(phone(script.console, {}));
    EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"phone"})");
    EXPECT_EQ(engine.sent(3, Tag::text), "021 123 1234");
    EXPECT_EQ(script.results.text(), json ? std::string(kFirst) + "\n"
                                          : "Your phone ending 1234 is set up (sms-1).\nLogins ask for the codes it "
                                            "gets from now on.\n"
                                            "An authenticator app also works without a network: mfa-enroll totp\n\n"
                                            "Keep these recovery codes; each works once when your phone is not at "
                                            "hand.\n"
                                            "  7k3m-92qx-d4tp   aaaa-bbbb-cccc\n");
  }
}

TEST(Phone, WhatIsGivenIsAskedOfNobody) {
  ScriptedEngine engine{hello(), result(kSecond), verdict(VerdictCode::done)};
  Script script(engine, true);
  ASSERT_TRUE(phone(script.console, {.number = "03 366 9900", .country = "NZ", .name = "desk", .call = true}));
  EXPECT_EQ(engine.sent(0, Tag::json),
            R"({"verb":"phone","number":"03 366 9900","country":"NZ","name":"desk","call":"yes"})");
}

TEST(Phone, WhoGoesBackIsToldThatNothingWasChanged) {
  ScriptedEngine engine{hello(), verdict(VerdictCode::refused, "", "Nothing was changed.")};
  Script script(engine, false);
  const auto left = phone(script.console, {});
  ASSERT_FALSE(left);
  EXPECT_EQ(left.error().error, "Nothing was changed.");
  EXPECT_FALSE(left.error().fault);
  EXPECT_EQ(left.error().status, ExitStatus::refused);
}

TEST(Phone, ASignOfLifeIsNoLine) {
  ScriptedEngine engine{hello(), show(""), show("We are calling."), result(kSecond), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(phone(script.console, {}));
  EXPECT_EQ(script.errors.text(), "We are calling.\n");
}

TEST(HelpdeskPhone, SaysWhatWasRegistered) {
  ScriptedEngine engine{hello(), result(kSecond), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(
      helpdesk_phone(script.console, {.user = "alice",
                                      .reason = "r",
                                      .checked = "card",
                                      .phone = {.number = "03 366 9900", .country = "", .name = "", .call = true}}));
  EXPECT_EQ(
      engine.sent(0, Tag::json),
      R"({"verb":"helpdesk phone","user":"alice","reason":"r","checked":"card","number":"03 366 9900","call":"yes"})");
  EXPECT_EQ(script.results.text(), "alice has a phone ending 00 now (call-2).\n");
}

// Or the lost one goes on being asked for.
TEST(HelpdeskPhone, SaysWhichFactorLoginsStillNameFirst) {
  ScriptedEngine engine{hello(), result(R"({"factor":"sms-2","kind":"sms","detail":"ending 00","default":"sms-1"})"),
                        verdict(VerdictCode::done)};
  Script script(engine, false);
  HelpdeskPhoneOptions options{.user = "alice", .reason = "lost", .checked = "card", .phone = {}};
  options.phone.number = "021 123 1234";
  ASSERT_TRUE(helpdesk_phone(script.console, options));
  EXPECT_EQ(script.results.text(),
            "alice has a phone ending 00 now (sms-2).\n"
            "Logins still name sms-1 first. If that is lost:\n  mfa-enroll helpdesk reset alice --factor sms-1\n");
}

// On a command line everybody can read it.
TEST(HelpdeskPhone, ReadsTheNumberThatIsNotThere) {
  for (const char* number : {"", "-"}) {
    ScriptedEngine engine{hello(), result(kSecond), verdict(VerdictCode::done)};
    Script script(engine, false, "03 366 9900\nnot this\n");
    HelpdeskPhoneOptions options{.user = "alice", .reason = "r", .checked = "", .phone = {}};
    options.phone.number = number;
    ASSERT_TRUE(helpdesk_phone(script.console, options));
    EXPECT_EQ(engine.sent(0, Tag::json),
              R"({"verb":"helpdesk phone","user":"alice","reason":"r","number":"03 366 9900"})");
    EXPECT_EQ(script.errors.text(), "");
  }
}

TEST(HelpdeskPhone, AsksForTheNumberOnATerminal) {
  ScriptedEngine engine{hello(),
                        result(R"json({"user":"alice","factors":[],"number":"+64 3 366 9900 (New Zealand)"})json"),
                        verdict(VerdictCode::done)};
  Script script(engine, false, "03 366 9900\nn\n", /*interactive=*/true);
  const HelpdeskPhoneOptions options{.user = "alice", .reason = "r", .checked = "", .phone = {}};
  EXPECT_FALSE(helpdesk_phone(script.console, options)) << "not confirmed";
  EXPECT_THAT(script.errors.text(), ::testing::HasSubstr("Phone number: "));
  EXPECT_THAT(script.errors.text(), ::testing::HasSubstr("register a phone for\n  alice"));
  EXPECT_THAT(script.errors.text(), ::testing::HasSubstr("The number: +64 3 366 9900 (New Zealand)\n"));
}

TEST(SendTest, GoesToNoNumberThatIsNone) {
  for (const char* typed : {"", "\n", "-\n"}) {
    ScriptedEngine engine{};
    Script script(engine, false, typed);
    const auto done = admin_send_test(script.console, {});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().error, "There is no phone number.");
    EXPECT_EQ(engine.count(), 0U);
  }
  ScriptedEngine engine{};
  Script script(engine, false, std::string(1000, '1') + "\n");
  EXPECT_FALSE(admin_send_test(script.console, {}));
}

TEST(SendTest, SaysWhatEachGatewayMadeOfIt) {
  SendTestOptions to;
  to.phone.number = "021 123 1234";
  {
    ScriptedEngine engine{hello(),
                          result(R"({"number":"+64 21 123 1234","status":"sent","gateway":"modem","tried":[)"
                                 R"({"gateway":"kannel","status":"failed","detail":"cannot be reached: localhost"},)"
                                 R"({"gateway":"modem","status":"sent"}]})"),
                          verdict(VerdictCode::done)};
    Script script(engine, false);
    ASSERT_TRUE(admin_send_test(script.console, to));
    EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"admin send-test","number":"021 123 1234"})");
    EXPECT_EQ(script.results.text(),
              "To +64 21 123 1234\nkannel: failed: cannot be reached: localhost\nmodem: took it on\n");
  }
  to.gateway = "pbx";
  to.press = true;
  for (const auto& [reply, said, error] :
       {std::tuple{R"({"number":"+64 3 366 9900","status":"approved","tried":[{"gateway":"pbx","status":"approved"}]})",
                   "pbx: # was pressed\n", ""},
        std::tuple{R"({"number":"+64 3 366 9900","status":"refused","tried":[)"
                   R"({"gateway":"pbx","status":"refused","detail":"the number is busy"}]})",
                   "pbx: did not reach the number: the number is busy\n", "The number was not reached."},
        std::tuple{R"({"number":"+64 3 366 9900","status":"failed","tried":[)"
                   R"({"gateway":"pbx","status":"failed","detail":"gives no reason"}]})",
                   "pbx: failed: gives no reason\n", "No gateway took it on."},
        std::tuple{R"({"number":"+64 3 366 9900","status":"unclear","tried":[)"
                   R"({"gateway":"pbx","status":"unclear","detail":"did not answer in time"}]})",
                   "pbx: may have sent it, or not: did not answer in time\n", "It may have gone out, or not."}}) {
    ScriptedEngine engine{hello(), result(reply), verdict(VerdictCode::done)};
    Script script(engine, false);
    const auto done = admin_send_test(script.console, to);
    EXPECT_EQ(done ? "" : done.error().error, error);
    EXPECT_EQ(script.results.text(), std::string("To +64 3 366 9900\n") + said);
    EXPECT_EQ(engine.sent(0, Tag::json),
              R"({"verb":"admin send-test","number":"021 123 1234","call":"yes","gateway":"pbx","press":"yes"})");
  }
}

}  // namespace
}  // namespace mfa::cli
