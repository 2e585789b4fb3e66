// Asking mfa-number: the program itself, and others in its place that do not keep to what was agreed.
#include "common/numbers/program_numbers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "common/numbers/number_message.h"

namespace mfa {
namespace {

using namespace std::chrono_literals;

class ProgramNumbersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string made = ::testing::TempDir() + "/numbers.XXXXXX";
    ASSERT_NE(mkdtemp(made.data()), nullptr);
    folder_ = std::filesystem::canonical(made);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string refusal_by(const std::string& script, std::chrono::milliseconds limit = 60s) {
    const std::filesystem::path path = folder_ / "program";
    std::ofstream(path) << "#!/bin/sh\n" << script << '\n';
    EXPECT_EQ(chmod(path.c_str(), 0755), 0);
    ProgramNumbers numbers(programs_, {.program = path, .owner = Uid{geteuid()}, .limit = limit});
    const auto read = numbers.read("021 123 4567", "NZ");
    return read ? read->number.e164 : std::string(name_of(read.error()));
  }
  // The program from the build, where the folders above may be anybody's, in a folder of ours.
  [[nodiscard]] ProgramNumbers shipped() {
    std::filesystem::copy_file(MFA_NUMBER, folder_ / "mfa-number", std::filesystem::copy_options::skip_existing);
    return {programs_, {.program = folder_ / "mfa-number", .owner = Uid{geteuid()}, .limit = 60s}};
  }

  Programs programs_;
  std::filesystem::path folder_;
};

TEST_F(ProgramNumbersTest, ReadsNumbers) {
  auto numbers = shipped();
  const auto read = numbers.read("(021) 123-4567", "NZ");
  ASSERT_TRUE(read) << name_of(read.error());
  EXPECT_EQ(read->number.e164, "+64211234567");
  EXPECT_EQ(read->line, LineKind::mobile);
  EXPECT_EQ(read->country, "NZ");
  EXPECT_EQ(read->written, "+64 21 123 4567");

  const auto refused = numbers.read("021 123 4S67", "NZ");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), NumberRefusal::not_a_number);
}

TEST_F(ProgramNumbersTest, TakesWhateverIsTyped) {
  auto numbers = shipped();
  for (const std::string typed :
       {"\"", "\\", "{}", "\",\"country\":\"AU", "\xff", "\x1b[2J", "%s%n", "', ext. 5", "\u202e021 123 4567"}) {
    const auto read = numbers.read(typed, "NZ");
    ASSERT_FALSE(read) << typed;
    EXPECT_NE(read.error(), NumberRefusal::unavailable) << typed;
  }
  const auto longer = numbers.read(std::string(kLongestTyped + 1, '1'), "NZ");
  EXPECT_EQ(longer.error(), NumberRefusal::too_long);
}

TEST_F(ProgramNumbersTest, IsUnavailableWhenTheProgramFails) {
  EXPECT_EQ(refusal_by("cat >/dev/null; echo '{\"number\":\"+64211234567\",\"line\":\"mobile\",\"country\":\"NZ\","
                       "\"written\":\"+64 21 123 4567\"}'"),
            "+64211234567");
  for (const char* script : {
           "exit 1",
           "echo '{\"refused\":\"too_short\"}'; exit 1",
           "echo no",
           "echo '[]'",
           "echo '{}'",
           "echo '{\"refused\":\"maybe\"}'",
           "echo '{\"refused\":1}'",
           R"(echo '{"number":"64211234567","line":"mobile","country":"NZ","written":""}')",
           R"(echo '{"number":"+64211234567","line":"satellite","country":"NZ","written":""}')",
           R"(echo '{"number":"+64211234567","line":"mobile","country":"nz","written":""}')",
           R"(echo '{"number":"+64211234567","line":"mobile","country":"NZ"}')",
           R"(printf '{"number":"+64211234567","line":"mobile","country":"NZ","written":"\\u001b"}')",
           "printf '%05000d' 0",
       }) {
    EXPECT_EQ(refusal_by(script), "unavailable") << script;
  }
  EXPECT_EQ(refusal_by("sleep 1000", 100ms), "unavailable");
}

