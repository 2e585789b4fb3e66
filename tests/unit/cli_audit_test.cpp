// What an administrator or a script sees of the trail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/history_text.h"
#include "cli/verbs/audit.h"
#include "cli_doubles.h"
#include "common/domain/event.h"

namespace mfa::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string page(int first, int last, int next) {
  Json events = Json::array();
  for (int seq = first; first <= last ? seq <= last : seq >= last; seq += first <= last ? 1 : -1)
    events.push_back({{"at", "2026-11-22T09:14:05Z"}, {"user", "alice"}, {"event", "login.passed"}, {"seq", seq}});
  Json reply{{"events", std::move(events)}};
  if (next > 0) reply["next"] = next;
  return reply.dump();
}

TEST(Audit, WithoutChoicesTellsTheNewest) {
  ScriptedEngine engine{hello(), result(page(99, 80, 80)), verdict(VerdictCode::done),
                        hello(), result(page(79, 50, 50)), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(admin_audit(script.console, {}));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"admin audit"})");
  EXPECT_EQ(engine.sent(1, Tag::json), R"({"verb":"admin audit","before":"80"})");
  EXPECT_THAT(script.results.text(), testing::StartsWith("  NUMBER  WHEN                 EVENT         USER "));
  EXPECT_THAT(script.results.text(), HasSubstr("\n  70      2026-11-22 09:14:05  login.passed  alice\n"));
  EXPECT_THAT(script.results.text(), HasSubstr("\n  99  "));
  EXPECT_THAT(script.results.text(), testing::Not(HasSubstr("\n  69  ")));
  EXPECT_THAT(script.results.text(), HasSubstr("\nThese are the newest. All of them: --all\n"));
}

TEST(Audit, WithAllComesPageByPageTheNewestLast) {
  ScriptedEngine engine{hello(), result(page(1, 3, 3)),   verdict(VerdictCode::done),
                        hello(), result(page(0, -1, 20)), verdict(VerdictCode::done),
                        hello(), result(page(21, 22, 0)), verdict(VerdictCode::done)};
  Script script(engine, true);
  AuditOptions options;
  options.user = "alice";
  options.event = "login";
  options.since = "2026-11-21T09:00:00Z";
  options.until = "2026-11-22";
  ASSERT_TRUE(admin_audit(script.console, options));
  EXPECT_EQ(
      engine.sent(0, Tag::json),
      R"({"verb":"admin audit","user":"alice","event":"login","since":"1795251600","until":"1795305600","after":"0"})");
  EXPECT_THAT(engine.sent(1, Tag::json), HasSubstr(R"("after":"3"})"));
  EXPECT_THAT(engine.sent(2, Tag::json), HasSubstr(R"("after":"20"})"));
  EXPECT_EQ(std::ranges::count(script.results.text(), '\n'), 7);
}

TEST(Audit, EndsWhereAnEngineGoesRoundInCircles) {
  ScriptedEngine engine{hello(), result(page(1, 3, 3)), verdict(VerdictCode::done),
                        hello(), result(page(1, 3, 3)), verdict(VerdictCode::done)};
  Script script(engine, true);
  AuditOptions options;
  options.all = true;
  EXPECT_FALSE(admin_audit(script.console, options));
}

TEST(Audit, RefusesWhatItDoesNotKnow) {
  struct Wrong {
    void (*set)(AuditOptions&);
    const char* says;
  };
  for (const Wrong& wrong : {Wrong{[](AuditOptions& o) { o.event = "logon"; }, "There is no event 'logon'."},
                             Wrong{[](AuditOptions& o) { o.event = "login."; }, "There is no event"},
                             Wrong{[](AuditOptions& o) { o.since = "yesterday"; }, "--since yesterday is no moment"},
                             Wrong{[](AuditOptions& o) { o.verify = true, o.user = "alice"; }, "takes no other choice"},
                             Wrong{[](AuditOptions& o) { o.against = {"log"}; }, "go with --verify"}}) {
    ScriptedEngine engine{};
    Script script(engine, false);
    AuditOptions options;
    wrong.set(options);
    const auto done = admin_audit(script.console, options);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().status, ExitStatus::usage);
    EXPECT_THAT(done.error().error, HasSubstr(wrong.says));
    EXPECT_EQ(engine.count(), 0U);
  }
}

