// What a person or a script sees of trusted devices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/device_text.h"
#include "cli/help.h"
#include "cli/verbs/devices.h"
#include "cli/verbs/self.h"
#include "cli_doubles.h"

namespace mfa::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kTwo =
    R"({"devices":[{"id":"device-3","kind":"key",)"
    R"("label":"sk-ssh-ed25519@openssh.com SHA256:Xk3wJ9bQzfR0aYd5T8mN2pL6cV7hG4sEuI1oWqZxKjM","server":"lab-gw",)"
    R"("since":"2026-11-20T10:00:00Z","until":"2026-12-20T10:00:00Z"},)"
    R"({"id":"device-12","kind":"address","label":"2001:db8:1:2::/64","server":"lab-gw",)"
    R"("since":"2026-11-21T10:00:00Z","until":"2026-11-22T10:00:00Z"}]})";
constexpr const char* kNone = R"({"devices":[]})";

TEST(Devices, AreATable) {
  ScriptedEngine engine{hello(), result(kTwo), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(devices(script.console));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"devices"})");
  EXPECT_EQ(
      script.results.text(),
      "  DEVICE     WHAT                               SERVER  SINCE             UNTIL\n"
      "  device-3   security key SHA256:Xk3wJ9bQzf...  lab-gw  2026-11-20 10:00  2026-12-20 10:00 (in 29 days)\n"
      "  device-12  address 2001:db8:1:2::/64          lab-gw  2026-11-21 10:00  2026-11-22 10:00 (in 46 minutes)\n"
      "\n"
      "Not yours, or no longer used? mfa-enroll devices forget ID\n");
}

TEST(Devices, ThatANewPasswordEndedAreSaidToBe) {
  constexpr const char* kEnded =
      R"({"devices":[{"id":"device-3","kind":"address","label":"203.0.113.7","server":"lab-gw",)"
      R"("since":"2026-11-20T10:00:00Z","until":"2026-12-20T10:00:00Z","ended":"password_changed"}]})";
  ScriptedEngine engine{hello(), result(kEnded), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(devices(script.console));
  EXPECT_THAT(script.results.text(), HasSubstr("2026-11-20 10:00  ended: your password changed\n"));
  EXPECT_THAT(script.results.text(), Not(HasSubstr("in 29 days")));
  EXPECT_EQ(device_lines(objects_of(*parse_json(kEnded), "devices"), {}),
            "  address 203.0.113.7 on lab-gw (device-3), ended: your password changed\n");
}

TEST(Devices, AreToldInTheReadersTime) {
  ScriptedEngine engine{hello(), result(kTwo), verdict(VerdictCode::done)};
  Script script(engine, false);
  setenv("TZ", "Pacific/Auckland", 1);
  tzset();
  ASSERT_TRUE(devices(script.console));
  EXPECT_THAT(script.results.text(), HasSubstr("2026-11-20 23:00  2026-12-20 23:00 (in 29 days)"));
}

TEST(Devices, WithNoneSayWhatOneIs) {
  ScriptedEngine engine{hello(), result(kNone), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(devices(script.console));
  EXPECT_THAT(script.results.text(), testing::StartsWith("You have no trusted device.\nThat is one for which"));
}

TEST(Devices, GoToScriptsAsTheyCame) {
  for (const char* reply : {kTwo, kNone}) {
    ScriptedEngine engine{hello(), result(reply), verdict(VerdictCode::done)};
    Script script(engine, true);
    ASSERT_TRUE(devices(script.console));
    EXPECT_EQ(script.results.text(), std::string(reply) + "\n");
  }
}

TEST(Devices, AreNamedShortly) {
  const auto text = [](const char* kind, const char* label, bool utf8 = true) {
    return device_text(Json{{"kind", kind}, {"label", label}}, {.colour = false, .utf8 = utf8});
  };
  EXPECT_EQ(text("key", "ssh-ed25519 SHA256:Xk3wJ9bQzfR0aYd5"), "SSH key SHA256:Xk3wJ9bQzf…");
  EXPECT_EQ(text("key", "sk-ssh-ed25519@openssh.com SHA256:Xk3wJ9bQzfR0", false), "security key SHA256:Xk3wJ9bQzf...");
  EXPECT_EQ(text("key", "SHA256:Xk3w"), "SSH key SHA256:Xk3w");
  EXPECT_EQ(text("key", "odd"), "SSH key odd");
  EXPECT_EQ(text("address", "203.0.113.7"), "address 203.0.113.7");
  EXPECT_EQ(text("console", "console"), "console");
  EXPECT_EQ(text("badge", "7"), "badge 7") << "a kind of a later release";
  EXPECT_EQ(text("address", "2001:0db8:1111:2222:3333:4444:5555:6666"),
            "address 2001:0db8:1111:2222:3333:4444:5555:6666");
  const std::string hostile = text("address", "電\x1b[2J話話話話話話話話話話話話話話話話話話話話話話話");
  EXPECT_TRUE(is_plain(hostile)) << hostile;
  EXPECT_LE(hostile.size(), 60U);
  EXPECT_THAT(hostile, testing::EndsWith("話…")) << "cut between characters";
}

TEST(ForgetDevices, SaysWhich) {
  for (const bool json : {false, true}) {
    ScriptedEngine engine{
        hello(), result(R"({"devices":[{"id":"device-12","kind":"address","label":"203.0.113.7","server":"lab-gw"}]})"),
        verdict(VerdictCode::done)};
    Script script(engine, json);
    ASSERT_TRUE(forget_devices(script.console, "device-12", false));
    EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"devices forget","device":"device-12"})");
    EXPECT_EQ(
        script.results.text(),
        json ? "{\"devices\":[{\"id\":\"device-12\",\"kind\":\"address\",\"label\":\"203.0.113.7\",\"server\":"
               "\"lab-gw\"}]}\n"
             : "Forgotten: address 203.0.113.7 on lab-gw (device-12).\nIts next login is asked for a code again.\n");
  }
}

