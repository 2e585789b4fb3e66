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

}  // namespace
}  // namespace mfa::cli
