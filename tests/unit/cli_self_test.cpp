// What a person or a script sees of themselves: history, privacy, export; and what they decide.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/history_text.h"
#include "cli/verbs/choices.h"
#include "cli/verbs/record.h"
#include "cli/verbs/self.h"
#include "cli_doubles.h"
#include "common/domain/event.h"

namespace mfa::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kTwo =
    R"({"events":[{"at":"2026-11-21T08:00:00Z","user":"alice","actor":"carol","event":"helpdesk.key",)"
    R"("service":"mfa-enroll","server":"lab-gw","factor":"key-2","reason":"new key; checked: student card","seq":7},)"
    R"({"at":"2026-11-21T09:00:00Z","user":"alice","event":"login.failed","service":"sshd","from":"203.0.113.7",)"
    R"("server":"lab-gw","reason":"wrong","seq":9}]})";

std::string page(int first, int last, int before) {
  std::string json = R"({"events":[)";
  for (int seq = first; seq <= last; ++seq)
    json += (seq == first ? "" : ",") + std::string(R"({"at":"2026-11-21T09:00:00Z","event":"login.passed","seq":)") +
            std::to_string(seq) + "}";
  json += "]";
  if (before > 0) json += R"(,"before":)" + std::to_string(before);
  return json + "}";
}

TEST(History, IsATableWithTheNewestLast) {
  ScriptedEngine engine{hello(), result(kTwo), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(history(script.console, {}));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"history","most":"30"})");
  EXPECT_EQ(script.results.text(),
            "  WHEN              WHAT                                SERVICE     FROM         FACTOR  WHY\n"
            "  2026-11-21 08:00  security key added by the helpdesk  mfa-enroll               key-2   "
            "by carol: new key; checked: student card\n"
            "  2026-11-21 09:00  login failed                        sshd        203.0.113.7          wrong code\n"
            "\n"
            "Something that was not you? mfa-enroll report\n");
}

TEST(History, IsAnObjectALineForScripts) {
  ScriptedEngine engine{hello(), result(kTwo), verdict(VerdictCode::done)};
  Script script(engine, true);
  ASSERT_TRUE(history(script.console, {}));
  const std::string text = script.results.text();
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
  EXPECT_THAT(text,
              StartsWith(R"({"at":"2026-11-21T08:00:00Z","user":"alice","actor":"carol","event":"helpdesk.key",)"));
}

TEST(History, ReadsOutWhatReasonsMean) {
  for (const auto& [reason, words] :
       {std::pair{"sms ending 4567 new_number", "text to a new number, ending 4567"},
        {"call ending 2987 new_number", "call to a new number, ending 2987"},
        {"sms ending 4567 new_number failed", "text to a new number, ending 4567"},
        {"call ending 2987 new_number refused", "call to a new number, ending 2987, not answered"},
        {"ending 4567 sms", "ending 4567 text"},
        {"helpdesk phone: not_proven", "helpdesk phone: no proof of who did it"},
        {"too_many_wrong", "too many wrong codes"},
        {"lost: new phone", "lost: new phone"}}) {
    ScriptedEngine engine{hello(),
                          result(Json{{"events",
                                       {{{"seq", 1},
                                         {"at", "2026-11-21T08:00:00Z"},
                                         {"event", "login.failed"},
                                         {"user", "alice"},
                                         {"reason", reason}}}}}
                                     .dump()),
                          verdict(VerdictCode::done)};
    Script script(engine, false);
    ASSERT_TRUE(history(script.console, {}));
    EXPECT_THAT(script.results.text(), HasSubstr(std::string("  ") + words + "\n"));
  }
}