TEST(ForgetDevices, ForgetsAll) {
  for (const char* reply : {kTwo, kNone}) {
    ScriptedEngine engine{hello(), result(reply), verdict(VerdictCode::done)};
    Script script(engine, false);
    ASSERT_TRUE(forget_devices(script.console, "", true));
    EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"devices forget"})");
    EXPECT_EQ(script.results.text(), reply == kTwo
                                         ? "Forgotten: security key SHA256:Xk3wJ9bQzf... on lab-gw (device-3).\n"
                                           "Forgotten: address 2001:db8:1:2::/64 on lab-gw (device-12).\n"
                                           "Their next logins are asked for a code again.\n"
                                         : "There was no trusted device to forget.\n");
  }
}

TEST(ForgetDevices, NeedsOneOfBoth) {
  for (const bool both : {false, true}) {
    ScriptedEngine engine{};
    Script script(engine, false);
    const auto done = forget_devices(script.console, both ? "device-3" : "", both);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().status, ExitStatus::usage);
    EXPECT_EQ(done.error().hint, "mfa-enroll devices forget ID | --all");
    EXPECT_EQ(engine.count(), 0U) << "nothing was asked";
  }
}

TEST(ForgetDevices, ARefusalIsTheEngines) {
  ScriptedEngine engine{hello(), verdict(VerdictCode::refused, "You have no trusted device x.", "mfa-enroll devices")};
  Script script(engine, false);
  const auto done = forget_devices(script.console, "x", false);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().status, ExitStatus::refused);
  EXPECT_EQ(done.error().error, "You have no trusted device x.");
  EXPECT_EQ(done.error().hint, "mfa-enroll devices");
  EXPECT_EQ(script.results.text(), "");
}

