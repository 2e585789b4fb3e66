#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "common/service/monitor/shadow.h"

namespace mfa::monitor {
namespace {

struct SettingRow {
  const char* what;
  std::string field, setting;
};
class Settings : public ::testing::TestWithParam<SettingRow> {};
TEST_P(Settings, are_method_cost_and_salt_without_the_hash) {
  EXPECT_EQ(setting_of(GetParam().field), GetParam().setting) << GetParam().what;
}
// Forms as in crypt(5).
INSTANTIATE_TEST_SUITE_P(
    rows, Settings,
    ::testing::Values(
        SettingRow{"yescrypt", "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7",
                   "$y$j9T$F5Jx5fExrKuPp53xLKQ..1"},
        SettingRow{"gost-yescrypt", "$gy$j9T$salt$hash", "$gy$j9T$salt"},
        SettingRow{"scrypt", "$7$CU..../....salt$hash", "$7$CU..../....salt"},
        SettingRow{"bcrypt", "$2b$10$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234",
                   "$2b$10$abcdefghijklmnopqrstuu"},
        SettingRow{"bcrypt cut short", "$2b$10$abcdefghijklmnopqrstuu", ""},
        SettingRow{"sha512crypt", "$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6", "$6$saltsalt"},
        SettingRow{"sha512crypt with rounds", "$6$rounds=10000$saltsalt$TVLlQcbp", "$6$rounds=10000$saltsalt"},
        SettingRow{"sha256crypt", "$5$saltsalt$TVLlQcbp", "$5$saltsalt"},
        SettingRow{"md5crypt", "$1$saltsalt$TVLlQcbp", "$1$saltsalt"},
        SettingRow{"sha1crypt", "$sha1$40000$jtNX3nZ2$hBNaIXkt4wBI2o5rsi8KejSjNqIq", "$sha1$40000$jtNX3nZ2"},
        SettingRow{"SunMD5", "$md5,rounds=5000$GUBv0xjJ$$mSwgIswdjlTY0YxV7HBVm0", "$md5,rounds=5000$GUBv0xjJ$"},
        SettingRow{"NT has no salt", "$3$$8846f7eaee8fb117ad06bdd830b7586c", ""},
        SettingRow{"BSDi", "_J9..CCCCXBrJUJV154M", "_J9..CCCC"}, SettingRow{"DES", "sbz9C7QnqhXNs", "sb"},
        SettingRow{"bigcrypt", "sbz9C7QnqhXNsabcdefghijk", "sb"},
        SettingRow{"locked", "!$6$saltsalt$TVLlQcbp", "$6$saltsalt"},
        SettingRow{"locked twice", "!!$6$saltsalt$TVLlQcbp", "$6$saltsalt"}, SettingRow{"empty", "", ""},
        SettingRow{"star", "*", ""}, SettingRow{"never set", "!", ""}, SettingRow{"never set, Red Hat", "!!", ""},
        SettingRow{"locked star", "!*", ""}, SettingRow{"words", "x", ""},
        SettingRow{"thirteen that are no hash", "no_login_here", ""}, SettingRow{"a setting alone", "$6$saltsalt", ""},
        SettingRow{"a setting and a mark", "$6$saltsalt$", ""}, SettingRow{"a failure of crypt", "*0", ""},
        SettingRow{"a star inside", "$6$salt*alt$TVLlQcbp", ""},
        SettingRow{"a space inside", "$6$salt alt$TVLlQ", ""}));

TEST(ShadowText, is_read_line_by_line) {
  const auto entries = parse_shadow(
      "root:*:19000:0:99999:7:::\n"
      "alice:$6$saltsalt$hash:19000:0:99999:7:::\n"
      "locked:!$6$other$hash:19000::::::\n"
      "open::19000::::::\n"
      "nt:$3$$8846f7eaee8fb117ad06bdd830b7586c:::\n"
      "+nisuser:$6$x$y:\n-@group:$6$x$y:\n"
      "\n:$6$x$y:\nno colon\n"
      "alice:$6$second$hash:\n"
      "last:$1$salt$hash");
  EXPECT_EQ(entries.size(), 6U);
  EXPECT_EQ(entries.at("alice").setting, "$6$saltsalt");
  EXPECT_TRUE(entries.at("alice").can_be_typed);
  EXPECT_EQ(entries.at("locked").setting, "$6$other");
  EXPECT_FALSE(entries.at("locked").can_be_typed);
  EXPECT_FALSE(entries.at("root").can_be_typed);
  EXPECT_FALSE(entries.at("open").can_be_typed);
  EXPECT_TRUE(entries.at("nt").can_be_typed);
  EXPECT_EQ(entries.at("nt").setting, "");
  EXPECT_EQ(entries.at("last").setting, "$1$salt");
  EXPECT_TRUE(parse_shadow("").empty());
}

class ShadowFile : public ::testing::Test {
 protected:
  using State = ShadowMap::Answer::State;
  ~ShadowFile() override { std::filesystem::remove_all(folder_); }
  // As passwd(1) does it: a new file in the place of the old.
  void put(const std::string& text) {
    std::ofstream(path_ + ".new") << text;
    std::filesystem::rename(path_ + ".new", path_);
  }
  void write_in_place(const std::string& text) { std::ofstream(path_, std::ios::in | std::ios::out) << text; }

