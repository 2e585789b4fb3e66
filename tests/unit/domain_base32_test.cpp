#include "common/domain/base32.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mfa {
namespace {

std::string decoded(std::string_view text) {
  const auto secret = base32_decode(text);
  if (secret) return std::string(secret->text());
  return secret.error() == Base32Error::bad_character ? "bad_character" : "bad_length";
}

struct Vector {
  std::string_view bytes, padded;
};
// RFC 4648, section 10.
constexpr Vector kVectors[] = {{"", ""},
                               {"f", "MY======"},
                               {"fo", "MZXQ===="},
                               {"foo", "MZXW6==="},
                               {"foob", "MZXW6YQ="},
                               {"fooba", "MZXW6YTB"},
                               {"foobar", "MZXW6YTBOI======"}};

TEST(Base32, AgreesWithRfc4648) {
  for (const auto& [bytes, padded] : kVectors) {
    EXPECT_EQ(base32_encode(Secret(bytes).bytes()), padded.substr(0, padded.find('='))) << bytes;
    EXPECT_EQ(decoded(padded), bytes);
    EXPECT_EQ(decoded(padded.substr(0, padded.find('='))), bytes);
  }
}

TEST(Base32, EveryByteComesBack) {
  std::vector<std::uint8_t> bytes;
  for (unsigned i = 0; i < 256; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(i * 37));
    const auto back = base32_decode(base32_encode(bytes));
    ASSERT_TRUE(back) << bytes.size();
    EXPECT_EQ(*back, Secret(bytes));
  }
}

TEST(Base32, IsReadAsPeopleTypeIt) {
  for (const char* text : {"MZXW6YTBOI", "mzxw6ytboi", "MZXW 6YTB OI", "mzxw-6ytb-oi", "  MZXW6 YTBOI  ",
                           "MZXW6YTBOI = =", "MZXW6YTBOI=", "-MZXW6YTBOI-======-"})
    EXPECT_EQ(decoded(text), "foobar") << text;
}

TEST(Base32, OtherCharactersAreRefused) {
  using namespace std::string_view_literals;
  for (const auto text :
       {"MZXW6YT0"sv, "MZXW6YT1"sv, "MZXW6YT8"sv, "MZXW6YT9"sv, "MZXW6YT\0"sv, "MZXW6YT\n"sv, "MZXW6YT\t"sv,
        "MZXW6YT_"sv, "MZXW6YT@"sv, "MZXW6YT["sv, "MZXW6YT`"sv, "MZXW6YT{"sv, "MZXW6Y\xC3\xA9"sv, "\xFF"sv})
    EXPECT_EQ(decoded(text), "bad_character") << text;
}

TEST(Base32, PaddingEndsTheText) {
  for (const char* text : {"MY======MY", "M=Y", "=MY", "MZXW6YTB=MZXW6YTB"}) EXPECT_EQ(decoded(text), "bad_character");
  EXPECT_EQ(decoded("========"), "");
}

TEST(Base32, CharactersThatStandForNoWholeByteAreRefused) {
  for (const char* text : {"A", "AAA", "AAAAAA", "AAAAAAAAA", "MZXW6YTBO", "A======="})
    EXPECT_EQ(decoded(text), "bad_length") << text;
}

TEST(Base32, BitsThatAreLeftOverMustBeZero) {
  for (const char* text : {"MZ", "MZXR", "MZXW7", "MZXW6YR", "AB", "AAAB", "AAAAB", "AAAAAAB"})
    EXPECT_EQ(decoded(text), "bad_length") << text;
}

TEST(GroupsOfFour, AreForPeopleWhoTypeAKey) {
  EXPECT_EQ(in_groups_of_four("JBSWY3DPEHPK3PXP"), "JBSW Y3DP EHPK 3PXP");
  EXPECT_EQ(in_groups_of_four("JBSWY"), "JBSW Y");
  EXPECT_EQ(in_groups_of_four("JBSW"), "JBSW");
  EXPECT_EQ(in_groups_of_four(""), "");
}

}  // namespace
}  // namespace mfa
