#include "common/domain/factor.h"

#include <gtest/gtest.h>

#include <string>

namespace mfa {
namespace {

TEST(Factor, IsKnownByItsKindAndNumber) {
  const Factor factor{.number = 12, .name = "iPhone", .added = {}, .last_used = {}, .detail = TotpFactor{}};
  EXPECT_EQ(factor.kind(), FactorKind::totp);
  EXPECT_EQ(factor.id(), "totp-12");
  Factor key = factor;
  key.detail = KeyFactor{.type = "sk-ssh-ed25519@openssh.com", .fingerprint = "SHA256:x"};
  EXPECT_EQ(key.kind(), FactorKind::key);
  EXPECT_EQ(key.id(), "key-12");
  Factor phone = factor;
  phone.detail = PhoneFactor{.number = {"+64211234567"}};
  EXPECT_EQ(phone.id(), "sms-12");
  phone.detail = PhoneFactor{.number = {"+64211234567"}, .use = PhoneUse::call};
  EXPECT_EQ(phone.id(), "call-12");
}

TEST(Factor, APhoneForTextsCanBeCalledAndNotTheOtherWayRound) {
  Factor factor{.number = 1, .name = "mobile", .added = {}, .last_used = {}, .detail = PhoneFactor{}};
  EXPECT_EQ(factor.kinds(), (std::set{FactorKind::sms, FactorKind::call}));
  EXPECT_TRUE(factor.acts_as(FactorKind::sms) && factor.acts_as(FactorKind::call));
  EXPECT_FALSE(factor.acts_as(FactorKind::totp));
  factor.detail = PhoneFactor{.number = {}, .use = PhoneUse::call};
  EXPECT_EQ(factor.kinds(), std::set{FactorKind::call});
  EXPECT_FALSE(factor.acts_as(FactorKind::sms));
  factor.detail = TotpFactor{};
  EXPECT_EQ(factor.kinds(), std::set{FactorKind::totp});
}

TEST(Factor, KindsAreKnownByTheirExactName) {
  EXPECT_EQ(factor_kind("totp"), FactorKind::totp);
  EXPECT_EQ(name_of(FactorKind::totp), "totp");
  EXPECT_EQ(factor_kind("hotp"), FactorKind::hotp);
  EXPECT_EQ(name_of(FactorKind::hotp), "hotp");
  EXPECT_EQ(factor_kind("sms"), FactorKind::sms);
  EXPECT_EQ(name_of(FactorKind::sms), "sms");
  EXPECT_EQ(factor_kind("call"), FactorKind::call);
  EXPECT_EQ(name_of(FactorKind::call), "call");
  EXPECT_EQ(factor_kind("key"), FactorKind::key);
  EXPECT_EQ(name_of(FactorKind::key), "key");
  for (const char* name : {"", "TOTP", "totp-1", "HOTP", "token", "app", "KEY", "keys", "sk"})
    EXPECT_EQ(factor_kind(name), std::nullopt) << name;
}

// They are in every store: none may ever change.
TEST(Factor, KindsHaveNumbersForEver) {
  EXPECT_EQ(static_cast<int>(FactorKind::totp), 1);
  EXPECT_EQ(static_cast<int>(FactorKind::hotp), 2);
  EXPECT_EQ(static_cast<int>(FactorKind::sms), 3);
  EXPECT_EQ(static_cast<int>(FactorKind::call), 4);
  EXPECT_EQ(static_cast<int>(FactorKind::key), 5);
  for (int value = 0; value < 256; ++value) {
    // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): the question is which values are kinds
    const auto kind = static_cast<FactorKind>(value);
    EXPECT_EQ(name_of(kind).empty(), value < 1 || value > 5) << value;
  }
}

TEST(Factor, NothingHasBeenSpentOfANewOne) {
  EXPECT_LT(TotpFactor{}.last_step, TimeStep{0});
  EXPECT_EQ(HotpFactor{}.state, (HotpState{.next = {0}, .resync = std::nullopt}));
}

TEST(FactorName, IsWhatPeopleCallTheirThings) {
  const std::string forty(40, 'x');
  std::string forty_of_four_bytes;
  for (int i = 0; i < 40; ++i) forty_of_four_bytes += "\xF0\x9F\x93\xB1";
  for (const std::string& name :
       {std::string("iPhone"), std::string("Alice's phone (old)"), std::string("x"), std::string("iphone-12"),
        std::string("T\xC3\xA9l\xC3\xA9phone"), std::string("\xE6\x89\x8B\xE6\x9C\xBA"), std::string("totp"),
        std::string("totp-x"), std::string("totp-1a"), std::string("my totp-1"), std::string("1"), forty,
        forty_of_four_bytes, std::string("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB")}) {
    EXPECT_TRUE(valid_factor_name(name)) << name;
  }
}

TEST(FactorName, LooksLikeNoId) {
  for (const char* name : {"totp-1", "TOTP-1", "Totp-007", "hotp-3", "sms-2", "call-2", "key-1", "push-9", "totp-"})
    EXPECT_FALSE(valid_factor_name(name)) << name;
}

TEST(FactorName, IsSomethingToSeeAndNothingMore) {
  using namespace std::string_view_literals;
  for (const auto name : {""sv,
                          " "sv,
                          "   "sv,
                          " iPhone"sv,
                          "iPhone "sv,
                          "\xC2\xA0"sv,
                          "iPhone\xE3\x80\x80"sv,
                          "\xE2\x80\x8D"sv,
                          "\xE2\x80\x8B"sv,
                          "\xC2\xAD"sv,
                          "a\nb"sv,
                          "a\0b"sv,
                          "\x1b[31mred"sv,
                          "a\x7f"sv,
                          "a\xC2\x9B"sv,
                          "a\xE2\x80\xAE"sv,  // NOLINT(misc-misleading-bidirectional): it is the question
                          "a\xE2\x80\xA8"sv,
                          "\xC3"sv,
                          "\xFF"sv,
                          "\xED\xA0\x80"sv})
    EXPECT_FALSE(valid_factor_name(name)) << name;
}

TEST(FactorName, IsAtMostFortyCharacters) {
  EXPECT_FALSE(valid_factor_name(std::string(41, 'x')));
  std::string long_in_characters;
  for (int i = 0; i < 41; ++i) long_in_characters += "\xC3\xA9";
  EXPECT_FALSE(valid_factor_name(long_in_characters));
}

}  // namespace
}  // namespace mfa
