// The words after pam_mfa.so.
#include "pam_module/arguments.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mfa {
namespace {

std::expected<Arguments, std::string_view> parse(const std::vector<const char*>& words) {
  return parse_arguments(LineType::auth, words);
}

TEST(Arguments, HaveDefaults) {
  const auto arguments = parse({});
  ASSERT_TRUE(arguments);
  EXPECT_FALSE(arguments->authfail);
  EXPECT_FALSE(arguments->debug);
  EXPECT_EQ(arguments->socket, nullptr);
  EXPECT_EQ(arguments->timeout, 60);
}

TEST(Arguments, AreTakenTogether) {
  const auto arguments = parse({"debug", "socket=/run/other.sock", "timeout=5", "authfail"});
  ASSERT_TRUE(arguments);
  EXPECT_TRUE(arguments->authfail);
  EXPECT_TRUE(arguments->debug);
  EXPECT_STREQ(arguments->socket, "/run/other.sock");
  EXPECT_EQ(arguments->timeout, 5);
}

TEST(Arguments, AtTheirLimits) {
  const std::string longest = "socket=/" + std::string(106, 'x');
  EXPECT_TRUE(parse({longest.c_str()}));
  EXPECT_TRUE(parse({"timeout=600"}));
  EXPECT_TRUE(parse({"timeout=005"}));
}

TEST(Arguments, NotUnderstoodAreNamed) {
  const std::string too_long = "socket=/" + std::string(107, 'x');
  for (const char* word : {"",
                           "nullok",
                           "Debug",
                           "debug=1",
                           "debugging",
                           "authfail ",
                           "forward_pass=1",
                           "use_first_pass",
                           "socket",
                           "socket=",
                           "socket=run/x",
                           "socket /run/x",
                           "timeout",
                           "timeout=",
                           "timeout=4",
                           "timeout=601",
                           "timeout=-5",
                           "timeout=+5",
                           "timeout= 5",
                           "timeout=5s",
                           "timeout=0x10",
                           "timeout=99999999999999999999",
                           too_long.c_str()}) {
    const auto arguments = parse({"debug", word, "nonsense"});
    ASSERT_FALSE(arguments) << word;
    EXPECT_EQ(arguments.error(), word);
  }
}

TEST(Arguments, ALineEitherReportsOrForwards) {
  EXPECT_TRUE(parse({"forward_pass", "debug"})->forward_pass);
  EXPECT_FALSE(parse({"debug"})->forward_pass);
  EXPECT_EQ(parse({"forward_pass", "authfail"}).error(), "authfail");
  EXPECT_EQ(parse({"authfail", "forward_pass"}).error(), "forward_pass");
}

TEST(Arguments, OfOtherTypesAreTheSameButForAuthfailAndForwardPass) {
  const std::vector<const char*> words{"debug", "socket=/run/other.sock", "timeout=5"};
  for (const LineType type : {LineType::account, LineType::password}) {
    const auto arguments = parse_arguments(type, words);
    ASSERT_TRUE(arguments);
    EXPECT_TRUE(arguments->debug);
    EXPECT_STREQ(arguments->socket, "/run/other.sock");
    EXPECT_EQ(arguments->timeout, 5);
    for (const char* word : {"authfail", "forward_pass", "nullok", "timeout=4"}) {
      const auto refused = parse_arguments(type, std::vector{"debug", word});
      ASSERT_FALSE(refused) << word;
      EXPECT_EQ(refused.error(), word);
    }
  }
}

}  // namespace
}  // namespace mfa
