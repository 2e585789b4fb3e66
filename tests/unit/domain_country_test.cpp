#include "common/domain/country.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace mfa {
namespace {

TEST(Country, IsACodeInCapitals) {
  for (const char* code : {"AD", "NZ", "AU", "BE", "GB", "US", "CA", "GR", "ZW", "XK"})
    EXPECT_TRUE(is_country(code)) << code;
  for (const char* text : {"",   "N",  "NZL", "nz", "Nz", "nZ", "N ", " Z", "D ",  "D AE", "AD ",
                           "UK", "EL", "EU",  "AP", "AN", "XX", "ZZ", "A1", "!NZ", "*"}) {
    EXPECT_FALSE(is_country(text)) << text;
  }
  int codes = 0;
  for (char first = 'A'; first <= 'Z'; ++first) {
    for (char second = 'A'; second <= 'Z'; ++second) codes += is_country(std::string{first, second}) ? 1 : 0;
  }
  EXPECT_EQ(codes, 250);  // 249 assigned ones (ISO 3166-1) and XK
}

TEST(Country, IsUnderstoodInOtherLetters) {
  EXPECT_EQ(country_meant("nz"), "NZ");
  EXPECT_EQ(country_meant("Nz"), "NZ");
  EXPECT_EQ(country_meant("NZ"), "NZ");
  EXPECT_EQ(country_meant("zw"), "ZW");
  EXPECT_EQ(country_meant("UK"), "GB");
  EXPECT_EQ(country_meant("uk"), "GB");
  EXPECT_EQ(country_meant("el"), "GR");
  for (const char* text : {"", "n", "xx", "nzl", "n ", "d ", "\xC3\xA9"}) EXPECT_EQ(country_meant(text), "") << text;
}

TEST(PrivateAddress, IsToldToTheBit) {
  struct Row {
    std::string_view address;
    bool is_private;
  };
  const std::initializer_list<Row> rows = {
      {"9.255.255.255", false},
      {"10.0.0.0", true},
      {"10.255.255.255", true},
      {"11.0.0.0", false},
      {"100.63.255.255", false},
      {"100.64.0.0", true},
      {"100.127.255.255", true},
      {"100.128.0.0", false},
      {"126.255.255.255", false},
      {"127.0.0.1", true},
      {"127.255.255.255", true},
      {"128.0.0.0", false},
      {"169.253.255.255", false},
      {"169.254.0.0", true},
      {"169.254.255.255", true},
      {"169.255.0.0", false},
      {"172.15.255.255", false},
      {"172.16.0.0", true},
      {"172.31.255.255", true},
      {"172.32.0.0", false},
      {"192.167.255.255", false},
      {"192.168.0.0", true},
      {"192.168.255.255", true},
      {"192.169.0.0", false},
      {"0.0.0.0", false},
      {"203.0.113.7", false},
      {"255.255.255.255", false},
      {"::ffff:10.0.0.1", true},
      {"::ffff:8.8.8.8", false},
      {"::1", true},
      {"::", false},
      {"::2", false},
      {"1::1", false},
      {"a00::", false},
      {"7f00::1", false},
      {"c0a8::1", false},
      {"fbff:ffff::", false},
      {"fc00::", true},
      {"fdff:ffff::1", true},
      {"fe00::", false},
      {"fe7f:ffff::", false},
      {"fe80::", true},
      {"fe80::1", true},
      {"febf:ffff::1", true},
      {"fec0::", false},
      {"2001:db8::1", false},
      {"ff02::1", false},
  };
  for (const Row& row : rows) EXPECT_EQ(is_private(*parse_address(row.address)), row.is_private) << row.address;
}

// What stands in the bytes that an IPv4 address does not use changes nothing.
TEST(PrivateAddress, OfIPv4IsItsFourBytes) {
  Address address = *parse_address("203.0.113.7");
  address.bytes.back() = 1;
  EXPECT_FALSE(is_private(address));
}

}  // namespace
}  // namespace mfa
