// The guided set-up as it looks: what stands around the engine's prompts, in colour and without.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/guided_text.h"
#include "cli/verbs/guided.h"
#include "cli_doubles.h"

namespace mfa::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr Style kColour{.colour = true, .utf8 = true};
const char* const kEmpty = R"({"user":"alice","mfa":"require","factors":[],"recovery_codes_left":0,"notices":[]})";
const char* const kWithApp =
    R"({"user":"alice","mfa":"require","factors":[{"id":"totp-1","kind":"totp","name":"x","default":true}],)"
    R"("recovery_codes_left":9,"notices":[]})";

Frame step(int number, std::string_view title) {
  return result(R"({"step":{"number":)" + std::to_string(number) + R"(,"of":4,"title":")" + std::string(title) +
                R"("}})");
}

Json json_of(const char* text) { return parse_json(text).value(); }

// The status, then the frames of the set-up, as two connections of one script.
struct AtATerminal {
  explicit AtATerminal(std::initializer_list<Frame> set_up, std::string_view typed, const Style& style = {})
      : engine{hello(), result(kEmpty), verdict(VerdictCode::done)},
        input(typed),
        terminal(input.fd(), screen.fd(), true),
        dialogue(terminal, screen.fd(), false, style) {
    for (const Frame& frame : set_up) engine.add(frame);
    done = begin({.link = engine,
                  .person = dialogue,
                  .terminal = terminal,
                  .input = input.fd(),
                  .results = screen.fd(),
                  .results_on_screen = true,
                  .json = false,
                  .style = style,
                  .where = {},
                  .now = kNow});
  }
  ScriptedEngine engine;
  Typed input;
  Written screen;
  Terminal terminal;
  Dialogue dialogue;
  Outcome<void> done;
};

std::initializer_list<Frame> whole() {
  static const std::initializer_list<Frame> kFrames{
      hello(),
      step(1, "Prove that it is you"),
      ask("Password for alice: ", true),  // a file is no terminal that could be made silent
      step(2, "Choose your second factor"),
      ask("Which one would you like?\n  app    an app\nYour choice [app]: "),
      step(4, "Keep your recovery codes"),
      ask("Keep these recovery codes.\n  7k3m-92qx-d4tp   aaaa-bbbb-cccc\nPress Enter when you have saved them: "),
      result(R"({"factor":"totp-1","name":"iPhone"})"),
      verdict(VerdictCode::done)};
  return kFrames;
}

TEST(GuidedSetUp, IsWhatMfaEnrollAloneBegins) {
  const AtATerminal run(whole(), "secret\n\n\n");
  ASSERT_TRUE(run.done) << run.done.error().error;
  EXPECT_EQ(run.engine.sent(0, Tag::json), R"({"verb":"status"})");
  EXPECT_EQ(run.engine.sent(1, Tag::json), R"({"verb":"guided"})");
  EXPECT_EQ(run.screen.text(),
            "Multi-factor authentication for alice\n"
            "A second factor is required here.\n"
            "\n"
            "You have none yet; this sets one up in a few minutes.\n"
            "Ctrl-C stops it, with nothing changed. After the password, help says more.\n"
            "\n"
            "Step 1 of 4: Prove that it is you\n"
            "Password for alice: "
            "\n"
            "Step 2 of 4: Choose your second factor\n"
            "Which one would you like?\n"
            "\n"
            "  app    an app\n"
            "\n"
            "Your choice [app]: "
            "\n"
            "Step 4 of 4: Keep your recovery codes\n"
            "Keep these recovery codes.\n"
            "\n"
            "  7k3m-92qx-d4tp   aaaa-bbbb-cccc\n"
            "\n"
            "Press Enter when you have saved them: "
            "\n"
            "Your second factor is set up: iPhone (totp-1)\n"
            "\n"
            "At your next login: your password as ever, then the code your app shows then.\n"
            "Phone not at hand? Type a recovery code in its place; each works once.\n"
            "Try a code before you need it: mfa-enroll test\n");
}

TEST(GuidedSetUp, IsColouredWhereThatIsWanted) {
  const AtATerminal run(whole(), "secret\n\n\n", kColour);
  ASSERT_TRUE(run.done);
  EXPECT_THAT(run.screen.text(), HasSubstr("\x1b[1mStep 1 of 4: Prove that it is you\x1b[0m\n"));
  EXPECT_THAT(run.screen.text(), HasSubstr("\x1b[1m  7k3m-92qx-d4tp   aaaa-bbbb-cccc\x1b[0m\n"));
  EXPECT_THAT(run.screen.text(), HasSubstr("\x1b[32m✓ Your second factor is set up: iPhone (totp-1)\x1b[0m\n"));
}

