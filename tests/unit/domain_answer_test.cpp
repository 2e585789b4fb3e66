#include "common/domain/answer.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace mfa {
namespace {

struct Row {
  std::string_view typed;
  AnswerShape shape;
  std::string_view normal;
  std::string_view bytes;
};

class Answers : public testing::TestWithParam<Row> {};

TEST_P(Answers, AreSortedBeforeAnythingIsCompared) {
  const Row& row = GetParam();
  const Answer answer = read_answer(row.typed);
  EXPECT_EQ(answer.shape, row.shape) << row.typed;
  EXPECT_EQ(answer.normal.text(), row.normal);
  EXPECT_EQ(answer.bytes, row.bytes);
  EXPECT_EQ(answer.length, row.typed.size());
}

using enum AnswerShape;
INSTANTIATE_TEST_SUITE_P(
    Table, Answers,
    testing::Values(Row{"", empty, "", "none"}, Row{"   ", empty, "", "mixed"},
                    Row{"123456", digits, "123456", "digits"}, Row{"123 456", digits, "123456", "mixed"},
                    Row{" 123-456 ", digits, "123456", "mixed"}, Row{"12345678", digits, "12345678", "digits"},
                    Row{"12345", other, "", "digits"}, Row{"123456789", other, "", "digits"},
                    Row{"\xD9\xA1\xD9\xA2\xD9\xA3\xD9\xA4\xD9\xA5\xD9\xA6", other, "", "mixed"},
                    Row{"7k3m-92qx-d4tp", recovery, "7k3m92qxd4tp", "mixed"},
                    Row{"7K3M 92QX D4TP", recovery, "7k3m92qxd4tp", "mixed"},
                    Row{"Recovery Code", word, "recovery", "mixed"}, Row{"recovery", word, "recovery", "letters"},
                    Row{"Help", word, "help", "letters"}, Row{"NOTME", word, "notme", "letters"},
                    Row{" text ", word, "text", "mixed"}, Row{"hunter2", other, "", "mixed"},
                    Row{"12\x1b[A", unreadable, "", "control"}, Row{"123456\n", unreadable, "", "control"},
                    Row{"\xFF\xFE", unreadable, "", "not-utf8"}, Row{"123456\xC2\x9B", unreadable, "", "control"}));

TEST(Answer, MaySayWhetherToRememberTheDevice) {
  struct Said {
    const char* typed;
    AnswerShape shape;
    const char* code;
    std::optional<bool> remember;
  };
  for (const Said& row :
       {Said{"123456 y", AnswerShape::digits, "123456", true}, Said{"123 456 YES", AnswerShape::digits, "123456", true},
        Said{"123456 n", AnswerShape::digits, "123456", false}, Said{"123456 No", AnswerShape::digits, "123456", false},
        Said{"123456y", AnswerShape::digits, "123456", true}, Said{"123-456N", AnswerShape::digits, "123456", false},
        Said{"123456", AnswerShape::digits, "123456", std::nullopt},
        Said{"7k3m-92qx-d4tp y", AnswerShape::recovery, "7k3m92qxd4tp", true},
        Said{"7k3m 92qx d4t y", AnswerShape::recovery, "7k3m92qxd4ty", std::nullopt},
        Said{"7k3m92qxd4ty", AnswerShape::recovery, "7k3m92qxd4ty", std::nullopt},
        Said{"123456 yy", AnswerShape::other, "", std::nullopt}, Said{"12345y", AnswerShape::other, "", std::nullopt},
        Said{"y", AnswerShape::word, "y", std::nullopt}}) {
    const Answer answer = read_answer(row.typed);
    EXPECT_EQ(answer.shape, row.shape) << row.typed;
    EXPECT_EQ(answer.normal.text(), row.code) << row.typed;
    EXPECT_EQ(answer.remember, row.remember) << row.typed;
  }
}

TEST(Answer, YesIsYes) {
  for (const char* yes : {"y", "Y", "yes", "YES", " y "}) EXPECT_TRUE(is_yes(yes)) << yes;
  for (const char* no : {"", "n", "no", "yy", "yes please", "1", "402913"}) EXPECT_FALSE(is_yes(no)) << no;
}

}  // namespace
}  // namespace mfa
