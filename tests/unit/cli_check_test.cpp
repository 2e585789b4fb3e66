// What `mfad --check` says, read and shown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/verbs/check.h"

namespace mfa::cli {
namespace {

using testing::HasSubstr;

constexpr std::string_view kLines =
    "{\"name\":\"pam-skipped\",\"ok\":false,\"detail\":\"it leads past\",\"mend\":\"Write it as …\"}\n"
    "{\"name\":\"sshd\",\"ok\":true,\"detail\":\"it asks\"}\n";

TEST(AdminCheck, FaultsComeLastWithWhatMendsThem) {
  const auto checks = parse_checks(kLines);
  ASSERT_TRUE(checks);
  EXPECT_EQ(checks_text(*checks, {.colour = false, .utf8 = true}),
            "  ✓ sshd: it asks\n  ✗ pam-skipped: it leads past\n      Write it as …\n");
  EXPECT_THAT(checks_text(*checks, {.colour = false, .utf8 = false}), HasSubstr("  FAULT pam-skipped"));
}

TEST(AdminCheck, JsonIsAsPromised) {
  const auto checks = parse_checks(kLines);
  ASSERT_TRUE(checks);
  EXPECT_EQ(
      json_line(checks_json(*checks)),
      "{\"ok\":false,\"checks\":[{\"name\":\"pam-skipped\",\"ok\":false,\"detail\":\"it leads past\",\"mend\":\"Write "
      "it as …\"},{\"name\":\"sshd\",\"ok\":true,\"detail\":\"it asks\"}]}");
  EXPECT_EQ(checks_json(std::vector<Checked>{{.name = "sshd", .ok = true, .detail = "", .mend = ""}})["ok"], true);
}

TEST(AdminCheck, WhatMakesNoSenseIsNoGoodNews) {
  for (const std::string_view lines :
       {"", "\n", "{}", "{\"name\":\"x\"}", "no JSON", "{\"name\":\"x\",\"ok\":false,\"detail\":\"d\"}",
        "{\"name\":\"x\",\"ok\":true,\"detail\":\"d\"}\n{\"name\":\"y\",\"ok\""})
    EXPECT_FALSE(parse_checks(lines)) << lines;
}

}  // namespace
}  // namespace mfa::cli
