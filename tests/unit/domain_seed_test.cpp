#include "common/domain/seed.h"

#include <gtest/gtest.h>

#include <string>

namespace mfa {
namespace {

const Secret kSeed("12345678901234567890");

TEST(Seed, IsReadAsMakersPrintIt) {
  for (const char* typed :
       {"3132333435363738393031323334353637383930", "31 32 33 34 35 36 37 38 39 30 31 32 33 34 35 36 37 38 39 30",
        "31:32:33:34:35:36:37:38:39:30:31:32:33:34:35:36:37:38:39:30", "0x3132333435363738393031323334353637383930",
        " 31323334-35363738-39303132-33343536-37383930\t", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "gezd gnbv gy3t qojq gezd gnbv gy3t qojq", "GEZDGNBV-GY3TQOJQ-GEZDGNBV-GY3TQOJQ===="}) {
    const auto seed = read_seed(typed);
    ASSERT_TRUE(seed) << typed;
    EXPECT_EQ(*seed, kSeed) << typed;
  }
  EXPECT_EQ(read_seed("ABCDEF0123456789abcdef0123456789")->bytes()[0], 0xABU);
}

TEST(Seed, OfWhatCouldBeBothHexadecimalIsMeant) {
  constexpr std::string_view kBoth = "AAAABBBBCCCCDDDDEEEEFFFF22223333";
  EXPECT_EQ(read_seed(kBoth)->size(), 16U);
  EXPECT_EQ(read_seed(kBoth)->bytes()[0], 0xAAU);
}

TEST(Seed, HasALengthThatATokenCanHave) {
  EXPECT_EQ(read_seed(std::string(30, '1')).error(), SeedError::too_short);
  EXPECT_EQ(read_seed(std::string(32, '1'))->size(), 16U);
  EXPECT_EQ(read_seed("JBSWY3DPEHPK3PXP").error(), SeedError::too_short);
  EXPECT_EQ(read_seed(std::string(128, 'f'))->size(), 64U);
  EXPECT_EQ(read_seed(std::string(130, 'f')).error(), SeedError::too_long);
  EXPECT_EQ(read_seed(std::string(513, 'f')).error(), SeedError::too_long);
  for (const char* none : {"", " ", "0x", "="}) EXPECT_EQ(read_seed(none).error(), SeedError::too_short) << none;
}

TEST(Seed, IsNothingElse) {
  for (const std::string& other : {std::string("correct horse"), std::string(39, '1'), std::string(40, '8') + "g",
                                   std::string("0x") + std::string(32, 'G'), std::string(32, '0') + "\xC3\xA9",
                                   "otpauth://hotp/alice?secret=" + std::string(32, 'A'),
                                   std::string("31323334353637383930\0"
                                               "31323334353637383930",
                                               41)})
    EXPECT_EQ(read_seed(other).error(), SeedError::neither) << other;
}

}  // namespace
}  // namespace mfa
