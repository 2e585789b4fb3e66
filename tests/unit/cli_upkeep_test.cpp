// What root is told of what it did to the store and to people's rows.
#include "cli/verbs/upkeep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli_doubles.h"

namespace mfa::cli {
namespace {

struct Row {
  std::function<Outcome<void>(const Console&)> verb;
  const char* request;
  const char* reply;
  const char* says;
};

TEST(Upkeep, SaysWhatItDid) {
  const std::vector<Row> rows{
      {[](const Console& c) { return admin_rename(c, "alice", "alice.smith"); },
       R"({"verb":"admin rename","user":"alice","to":"alice.smith"})",
       R"({"user":"alice.smith","was":"alice","factors":["totp-1","sms-2"],"devices":1})",
       "What was kept of alice is alice.smith's now: totp-1, sms-2, 1 trusted device.\n"},
      {[](const Console& c) { return admin_retire(c, "alice"); }, R"({"verb":"admin retire","user":"alice"})",
       R"({"user":"alice","uid":1001,"removed":[],"recovery_codes":0,"devices":2})",
       "Removed of alice (uid 1001): no factor, 0 recovery codes, 2 trusted devices.\nThe trail stays.\n"},
      {admin_rotate_key, R"({"verb":"admin rotate-key"})", R"({"key":"0a0b0c0d","was":"01020304","sealed":7})",
       "7 values sealed anew with a new key (0a0b0c0d).\n"
       "Copy the key file to where you keep it, apart from the backups. The copy you have goes on being the\n"
       "key of the backups made before now (01020304).\n"},
  };
  for (const Row& row : rows) {
    for (const bool json : {false, true}) {
      ScriptedEngine engine{hello(), result(row.reply), verdict(VerdictCode::done)};
      Script script(engine, json);
      ASSERT_TRUE(row.verb(script.console)) << row.request;
      EXPECT_EQ(Json::parse(engine.sent(0, Tag::json)), Json::parse(row.request));
      EXPECT_EQ(script.results.text(), json ? std::string(row.reply) + "\n" : row.says);
    }
  }
}

constexpr const char* kStats =
    R"({"users":1204,"enrolled":301,"by_factor":{"totp":290,"hotp":0,"sms":12,"call":0,"key":1},)"
    R"("logins_24h":{"asked":31,"passed":29,"failed":2,"trusted":70},"locked":3})";

TEST(Stats, AreTold) {
  ScriptedEngine engine{hello(), result(kStats), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(admin_stats(script.console, false));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"admin stats"})");
  EXPECT_EQ(script.results.text(),
            "1204 people are known here, 301 with a second factor (25 %).\n"
            "  authenticator app       290\n"
            "  phone, by text           12\n"
            "  security key              1\n"
            "In the last 24 hours:\n"
            "  asked for a code         31\n"
            "  passed                   29\n"
            "  failed                    2\n"
            "  trusted device           70\n"
            "Locked out now: 3\n");
}

// Each metric has its two lines before it, once, and every line ends.
TEST(Stats, AreMetricsForPrometheus) {
  ScriptedEngine engine{hello(), result(kStats), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(admin_stats(script.console, true));
  EXPECT_EQ(script.results.text(),
            "# HELP mfa_users People of whom something is kept.\n"
            "# TYPE mfa_users gauge\n"
            "mfa_users 1204\n"
            "# HELP mfa_users_enrolled People with a second factor.\n"
            "# TYPE mfa_users_enrolled gauge\n"
            "mfa_users_enrolled 301\n"
            "# HELP mfa_users_with_factor People with a factor of that kind.\n"
            "# TYPE mfa_users_with_factor gauge\n"
            "mfa_users_with_factor{kind=\"totp\"} 290\n"
            "mfa_users_with_factor{kind=\"hotp\"} 0\n"
            "mfa_users_with_factor{kind=\"sms\"} 12\n"
            "mfa_users_with_factor{kind=\"call\"} 0\n"
            "mfa_users_with_factor{kind=\"key\"} 1\n"
            "# HELP mfa_users_locked People who are locked out now.\n"
            "# TYPE mfa_users_locked gauge\n"
            "mfa_users_locked 3\n"
            "# HELP mfa_codes_asked_24h How often a code was asked for in the last 24 hours.\n"
            "# TYPE mfa_codes_asked_24h gauge\n"
            "mfa_codes_asked_24h 31\n"
            "# HELP mfa_logins_24h Logins of the last 24 hours, by what came of them.\n"
            "# TYPE mfa_logins_24h gauge\n"
            "mfa_logins_24h{outcome=\"passed\"} 29\n"
            "mfa_logins_24h{outcome=\"failed\"} 2\n"
            "mfa_logins_24h{outcome=\"trusted\"} 70\n"
            "# HELP mfa_logins_24h_whole 0: there were more of them than are counted.\n"
            "# TYPE mfa_logins_24h_whole gauge\n"
            "mfa_logins_24h_whole 1\n");
}

TEST(Stats, AreOneOrTheOther) {
  ScriptedEngine engine{hello()};
  Script script(engine, true);
  const auto done = admin_stats(script.console, true);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().status, ExitStatus::usage);
  EXPECT_EQ(engine.count(), 0U);
}

}  // namespace
}  // namespace mfa::cli
