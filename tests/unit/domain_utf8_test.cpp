#include "common/domain/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace mfa {
namespace {

TEST(Utf8, TakesWhatRfc3629Allows) {
  for (const std::string_view text : {"", "alice", "caf\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x93\xB1",
                                      "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF", "\xEE\x80\x80"})
    EXPECT_TRUE(valid_utf8(text)) << text;
}

TEST(Utf8, RefusesTheRest) {
  for (const std::string_view text :
       {"\x80", "\xC3", "\xC3(", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE2\x82", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xE2\x28\xA1z"})
    EXPECT_FALSE(valid_utf8(text));
}

TEST(Utf8, KnowsWhatWouldMoveTheCursorOrTurnTheText) {
  using namespace std::string_view_literals;
  for (const std::string_view text : {"\x00"sv, "a\nb"sv, "\x1b[2J"sv, "\x7f"sv, "\xC2\x9B"sv, "\xE2\x80\xAE"sv,
                                      "\xE2\x81\xA6"sv, "\xEF\xBB\xBF"sv, "\xFF"sv})
    EXPECT_TRUE(has_control_characters(text));
  for (const std::string_view text : {""sv, "iPhone (old)"sv, "t\xC3\xA9l\xC3\xA9phone \xF0\x9F\x93\xB1"sv})
    EXPECT_FALSE(has_control_characters(text));
}

TEST(Utf8, CountsCharactersNotBytes) {
  EXPECT_EQ(count_code_points(""), 0U);
  EXPECT_EQ(count_code_points("t\xC3\xA9l"), 3U);
  EXPECT_EQ(count_code_points("\xF0\x9F\x93\xB1"), 1U);
}

}  // namespace
}  // namespace mfa
