// What OpenSSH's client writes in front of a prompt does not break its first line amid a word.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/flows/ssh_dialogue.h"
#include "common/flows/texts.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using testing::ElementsAre;

constexpr const char* kLong = "We sent a text to your phone ending 4567. Its code works for ten minutes, no more.";

class SshPrompts : public testing::Test {
 protected:
  std::string asked(const std::string& text) {
    dialogue.answers = {"x"};
    EXPECT_TRUE(over_ssh.ask({.text = text, .echo = true}).has_value());
    return dialogue.prompts.back().text;
  }
  doubles::Script dialogue;
  SshDialogue over_ssh{dialogue, "alice", "lab-gw"};  // "(alice@lab-gw) ": 15 columns
};

TEST_F(SshPrompts, BreakTheirFirstLineEarlier) {
  const std::string of_64(64, 'x');
  EXPECT_EQ(asked(of_64 + "\nCode: "), of_64 + "\nCode: ");
  EXPECT_EQ(asked("a " + of_64 + "\nCode: "), "a\n" + of_64 + "\nCode: ");
  EXPECT_EQ(asked(std::string(kLong) + "\nCode: "),
            "We sent a text to your phone ending 4567. Its code works for ten\nminutes, no more.\nCode: ")
      << "79 columns with what stands before";
}

TEST_F(SshPrompts, FillTheLineBehindTheFirstWhereThatWasFull) {
  const std::string folded = texts::folded(std::string(kLong) + " One more.");
  EXPECT_EQ(asked(folded + "\nThe next.\nCode: "),
            "We sent a text to your phone ending 4567. Its code works for ten\nminutes, no more. One more.\n"
            "The next.\nCode: ");
  // Not what is a line of its own, nor where they type.
  const std::string of_70 = std::string(60, 'x') + " and so on";
  EXPECT_EQ(asked(of_70 + "\nA line.\nCode: "), std::string(60, 'x') + " and\nso on\nA line.\nCode: ");
  EXPECT_EQ(asked(of_70 + ".\nAAAAAAAAAAAA\nCode: "), std::string(60, 'x') + " and\nso on.\nAAAAAAAAAAAA\nCode: ");
  EXPECT_EQ(asked(of_70 + "\nVerification: "), std::string(60, 'x') + " and\nso on\nVerification: ");
}

TEST(Folded, BreaksAtTheBlankBehindAFullLine) {
  const std::string of_79(79, 'x');
  EXPECT_EQ(texts::folded(of_79 + " next"), of_79 + "\nnext");
  const std::string words = "ab " + std::string(76, 'x');
  EXPECT_EQ(texts::folded(words + " next one"), words + "\nnext one") << "no word earlier";
  EXPECT_EQ(texts::folded(words + "y next"), "ab\n" + std::string(76, 'x') + "y\nnext");
  EXPECT_EQ(texts::folded(words.substr(15) + " next one", 15), words.substr(15) + "\nnext one");
  EXPECT_EQ(texts::folded(words), words);
}

TEST_F(SshPrompts, LeaveTheOtherLines) {
  EXPECT_EQ(asked(std::string("Short.\n") + kLong + "\nCode: "), std::string("Short.\n") + kLong + "\nCode: ");
  EXPECT_EQ(asked(kLong), kLong) << "the line where they type";
}

TEST_F(SshPrompts, BeginWithWhatWasShownBefore) {
  over_ssh.show("");
  over_ssh.show(std::string(kLong) + "\nMore.");
  EXPECT_EQ(asked(std::string(kLong) + "\nCode: "), std::string(kLong) + "\nCode: ") << "not its first line any more";
  EXPECT_THAT(
      dialogue.shown,
      ElementsAre("", "We sent a text to your phone ending 4567. Its code works for ten\nminutes, no more.\nMore."));
  EXPECT_EQ(asked(std::string(kLong) + "\nCode: ").find("\nminutes"), 64U) << "and again its first line";
}

}  // namespace
}  // namespace mfa