// In a window the last columns stand below; a pipe gets each event on a line of its own.
TEST(History, FitsTheWindow) {
  for (const std::size_t columns : {0U, 80U}) {
    ScriptedEngine engine{hello(),
                          result(R"({"events":[{"seq":1,"at":"2026-11-21T08:00:00Z","event":"login.failed",)"
                                 R"("user":"alice","service":"sshd","from":"2001:db8:1234:5678:9abc:def0:1234:5678",)"
                                 R"("factor":"sms-1","reason":"wrong"},{"seq":2,"at":"2026-11-21T09:00:00Z",)"
                                 R"("event":"login.reported","user":"alice","service":"sshd"}]})"),
                          verdict(VerdictCode::done)};
    Script script(engine, false);
    script.console.style.columns = columns;
    ASSERT_TRUE(history(script.console, {}));
    const std::string text = script.results.text();
    if (columns == 0) {
      EXPECT_EQ(std::ranges::count(text, '\n'), 5) << text;
      continue;
    }
    EXPECT_THAT(text, StartsWith("  WHEN              WHAT                 SERVICE\n"
                                 "                    FROM                                    FACTOR  WHY\n"
                                 "  2026-11-21 "));
    EXPECT_THAT(text, HasSubstr("  login failed         sshd\n"
                                "                    2001:db8:1234:5678:9abc:def0:1234:5678  sms-1   wrong code\n"));
    EXPECT_THAT(text, HasSubstr("reported as not you  sshd\n\n")) << "no empty second line";
  }
}

TEST(Status, FitsTheWindowAndSaysTextAsLoginsDo) {
  ScriptedEngine engine{
      hello(),
      result(
          R"({"user":"alice","mfa":"require","factors":[{"id":"sms-1","kind":"sms","name":"phone",)"
          R"("detail":"ending 4567","added":"2026-11-21T08:00:00Z","default":true}],"recovery_codes_left":10,)"
          R"("next":"Nothing to do. A new phone? Add it while the old one still works: mfa-enroll totp --name NAME"})"),
      verdict(VerdictCode::done)};
  Script script(engine, false);
  script.console.style.columns = 80;
  ASSERT_TRUE(status(script.console));
  EXPECT_THAT(script.results.text(), HasSubstr("  phone  text, ending 4567  2026-11-21  never\n"));
  EXPECT_THAT(script.results.text(), HasSubstr("\nNothing to do. A new phone? Add it while the old one still works:\n"
                                               "mfa-enroll totp --name NAME\n"));
}

TEST(History, SaysThatThereIsMore) {
  ScriptedEngine engine{hello(), result(page(8, 9, 8)), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(history(script.console, {}));
  EXPECT_THAT(script.results.text(), HasSubstr("\nOlder ones: mfa-enroll history --all\n"));
}

TEST(History, OfNobodyKnownSaysSo) {
  ScriptedEngine engine{hello(), result(page(1, 0, 0)), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(history(script.console, {}));
  EXPECT_EQ(script.results.text(), "Nothing has been recorded of you here.\n");
}

TEST(History, WithAllComesPageByPage) {
  ScriptedEngine engine{hello(), result(page(8, 9, 8)), verdict(VerdictCode::done),
                        hello(), result(page(6, 7, 6)), verdict(VerdictCode::done),
                        hello(), result(page(5, 5, 0)), verdict(VerdictCode::done)};
  Script script(engine, true);
  ASSERT_TRUE(history(script.console, {.all = true, .since = ""}));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"history"})");
  EXPECT_EQ(engine.sent(1, Tag::json), R"({"verb":"history","before":"8"})");
  EXPECT_EQ(engine.sent(2, Tag::json), R"({"verb":"history","before":"6"})");
  std::string order;
  for (const char c : script.results.text())
    if (c == '\n') order += '|';
  EXPECT_EQ(order, "|||||");
  EXPECT_LT(script.results.text().find(R"("seq":5)"), script.results.text().find(R"("seq":9)"));
}

TEST(History, EndsWhereAnEngineGoesRoundInCircles) {
  ScriptedEngine engine{hello(), result(page(8, 9, 8)), verdict(VerdictCode::done),
                        hello(), result(page(8, 9, 8)), verdict(VerdictCode::done)};
  Script script(engine, true);
  ASSERT_TRUE(history(script.console, {.all = true, .since = ""}));
}

