#include "common/domain/recovery.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace mfa {
namespace {

using Random = std::array<std::uint8_t, kRecoveryCodeBytes>;

TEST(RecoveryCode, IsTwelveCharactersThatNobodyConfuses) {
  std::set<char> used;
  for (unsigned i = 0; i < 256; ++i) {
    Random random;
    for (std::size_t at = 0; at < random.size(); ++at)
      random[at] = static_cast<std::uint8_t>(std::size_t{i} * 97 + at * 31);
    const std::string code = recovery_code(random);
    ASSERT_EQ(code.size(), kRecoveryCodeCharacters);
    used.insert(code.begin(), code.end());
    EXPECT_EQ(normal_recovery_code(code), code);
  }
  EXPECT_EQ(std::string(used.begin(), used.end()), "0123456789abcdefghjkmnpqrstvwxyz");
}

// 60 of the 64 bits count: turning one of them over changes exactly one character.
TEST(RecoveryCode, HoldsSixtyBits) {
  const std::string zero = recovery_code(Random{});
  EXPECT_EQ(zero, "000000000000");
  std::set<std::string> codes{zero};
  for (std::size_t bit = 0; bit < 64; ++bit) {
    Random random{};
    random[bit / 8] = static_cast<std::uint8_t>(1U << (bit % 8));
    codes.insert(recovery_code(random));
  }
  EXPECT_EQ(codes.size(), 61U);
}

TEST(RecoveryCode, IsShownInGroupsOfFour) {
  EXPECT_EQ(shown_recovery_code("7k3m92qxd4tp"), "7k3m-92qx-d4tp");
  EXPECT_EQ(normal_recovery_code(shown_recovery_code("7k3m92qxd4tp")), "7k3m92qxd4tp");
}

TEST(RecoveryCode, IsReadAsPeopleWriteIt) {
  for (const char* answer :
       {"7k3m92qxd4tp", "7K3M-92QX-D4TP", "7k3m 92qx d4tp", "  7k-3m--92qx d4 tp ", "7K3m92qXd4tP"})
    EXPECT_EQ(normal_recovery_code(answer), "7k3m92qxd4tp") << answer;
  for (const char* answer : {"0011-0011-0011", "oOiI-0011-0011", "oolL-O0l1-0OiL"})
    EXPECT_EQ(normal_recovery_code(answer), "001100110011") << answer;
  EXPECT_EQ(normal_recovery_code("1234-5678-9012"), "123456789012") << "digits alone can be one";
}

TEST(RecoveryCode, EverythingElseIsRefused) {
  using namespace std::string_view_literals;
  for (const auto answer :
       {""sv, " "sv, "-"sv, "123456"sv, "12345678"sv, "7k3m92qxd4t"sv, "7k3m92qxd4tpa"sv, "7k3m92qxd4tp7k3m92qxd4tp"sv,
        "7k3m92qxd4tu"sv, "7k3m92qxd4tU"sv, "7k3m_92qx_d4tp"sv, "7k3m.92qx.d4tp"sv, "7k3m92qxd4t\0"sv,
        "7k3m92qxd4tp\0"sv, "7k3m92qxd4tp\n"sv, "\t7k3m92qxd4tp"sv, "7k3m92qxd4t\xC3\xA9"sv,
        "7k3m\xE2\x80\x93"
        "92qxd4tp"sv,
        "7k3m92qxd4t$"sv}) {
    EXPECT_EQ(normal_recovery_code(answer), std::nullopt) << answer;
  }
}

}  // namespace
}  // namespace mfa