TEST(PasswordChanged, SaysWhatItEnded) {
  struct Row {
    const char* reply;
    const char* says;
  };
  for (const auto& [reply, says] :
       {Row{kNone, "Noted. alice had no trusted device.\n"},
        Row{kTwo,
            "Noted: the password of alice changed, so these devices are asked for a code again.\n"
            "  security key SHA256:Xk3wJ9bQzf... on lab-gw (device-3) until 2026-12-20 10:00\n"
            "  address 2001:db8:1:2::/64 on lab-gw (device-12) until 2026-11-22 10:00\n"}}) {
    for (const bool json : {false, true}) {
      ScriptedEngine engine{hello(), result(reply), verdict(VerdictCode::done)};
      Script script(engine, json);
      ASSERT_TRUE(admin_password_changed(script.console, "alice"));
      EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"admin password-changed","user":"alice"})");
      EXPECT_EQ(script.results.text(), json ? std::string(reply) + "\n" : says);
    }
  }
}

TEST(Devices, StandInTheStatus) {
  const auto status_of = [](const std::string& devices) {
    const std::string reply = R"({"user":"alice","mfa":"require","factors":[{"id":"totp-1","kind":"totp","name":"x",)"
                              R"("default":true,"last_used":"2026-11-22T09:00:00Z"}],"next":"Nothing to do.",)"
                              R"("recovery_codes_left":9)" +
                              devices + "}";
    ScriptedEngine engine{hello(), result(reply), verdict(VerdictCode::done)};
    Script script(engine, false);
    EXPECT_TRUE(status(script.console));
    return script.results.text();
  };
  EXPECT_THAT(status_of("," + std::string(kTwo).substr(1, std::string(kTwo).size() - 2)),
              HasSubstr("Recovery codes left: 9\n"
                        "\n"
                        "Trusted devices, which are not asked for a code:\n"
                        "  security key SHA256:Xk3wJ9bQzf... on lab-gw (device-3) until 2026-12-20 10:00\n"
                        "  address 2001:db8:1:2::/64 on lab-gw (device-12) until 2026-11-22 10:00\n"
                        "\n"
                        "Nothing to do."));
  EXPECT_THAT(status_of(""), Not(HasSubstr("rusted")));
  EXPECT_THAT(status_of(R"(,"devices":[])"), Not(HasSubstr("rusted")));
}

TEST(Devices, SteerNoTerminal) {
  const std::string bad = "\\u001b]0;x\\u0007\\u202e\\n";
  const std::string reply = R"({"devices":[{"id":")" + bad + R"(","kind":")" + bad + R"(","label":")" + bad +
                            R"(","server":")" + bad + R"(","since":")" + bad + R"("},{"kind":"key","label":")" + bad +
                            R"("},7,{"id":7}]})";
  for (const auto& verb :
       {std::function(devices), std::function([](const Console& c) { return forget_devices(c, "", true); }),
        std::function([](const Console& c) { return admin_password_changed(c, "a\x1b[2J"); })}) {
    ScriptedEngine engine{hello(), result(reply), verdict(VerdictCode::done)};
    Script script(engine, false);
    ASSERT_TRUE(verb(script.console));
    EXPECT_TRUE(is_plain(script.results.text())) << script.results.text();
    EXPECT_THAT(script.results.text(), HasSubstr("\\x1b]0;x\\x07\\u{202e}\\x0a"));
  }
}

TEST(Help, OfAVerbThatIsAGroupNamesWhatIsInIt) {
  EXPECT_THAT(help_of("devices"), HasSubstr("Usage: mfa-enroll devices\n"));
  EXPECT_THAT(help_of("devices"), HasSubstr("  devices forget ID | --all"));
  EXPECT_THAT(help_of("helpdesk"), HasSubstr("  helpdesk key USER FILE --reason TEXT"));
  EXPECT_THAT(help_of("devices forget"), Not(HasSubstr("  devices forget")));
}

}  // namespace
}  // namespace mfa::cli