TEST(History, SinceAMoment) {
  ScriptedEngine engine{hello(), result(page(1, 0, 0)), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(history(script.console, {.all = false, .since = "2026-11-21T09:00:00Z"}));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"history","since":"1795251600"})");
  ScriptedEngine unasked{};
  Script wrong(unasked, false);
  const auto done = history(wrong.console, {.all = false, .since = "yesterday"});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().status, ExitStatus::usage);
}

TEST(History, HasWordsForEveryEvent) {
  for (unsigned number = 0; number < 65'536; ++number) {
    // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): the question is which values are kinds
    const std::string_view name = name_of(static_cast<EventKind>(number));
    if (name.empty()) continue;
    EXPECT_NE(event_in_words(name), name);
  }
  EXPECT_EQ(event_in_words("phone.\x1b"), "phone.\\x1b");
}

TEST(Export, IsOneObjectWithTheHistoryInIt) {
  for (const bool json : {true, false}) {
    ScriptedEngine engine{hello(),
                          result(R"({"user":"alice","factors":[]})"),
                          verdict(VerdictCode::done),
                          hello(),
                          result(page(8, 9, 8)),
                          verdict(VerdictCode::done),
                          hello(),
                          result(page(7, 7, 0)),
                          verdict(VerdictCode::done)};
    Script script(engine, json);
    ASSERT_TRUE(export_data(script.console));
    EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"export"})");
    const auto whole = parse_json(script.results.text());
    ASSERT_TRUE(whole);
    EXPECT_EQ(text_of(*whole, "user"), "alice");
    EXPECT_EQ(objects_of(*whole, "history").size(), 3U);
    EXPECT_EQ(std::ranges::count(script.results.text(), '\n') == 1, json);
  }
}

TEST(Privacy, IsParagraphsThatFitATerminal) {
  ScriptedEngine engine{
      hello(),
      result(
          R"({"kept":[{"what":"Your factors and a sentence that is so long that it can never stand in one line of a )"
          R"(terminal.","why":"To check codes.","how_long":"Until you remove them."}],"never":"No \u001b[31m.",)"
          R"("who":"Administrators.","ask":"Ask."})"),
      verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(privacy(script.console));
  EXPECT_EQ(script.results.text(),
            "What is kept about you here for multi-factor authentication, and why\n"
            "\n"
            "Your factors and a sentence that is so long that it can never stand in one\n"
            "line of a terminal.\n"
            "  Why:       To check codes.\n"
            "  How long:  Until you remove them.\n"
            "\n"
            "No \\x1b[31m.\n"
            "\n"
            "Who sees it:  Administrators.\n"
            "\n"
            "Ask.\n");
}

TEST(Choices, LanguagesAreListedAndOneIsChosen) {
  constexpr const char* kReply =
      R"({"language":"nl","chosen":true,"changed":true,"languages":[{"tag":"en","name":"English"},)"
      R"({"tag":"nl","name":"Nederlands"}]})";
  ScriptedEngine engine{hello(), result(kReply), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(choose_language(script.console, "nl"));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"language","to":"nl"})");
  EXPECT_EQ(script.results.text(), "  en  English\n* nl  Nederlands\n");

  ScriptedEngine asked{hello(),
                       result(R"({"language":"en","chosen":false,"changed":false,"languages":[)"
                              R"({"tag":"en","name":"English"}]})"),
                       verdict(VerdictCode::done)};
  Script look(asked, false);
  ASSERT_TRUE(choose_language(look.console, ""));
  EXPECT_EQ(asked.sent(0, Tag::json), R"({"verb":"language"})");
  EXPECT_EQ(look.results.text(),
            "* en  English\nYou have chosen none: this is the language of this server.\n"
            "To choose another: mfa-enroll language LANG\n");
}

