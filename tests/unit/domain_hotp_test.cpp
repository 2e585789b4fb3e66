#include "common/domain/hotp.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>

namespace mfa {
namespace {

const Secret kKey("12345678901234567890");

// RFC 4226, appendix D: the truncated values in decimal, of which a code is the last digits.
TEST(Hotp, AgreesWithRfc4226) {
  constexpr std::array<std::string_view, 10> kDecimal{"1284755224", "1094287082", "0137359152", "1726969429",
                                                      "1640338314", "0868254676", "1918287922", "0082162583",
                                                      "0673399871", "0645520489"};
  for (std::uint64_t counter = 0; counter < kDecimal.size(); ++counter) {
    for (int digits = 6; digits <= 8; ++digits) {
      EXPECT_EQ(hotp_code(kKey, counter, digits, HashAlgorithm::sha1),
                kDecimal[counter].substr(10 - static_cast<std::size_t>(digits)))
          << "counter " << counter << ", " << digits << " digits";
    }
  }
}

TEST(Hotp, CountsWithAllEightBytes) {
  const auto code = [](std::uint64_t counter) { return hotp_code(kKey, counter, 8, HashAlgorithm::sha1); };
  EXPECT_NE(code(1), code(1 + (std::uint64_t{1} << 32)));
  EXPECT_NE(code(0), code(std::uint64_t{1} << 56));
  EXPECT_EQ(code(std::numeric_limits<std::uint64_t>::max()).size(), 8U);
}

TEST(Hotp, HasNoCodeWithoutAKeyOrWithOtherLengths) {
  EXPECT_EQ(hotp_code(Secret(), 0, 6, HashAlgorithm::sha1), "");
  for (const int digits : {-1, 0, 1, 5, 9, 10}) EXPECT_EQ(hotp_code(kKey, 0, digits, HashAlgorithm::sha1), "");
  for (const int value : {0, 4, 255}) {
    // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): as a damaged row might hold
    EXPECT_EQ(hotp_code(kKey, 0, 6, static_cast<HashAlgorithm>(value)), "");
  }
}

TEST(HashAlgorithm, IsKnownByItsExactName) {
  for (const auto algorithm : {HashAlgorithm::sha1, HashAlgorithm::sha256, HashAlgorithm::sha512})
    EXPECT_EQ(hash_algorithm(name_of(algorithm)), algorithm);
  EXPECT_EQ(name_of(HashAlgorithm::sha256), "SHA256");
}

TEST(HashAlgorithm, IsNeverGuessed) {
  for (const char* name : {"", "SHA", "SHA-1", "sha1", "SHA224", "SHA384", "MD5", "SHA1 ", "HmacSHA1"})
    EXPECT_EQ(hash_algorithm(name), std::nullopt) << name;
}

}  // namespace
}  // namespace mfa
