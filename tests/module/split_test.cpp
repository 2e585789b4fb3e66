// Where a password ends and a code begins.
#include "pam_module/split.h"

#include <gtest/gtest.h>

#include <string>

namespace mfa {
namespace {

constexpr CodesDue kNone{};
constexpr CodesDue kSix{.due = true, .digits = {6}};
constexpr CodesDue kEight{.due = true, .digits = {8}};
constexpr CodesDue kSixOrEight{.due = true, .digits = {6, 8}};
constexpr CodesDue kEightOrSix{.due = true, .digits = {8, 6}};  // who has a bypass code and an app
constexpr CodesDue kRecoveryAlone{.due = true, .digits = {}};

struct Row {
  const char* answer;
  CodesDue codes;
  const char* password;
  const char* code;
};

class Splits : public testing::TestWithParam<Row> {};

TEST_P(Splits, Here) {
  const auto& row = GetParam();
  const Parts parts = split(row.answer, row.codes);
  EXPECT_EQ(parts.password, row.password) << row.answer;
  EXPECT_EQ(parts.code, row.code) << row.answer;
}

INSTANTIATE_TEST_SUITE_P(WhereNoCodeIsDue, Splits,
                         testing::Values(Row{"horse", kNone, "horse", ""}, Row{"horse123456", kNone, "horse123456", ""},
                                         Row{"horse,123456", kNone, "horse,123456", ""},
                                         Row{"7k3m-92qx-d4tp", kNone, "7k3m-92qx-d4tp", ""}, Row{"", kNone, "", ""}));

INSTANTIATE_TEST_SUITE_P(
    RightBehindThePassword, Splits,
    testing::Values(Row{"horse123456", kSix, "horse", "123456"}, Row{"horse99123456", kSix, "horse99", "123456"},
                    Row{"123456123456", kSix, "123456", "123456"}, Row{"horse12345678", kEight, "horse", "12345678"},
                    // The default factor's digits; those of another go behind a comma.
                    Row{"horse12345678", kSixOrEight, "horse12", "345678"}, Row{"123456", kSix, "", "123456"},
                    Row{"horse12345678", kEightOrSix, "horse", "12345678"},
                    Row{"horse123456", kEightOrSix, "horse", "123456"},
                    Row{"horse99123456", kEightOrSix, "horse", "99123456"},
                    Row{"p\xc3\xa4sswort 123456", kSix, "p\xc3\xa4sswort ", "123456"},
                    Row{"horse7k3m-92qx-d4tp", kSix, "horse", "7k3m-92qx-d4tp"},
                    Row{"horse7K3M-92QX-D4TP", kRecoveryAlone, "horse", "7K3M-92QX-D4TP"}));

INSTANTIATE_TEST_SUITE_P(
    BehindAComma, Splits,
    testing::Values(Row{"horse,123456", kSix, "horse", "123456"}, Row{"horse,123 456", kSix, "horse", "123 456"},
                    Row{"horse,12345678", kSixOrEight, "horse", "12345678"},
                    Row{"horse99,123456", kEightOrSix, "horse99", "123456"}, Row{"a,b,123456", kSix, "a,b", "123456"},
                    Row{"horse,,123456", kSix, "horse,", "123456"}, Row{",123456", kSix, "", "123456"},
                    Row{"horse,7k3m-92qx-d4tp", kSix, "horse", "7k3m-92qx-d4tp"},
                    Row{"horse,7k3m92qxd4tp", kSix, "horse", "7k3m92qxd4tp"},
                    Row{"horse,7k3m 92qx d4tp", kRecoveryAlone, "horse", "7k3m 92qx d4tp"},
                    Row{"horse,7k3m-12qx-345678", kSix, "horse,7k3m-12qx-", "345678"}));

// A comma in the password, and the code right behind it.
INSTANTIATE_TEST_SUITE_P(APasswordWithAComma, Splits,
                         testing::Values(Row{"a,b123456", kSix, "a,b", "123456"},
                                         Row{"a,12123456", kSix, "a,12", "123456"},
                                         // Looks like a recovery code, too, but the digits are what is typed every day.
                                         Row{"hello,world1123456", kSix, "hello,world1", "123456"},
                                         Row{"hello,123456", kRecoveryAlone, "hello,123456", ""}));

INSTANTIATE_TEST_SUITE_P(
    WithoutACode, Splits,
    testing::Values(Row{"horse", kSix, "horse", ""}, Row{"horse12345", kSix, "horse12345", ""}, Row{"", kSix, "", ""},
                    Row{"horse,", kSix, "horse,", ""}, Row{"horse, - ", kSix, "horse, - ", ""},
                    Row{"12345", kSix, "12345", ""}, Row{"horse123456", kRecoveryAlone, "horse123456", ""},
                    // u is in no recovery code, and only the printed groups are looked for without a comma.
                    Row{"horseuuuu-92qx-d4tp", kSix, "horseuuuu-92qx-d4tp", ""},
                    Row{"horse7k3m92qxd4tp", kSix, "horse7k3m92qxd4tp", ""},
                    // Only ASCII digits are digits.
                    Row{"horse\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6", kSix,
                        "horse\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6", ""}));

TEST(Split, GivesNothingAwayThatWasTyped) {
  const std::string all = "horse,123456";
  for (std::size_t size = 0; size <= all.size(); ++size) {
    const std::string answer = all.substr(0, size);
    const Parts parts = split(answer, kSixOrEight);
    const std::size_t given = parts.password.size() + parts.code.size();
    EXPECT_TRUE(given == size || (given + 1 == size && answer[parts.password.size()] == ',')) << answer;
    EXPECT_EQ(parts.password, answer.substr(0, parts.password.size()));
    EXPECT_TRUE(answer.ends_with(parts.code));
  }
}

}  // namespace
}  // namespace mfa