TEST(Choices, SayWhatTheyChanged) {
  struct Row {
    Outcome<void> (*verb)(const Console&);
    const char* request;
    const char* reply;
    std::string text;
  };
  const Row rows[] = {
      {report_login, "report", R"({"recorded":true,"helpdesk":"Service Desk"})",
       "Your report is recorded for the staff.\nNo device of yours is trusted any more, and until your password is "
       "another it alone\nsets up no second factor."
       "\n\nNow change your password, then tell Service Desk.\nWhat happened in your name: mfa-enroll history\n"},
      {report_login, "report", R"({"recorded":false,"helpdesk":"Service Desk"})",
       "The staff have a report of yours from a few minutes ago.\n"},
      {enable, "enable", R"({"asked":true,"changed":true})", "Logins ask you for a code again.\n"},
      {enable, "enable", R"({"asked":true,"changed":false})",
       "You had not switched asking off. Nothing was changed.\n"},
      {disable, "disable", R"({"asked":false,"changed":true})",
       "Logins no longer ask you for a code where the rules leave that to you.\nWhere a rule requires one they still "
       "do, and no device is trusted any more.\nTo be asked again: mfa-enroll enable\n"},
      {disable, "disable", R"({"asked":false,"changed":true,"required_since":"2026-12-01T00:00:00Z"})",
       "From 1 December 2026 a rule requires a code: then you are asked again.\n"},
      {disable, "disable", R"({"asked":false,"changed":false})", "You had switched that off already."},
  };
  for (const Row& row : rows) {
    ScriptedEngine engine{hello(), result(row.reply), verdict(VerdictCode::done)};
    Script script(engine, false);
    ASSERT_TRUE(row.verb(script.console));
    EXPECT_EQ(engine.sent(0, Tag::json), std::string(R"({"verb":")") + row.request + "\"}");
    EXPECT_THAT(script.results.text(), HasSubstr(row.text));
    ScriptedEngine again{hello(), result(row.reply), verdict(VerdictCode::done)};
    Script scripted(again, true);
    ASSERT_TRUE(row.verb(scripted.console));
    EXPECT_EQ(scripted.results.text(), std::string(row.reply) + "\n");
  }
}

TEST(Status, SaysWhatWasReportedSwitchedOffAndIsNews) {
  const auto told = [](const std::string& more) {
    ScriptedEngine engine{
        hello(),
        result(R"({"user":"alice","mfa":"optional","factors":[{"id":"totp-1","kind":"totp",)"
               R"("name":"iPhone","added":"2026-11-20T10:00:00Z","last_used":"2026-11-20T10:00:00Z"}],)"
               R"("recovery_codes_left":9,"devices":[])" +
               more + "}"),
        verdict(VerdictCode::done)};
    Script script(engine, false);
    EXPECT_TRUE(status(script.console));
    return script.results.text();
  };
  const std::string usual = told(R"(,"notices":[])");
  EXPECT_THAT(usual, HasSubstr("Logins ask for a second factor once you have one."));
  EXPECT_THAT(usual, Not(HasSubstr("mfa-enroll report")));
  const std::string reported = told(R"(,"reported":"2026-11-21T09:00:00Z","notices":[])");
  EXPECT_THAT(reported, HasSubstr("You reported on 2026-11-21 09:00 that something was not you.\n"));
  const std::string off = told(R"(,"disabled":true,"notices":[])");
  EXPECT_THAT(off, HasSubstr("Logins do not ask you for a second factor: you switched that off.\n"));
  EXPECT_THAT(off, Not(HasSubstr("once you have one")));
  const std::string until = told(R"(,"disabled":true,"required_since":"2026-12-01T00:00:00Z","notices":[])");
  EXPECT_THAT(until, HasSubstr("required here from 1 December 2026"));
  EXPECT_THAT(until, HasSubstr("Until then logins do not ask you: you switched that off.\n"));
  const std::string news = told(R"(,"notices":["An app was added."])");
  EXPECT_THAT(news, HasSubstr("Notice: An app was added.\nWas that not you? mfa-enroll report\n"));
}

}  // namespace
}  // namespace mfa::cli