  static std::string new_folder() {
    std::string pattern = "/tmp/mfa-shadow-XXXXXX";
    return ::mkdtemp(pattern.data());
  }

  std::string folder_ = new_folder();
  std::string path_ = folder_ + "/shadow";
  std::time_t later_ = 60;  // how much later than now it is
  ShadowMap map_{path_, [this] { return std::time(nullptr) + later_; }};
};

TEST_F(ShadowFile, is_read_once_while_it_stays_the_same) {
  put("alice:$6$one$hash:\n");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(map_.look_up("alice").entry.setting, "$6$one");
  EXPECT_EQ(map_.look_up("bob").state, State::absent);
  EXPECT_EQ(map_.times_read(), 1U);
}

TEST_F(ShadowFile, is_read_anew_when_it_was_replaced_or_written) {
  put("alice:$6$one$hash:\n");
  EXPECT_EQ(map_.look_up("alice").entry.setting, "$6$one");
  put("alice:$6$two$hash:\n");
  EXPECT_EQ(map_.look_up("alice").entry.setting, "$6$two");
  write_in_place("alice:$6$thr$hash:\nbob:$6$x$y:\n");
  EXPECT_EQ(map_.look_up("alice").entry.setting, "$6$thr");
  EXPECT_EQ(map_.times_read(), 3U);
}

TEST_F(ShadowFile, that_changed_just_now_is_not_believed_to_be_the_same) {
  later_ = 0;
  put("alice:$6$one$hash:\n");
  EXPECT_EQ(map_.look_up("alice").entry.setting, "$6$one");
  EXPECT_EQ(map_.look_up("alice").entry.setting, "$6$one");
  EXPECT_EQ(map_.times_read(), 2U);  // a change within the same tick of the clock would not show
  later_ = 60;
  EXPECT_EQ(map_.look_up("alice").entry.setting, "$6$one");
  EXPECT_EQ(map_.look_up("alice").entry.setting, "$6$one");
  EXPECT_EQ(map_.times_read(), 3U);
}

TEST_F(ShadowFile, that_is_gone_leaves_nothing_believed) {
  EXPECT_EQ(map_.look_up("alice").state, State::unreadable);
  put("alice:$6$one$hash:\n");
  EXPECT_EQ(map_.look_up("alice").state, State::present);
  std::filesystem::remove(path_);
  EXPECT_EQ(map_.look_up("alice").state, State::unreadable);
  std::filesystem::create_directory(path_);
  EXPECT_EQ(map_.look_up("alice").state, State::unreadable);
}

}  // namespace
}  // namespace mfa::monitor