TEST_F(ProgramNumbersTest, ReadsManyAtOnceAndMixesNoneUp) {
  std::vector<std::string> typed;
  for (int i = 0; i < 100; ++i) typed.push_back(i == 50 ? "021 12" : "021 123 45" + std::to_string(100 + i).substr(1));
  typed[60] = "021\n123 4567";
  typed[61] = std::string(kLongestTyped + 1, '1');
  auto numbers = shipped();
  const auto read = numbers.read_all(typed, "NZ");
  ASSERT_EQ(read.size(), typed.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    const std::string number = read[i] ? read[i]->number.e164 : "";
    EXPECT_THAT(number, testing::AnyOf("", "+642112345" + std::to_string(100 + i).substr(1))) << i;
    EXPECT_EQ(read[i].has_value(), i != 50 && i != 60 && i != 61) << i;
  }
  EXPECT_EQ(read[50].error(), NumberRefusal::unassigned);
  EXPECT_EQ(read[60].error(), NumberRefusal::not_a_number);
  EXPECT_EQ(read[61].error(), NumberRefusal::too_long);

  // A line too few or too many is none for anybody; each is then asked about by itself.
  const std::string line =
      R"(echo '{"number":"+64211234567","line":"mobile","country":"NZ","written":"+64 21 123 4567"}')";
  const std::filesystem::path path = folder_ / "counts";
  for (const int lines : {0, 1, 2, 3}) {
    std::ofstream script(path);
    script << "#!/bin/sh\n";
    for (int i = 0; i < lines; ++i) script << line << '\n';
    script.close();
    ASSERT_EQ(chmod(path.c_str(), 0755), 0);
    ProgramNumbers others(programs_, {.program = path, .owner = Uid{geteuid()}, .limit = 60s});
    for (const auto& one : others.read_all(std::vector<std::string>{"1", "2"}, "NZ"))
      EXPECT_EQ(one.has_value(), lines == 1 || lines == 2);
  }
}

TEST_F(ProgramNumbersTest, OneNumberThatItFailsAtKeepsTheOthersFromNobody) {
  const std::filesystem::path path = folder_ / "fussy";
  std::ofstream(path) << "#!/bin/sh\nquestions=$(cat)\ncase $questions in *021666*) exit 1;; esac\n"
                         "echo \"$questions\" | while read -r one; do echo '{\"number\":\"+64211234567\","
                         "\"line\":\"mobile\",\"country\":\"NZ\",\"written\":\"+64 21 123 4567\"}'; done\n";
  ASSERT_EQ(chmod(path.c_str(), 0755), 0);
  ProgramNumbers numbers(programs_, {.program = path, .owner = Uid{geteuid()}, .limit = 60s});
  std::vector<std::string> typed(16, "021 123 4567");
  typed[3] = "021666";
  typed[11] = "021666";
  typed[12] = "021\n";
  const auto read = numbers.read_all(typed, "NZ");
  ASSERT_EQ(read.size(), typed.size());
  for (std::size_t i = 0; i < read.size(); ++i) EXPECT_EQ(read[i].has_value(), i != 3 && i != 11 && i != 12) << i;
  EXPECT_EQ(read[3].error(), NumberRefusal::unavailable);
  EXPECT_EQ(read[12].error(), NumberRefusal::not_a_number);
}

TEST_F(ProgramNumbersTest, RunsNoProgramThatOthersCouldHaveWritten) {
  const std::filesystem::path path = folder_ / "mfa-number";
  std::filesystem::copy_file(MFA_NUMBER, path);
  ASSERT_EQ(chmod(path.c_str(), 0775), 0);
  ProgramNumbers numbers(programs_, {.program = path, .owner = Uid{geteuid()}, .limit = 60s});
  EXPECT_EQ(numbers.read("021 123 4567", "NZ").error(), NumberRefusal::unavailable);
}

TEST(NumberMessage, IsReadStrictly) {
  const auto question = write_question({.typed = "021 \"123\"", .country = "NZ"});
  EXPECT_EQ(question.text(), R"({"version":1,"typed":"021 \"123\"","country":"NZ"})");
  const auto read = read_question(question.text());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->typed, "021 \"123\"");
  EXPECT_EQ(read->country, "NZ");
  for (const char* json :
       {"", "null", "{}", R"({"version":2,"typed":"1","country":"NZ"})", R"({"typed":"1","country":"NZ"})",
        R"({"version":"1","typed":"1","country":"NZ"})", R"({"version":1,"typed":1,"country":"NZ"})",
        R"({"version":1,"typed":"1","country":"nz"})", R"({"version":1,"typed":"1"})"})
    EXPECT_FALSE(read_question(json)) << json;
}

}  // namespace
}  // namespace mfa