TEST(GuidedSetUp, AStepInWhichNothingIsAskedIsNotHeaded) {
  const AtATerminal run({hello(), step(1, "Prove that it is you"), step(2, "Choose"), ask("Your choice [app]: "),
                         verdict(VerdictCode::refused, "No.")},
                        "app\n");
  EXPECT_FALSE(run.done);
  EXPECT_THAT(run.screen.text(), Not(HasSubstr("Step 1")));
  EXPECT_THAT(run.screen.text(), HasSubstr("\nStep 2 of 4: Choose\nYour choice [app]: "));
}

TEST(GuidedSetUp, WhoHasAFactorSeesTheStatus) {
  ScriptedEngine engine{hello(), result(kWithApp), verdict(VerdictCode::done)};
  Script script(engine, false, "", true);
  script.console.results_on_screen = true;
  ASSERT_TRUE(begin(script.console));
  EXPECT_EQ(engine.count(), 1U);
  EXPECT_THAT(script.results.text(), HasSubstr("* totp-1"));
}

TEST(GuidedSetUp, IsForSomebodyAtATerminalAlone) {
  struct Row {
    bool interactive, on_screen, json;
  };
  for (const Row& row : {Row{false, true, false}, Row{true, false, false}, Row{true, true, true}}) {
    ScriptedEngine engine{hello(), result(kEmpty), verdict(VerdictCode::done)};
    Script script(engine, row.json, "", row.interactive);
    script.console.results_on_screen = row.on_screen;
    ASSERT_TRUE(begin(script.console));
    EXPECT_EQ(engine.count(), 1U);
    EXPECT_THAT(script.results.text(), HasSubstr(row.json ? "{\"user\":\"alice\"" : "You have no second factor."));
  }
}

TEST(GuidedSetUp, SaysWhenLoginsDoNotAskHere) {
  const std::string text =
      guided_end(json_of(R"({"factor":"totp-1","name":"x"})"), json_of(R"({"mfa":"skip"})"), Style{});
  EXPECT_THAT(text, HasSubstr("Logins do not ask for it here."));
}

TEST(GuidedSetUp, BeginsWithWhatOneShouldKnow) {
  const std::string text = guided_beginning(
      json_of(R"({"user":"bob","mfa":"optional","required_since":"2026-12-01T00:00:00Z","notices":["Look out."]})"),
      kNow, {});
  EXPECT_THAT(text,
              StartsWith("Multi-factor authentication for bob\nA second factor is required here from 1 December"));
  EXPECT_THAT(text, HasSubstr("Notice: Look out.\n"));
}

TEST(GuidedSetUp, WhatTheEngineSaysSteersNoTerminal) {
  const std::string bad = "\\u001b[2J\\u009b\\u202e\\n";
  const AtATerminal run({hello(), step(1, bad), ask("a\x1b[2J\n  b\x1b[2J\nc: "),
                         result(R"({"factor":")" + bad + R"(","name":")" + bad + R"("})"), verdict(VerdictCode::done)},
                        "app\n");
  ASSERT_TRUE(run.done);
  EXPECT_TRUE(is_plain(run.screen.text())) << run.screen.text();
}

TEST(Blocks, AreIndentedLinesSetOff) {
  EXPECT_EQ(with_blocks("", {}), "");
  EXPECT_EQ(with_blocks("a\n", {}), "a\n");
  EXPECT_EQ(with_blocks("a\n  b\n  c\nd\n", {}), "a\n\n  b\n  c\n\nd\n");
  EXPECT_EQ(with_blocks("a\n  b\n", {}), "a\n\n  b\n\n");
  EXPECT_EQ(with_blocks("  b\n", kColour), "\n\x1b[1m  b\x1b[0m\n\n");
}

TEST(GuidedSetUp, AStepWithoutItsNumberIsNoReasonToFall) {
  ScriptedEngine engine{hello(), result(R"({"step":{}})"), ask("x: "), result("{}"), verdict(VerdictCode::done)};
  const Script script(engine, false, "y\n");
  ASSERT_TRUE(script.console.ask({{"verb", "guided"}}));
  EXPECT_THAT(script.errors.text(), StartsWith("\nStep 0 of 0: \n"));
}

}  // namespace
}  // namespace mfa::cli
