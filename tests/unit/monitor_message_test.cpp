#include <gtest/gtest.h>

#include <string>

#include "common/service/monitor/message.h"
#include "common/service/monitor/try_limit.h"

namespace mfa::monitor {
namespace {

using namespace std::chrono_literals;

struct Row {
  const char* what;
  std::string message;
  std::size_t descriptors;
  bool permitted;
};
class Messages : public ::testing::TestWithParam<Row> {};
TEST_P(Messages, are_permitted_by_the_table_or_not_at_all) {
  const auto request = parse_request(GetParam().message, GetParam().descriptors);
  ASSERT_EQ(request.has_value(), GetParam().permitted) << GetParam().what;
  if (!request) return;
  EXPECT_EQ(static_cast<char>(request->question), GetParam().message[0]);
  EXPECT_EQ(request->content, GetParam().message.substr(1));
}
INSTANTIATE_TEST_SUITE_P(
    rows, Messages,
    ::testing::Values(Row{"a password", "Psecret", 2, true}, Row{"an empty password", "P", 2, true},
                      Row{"the longest password", "P" + std::string(512, 'x'), 2, true},
                      Row{"a version", "Valice", 1, true},
                      Row{"the longest name", "V" + std::string(256, 'x'), 1, true},
                      Row{"too long a password", "P" + std::string(513, 'x'), 2, false},
                      Row{"too long a name", "V" + std::string(257, 'x'), 1, false}, Row{"no name", "V", 1, false},
                      Row{"a password of nobody", "Psecret", 1, false}, Row{"no channel", "Valice", 0, false},
                      Row{"a version with a connection", "Valice", 2, false}, Row{"too many", "Psecret", 3, false},
                      Row{"nothing", "", 1, false}, Row{"another question", "Xalice", 1, false},
                      Row{"a small letter", "valice", 1, false}, Row{"a zero", std::string(1, '\0'), 1, false}));

TEST(PasswordReplies, mean_what_was_said) {
  for (const auto answer : {PasswordAnswer::right, PasswordAnswer::wrong, PasswordAnswer::none,
                            PasswordAnswer::too_often, PasswordAnswer::unavailable})
    EXPECT_EQ(parse_password_reply(reply_of(PasswordReply{.answer = answer})).answer, answer);
  for (const auto* text : {"", "x", "rr", "R", "r\n", "0", "o", "o12"})
    EXPECT_EQ(parse_password_reply(text).answer, PasswordAnswer::unavailable) << text;
}

TEST(PasswordReplies, tell_how_long_to_wait) {
  const auto told = [](std::chrono::seconds wait) {
    return parse_password_reply(reply_of(PasswordReply{.answer = PasswordAnswer::too_often, .wait = wait})).wait;
  };
  for (const auto wait : {0s, 1s, 60s, 200s, 255s}) EXPECT_EQ(told(wait), wait);
  EXPECT_EQ(told(1000s), 255s);
  EXPECT_EQ(told(-1s), 0s);
}

TEST(VersionReplies, mean_what_was_said) {
  const std::string hash(64, 'a');
  EXPECT_EQ(parse_version_reply(reply_of(Version(hash))), Version(hash));
  EXPECT_EQ(parse_version_reply(reply_of(Version(std::nullopt))), Version(std::nullopt));
  EXPECT_FALSE(parse_version_reply(reply_of(Version(std::unexpected(VersionError::unavailable)))));
  for (const auto& text : {std::string(), "v" + std::string(63, 'a'), "v" + std::string(65, 'a'), "w" + hash,
                           "v" + std::string(63, 'a') + "G", std::string("--"), std::string("v")})
    EXPECT_FALSE(parse_version_reply(text)) << text;
}

class Tries : public ::testing::Test {
 protected:
  TryLimit limit_;
  TryLimit::Time now_{1000s};
};

TEST_F(Tries, are_three_a_minute) {
  EXPECT_TRUE(limit_.take({1}, now_));
  EXPECT_TRUE(limit_.take({1}, now_ + 1s));
  EXPECT_TRUE(limit_.take({1}, now_ + 2s));
  EXPECT_FALSE(limit_.take({1}, now_ + 2s));
  EXPECT_EQ(limit_.wait({1}, now_ + 2s), 58s);
  EXPECT_FALSE(limit_.take({1}, now_ + 59s + 999ms));
  EXPECT_EQ(limit_.wait({1}, now_ + 59s + 999ms), 1s) << "rounded up";
}

TEST_F(Tries, come_back_one_by_one_and_a_refused_one_costs_nothing) {
  for (const auto after : {0s, 20s, 40s}) EXPECT_TRUE(limit_.take({1}, now_ + after));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(limit_.take({1}, now_ + 59s));
  EXPECT_TRUE(limit_.take({1}, now_ + 60s));
  EXPECT_FALSE(limit_.take({1}, now_ + 61s));
  EXPECT_TRUE(limit_.take({1}, now_ + 80s));
}

TEST_F(Tries, are_each_users_own) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limit_.take({1}, now_));
  EXPECT_FALSE(limit_.take({1}, now_));
  EXPECT_TRUE(limit_.take({2}, now_));
}

TEST_F(Tries, that_are_given_back_do_not_count) {
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(limit_.take({1}, now_ + 1s));
    limit_.give_back({1}, now_ + 1s);
  }
  EXPECT_EQ(limit_.remembered(), 0U);
  for (const auto at : {2s, 3s, 4s}) EXPECT_TRUE(limit_.take({1}, now_ + at));
  limit_.give_back({1}, now_ + 9s);
  limit_.give_back({2}, now_ + 3s);
  EXPECT_FALSE(limit_.take({1}, now_ + 5s)) << "neither one that never was nor another's";
  limit_.give_back({1}, now_ + 3s);
  EXPECT_TRUE(limit_.take({1}, now_ + 5s));
  EXPECT_FALSE(limit_.take({1}, now_ + 61s));
  EXPECT_TRUE(limit_.take({1}, now_ + 62s)) << "the oldest wrong one is over";
}

TEST_F(Tries, of_long_ago_are_forgotten) {
  for (std::uint32_t uid = 0; uid < 1000; ++uid) EXPECT_TRUE(limit_.take({uid}, now_));
  EXPECT_EQ(limit_.remembered(), 1000U);
  EXPECT_TRUE(limit_.take({1}, now_ + 60s));
  EXPECT_EQ(limit_.remembered(), 1U);
}

}  // namespace
}  // namespace mfa::monitor