TEST(Audit, AnythingMaliciousInARowStaysText) {
  ScriptedEngine engine{hello(),
                        result(R"({"events":[{"seq":1,"event":"login.failed","user":"a\u001b[2Jb","reason":"x\ny"}]})"),
                        verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(admin_audit(script.console, {}));
  EXPECT_TRUE(is_plain(script.results.text()));
  EXPECT_THAT(script.results.text(), HasSubstr("a\\x1b[2Jb"));
}

TEST(Audit, EveryEventCanBeAskedFor) {
  for (unsigned kind = 1; kind < 200; ++kind) {
    // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): the question is which values are kinds
    const std::string_view name = name_of(static_cast<EventKind>(kind));
    if (name.empty()) continue;
    EXPECT_TRUE(is_event(name)) << name;
    EXPECT_TRUE(is_event(name.substr(0, name.find('.')))) << name;
  }
  EXPECT_FALSE(is_event(""));
  EXPECT_FALSE(is_event("login."));
}

Outcome<void> verify(const char* reply, bool json, std::string& text) {
  ScriptedEngine engine{hello(), show(""), result(reply), verdict(VerdictCode::done)};
  Script script(engine, json);
  AuditOptions options;
  options.verify = true;
  auto done = admin_audit(script.console, options);
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"admin audit --verify"})");
  text = script.results.text();
  return done;
}

TEST(Verify, AWholeTrailIsGoodNews) {
  std::string text;
  ASSERT_TRUE(verify(R"({"events":20,"purged":3,"last":20,"head":"9f3c","damage":[]})", false, text));
  EXPECT_THAT(text, HasSubstr("ok store: 20 events, each as it was written and where; of 3 the personal detail was"));
  ASSERT_TRUE(verify(R"({"events":20,"purged":3,"last":20,"head":"9f3c","damage":[]})", true, text));
  EXPECT_EQ(text, R"({"ok":true,"events":20,"purged":3,"last":20,"head":"9f3c","damage":[]})"
                  "\n");
}

TEST(Verify, EachDamageIsNamedAndTheExitSaysSo) {
  const char* reply =
      R"({"events":20,"purged":0,"last":20,"head":"9f3c","damage":[{"kind":"altered","seq":3},)"
      R"({"kind":"removed","seq":5,"to":6},{"kind":"inserted","seq":8},{"kind":"swapped","seq":9,"with":12},)"
      R"({"kind":"erased","seq":13},{"kind":"old_key","seq":14},{"kind":"unknown_key","seq":15},)"
      R"({"kind":"broken","seq":20}],"more_damage":true})";
  std::string text;
  const auto done = verify(reply, false, text);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().status, ExitStatus::refused);
  EXPECT_EQ(done.error().error, "The trail is not as it was written.");
  for (const char* says :
       {"event 3 was altered", "events 5 to 6 were removed", "event 8 was inserted",
        "events 9 and 12 do not stand where they were written", "event 13: personal detail was erased",
        "event 14: written with a key", "event 15: cannot be checked", "event 20: not what was written",
        "and more damage, which is not listed, among 20"})
    EXPECT_THAT(text, HasSubstr(says));
  EXPECT_THAT(text, testing::Not(HasSubstr("are as they were written"))) << "which ones, nobody can tell";
  EXPECT_FALSE(verify(reply, true, text));
  EXPECT_THAT(text, testing::StartsWith(R"({"ok":false,"events":20)"));
}

TEST(Purge, SaysWhatItDid) {
  for (const auto& [events, says] :
       {std::pair{0, "Nothing to do: no event from before 2025-10-19 08:01 has personal detail left.\n"},
        {1, "The personal detail of 1 event from before 2025-10-19 08:01 is gone.\n"},
        {2, "The personal detail of 2 events from before 2025-10-19 08:01 is gone.\n"}}) {
    ScriptedEngine engine{hello(),
                          result(Json{{"events", events}, {"before", "2025-10-19T08:01:10Z"}, {"keep", "400d"}}.dump()),
                          verdict(VerdictCode::done)};
    Script script(engine, false);
    ASSERT_TRUE(admin_purge(script.console));
    EXPECT_EQ(script.results.text(), says);
  }
}

}  // namespace
}  // namespace mfa::cli
