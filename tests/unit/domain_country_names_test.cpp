#include "common/domain/country_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "common/domain/country.h"

namespace mfa {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Row {
  const char* typed;
  const char* meant;
};

TEST(CountryNames, AreReadAsPeopleWriteThem) {
  constexpr Row kRows[] = {
      {"NZ", "NZ"},
      {"nz", "NZ"},
      {" nz ", "NZ"},
      {"New Zealand", "NZ"},
      {"new zealand", "NZ"},
      {"NEW-ZEALAND", "NZ"},
      {"Aotearoa", "NZ"},
      {"uk", "GB"},
      {"United Kingdom", "GB"},
      {"Scotland", "GB"},
      {"The Netherlands", "NL"},
      {"USA", "US"},
      {"U.S.A.", "US"},
      {"United States of America", "US"},
      {"the united states", "US"},
      {"The US", "US"},
      {"the UK", "GB"},
      {"the the UK", "GB"},
      {"The Gambia", "GM"},
      {"thenz", ""},
      {"the", ""},
      {"NZL", "NZ"},
      {"aus", "AU"},
      {"GBR", "GB"},
      {"Bel", "BE"},
      {"Côte d'Ivoire", "CI"},
      {"cote d’ivoire", "CI"},
      {"Ivory Coast", "CI"},
      {"Österreich", "AT"},
      {"oesterreich", ""},
      {"Réunion", "RE"},
      {"reunion", "RE"},
      {"Curacao", "CW"},
      {"São Tomé & Príncipe", "ST"},
      {"sao tome and principe", "ST"},
      {"Saint Kitts and Nevis", "KN"},
      {"St. Kitts & Nevis", "KN"},
      {"Åland Islands", "AX"},
      {"Türkiye", "TR"},
      {"South Korea", "KR"},
      {"Hong Kong", "HK"},
      {"Congo (DR)", ""},
      {"Kosovo", "XK"},
      {"Atlantis", ""},
      {"Zealand", ""},
      {"", ""},
      {"   ", ""},
      {"\xff\xfe", ""},
      {"New\nZealand", ""},
      {"Новая Зеландия", ""},
      {"NZ; DROP TABLE", ""},
  };
  for (const Row& row : kRows) {
    const auto meant = countries_meant(row.typed);
    if (*row.meant == '\0') {
      EXPECT_THAT(meant, IsEmpty()) << row.typed;
    } else {
      EXPECT_THAT(meant, ElementsAre(row.meant)) << row.typed;
    }
  }
}

TEST(CountryNames, AreMeantByDiallingPrefixes) {
  for (const char* typed : {"+64", "64", "0064", "(+64)", "+ 64", " +64 "})
    EXPECT_THAT(countries_meant(typed), ElementsAre("NZ")) << typed;
  EXPECT_THAT(countries_meant("+44"), ElementsAre("GB", "GG", "IM", "JE"));
  EXPECT_THAT(countries_meant("+7"), ElementsAre("RU", "KZ"));
  EXPECT_THAT(countries_meant("+61"), ElementsAre("AU", "CC", "CX"));
  for (const char* typed : {"+1 876", "1-876", "+1 (876)", "1658"})
    EXPECT_THAT(countries_meant(typed), ElementsAre("JM")) << typed;

  const auto one = countries_meant("+1");
  EXPECT_EQ(one.size(), 25U);
  EXPECT_EQ(one.front(), "US");
  EXPECT_EQ(std::set(one.begin(), one.end()).count("CA"), 1U);

  for (const char* typed : {"+0", "0", "00", "000", "+", "+999", "+64 21 123 4567", "6 4 +", "+21", "64a"})
    EXPECT_THAT(countries_meant(typed), IsEmpty()) << typed;
}

TEST(CountryNames, AreShownWithTheirPrefix) {
  EXPECT_EQ(country_name("NZ"), "New Zealand");
  EXPECT_EQ(dialling_prefix("NZ"), "+64");
  EXPECT_EQ(dialling_prefix("US"), "+1");
  EXPECT_EQ(dialling_prefix("JM"), "+1 876");
  EXPECT_EQ(dialling_prefix("BV"), "");
  for (const char* text : {"", "nz", "UK", "XX", "NZL"}) {
    EXPECT_EQ(country_name(text), "") << text;
    EXPECT_EQ(dialling_prefix(text), "") << text;
  }
}

TEST(CountryNames, TellWhetherANumberIsOfTheirs) {
  struct Told {
    const char* number;
    std::vector<std::string> countries;
    bool listed;
  };
  const Told kTold[] = {
      {"+64211234567", {"NZ"}, true},        {"+64211234567", {"AU", "NZ"}, true},
      {"+64211234567", {"AU"}, false},       {"+64211234567", {}, false},
      {"+12125550100", {"US"}, true},        {"+12125550100", {"CA"}, true},  // which nobody can tell by the beginning
      {"+18765550100", {"US", "CA"}, false}, {"+18765550100", {"JM"}, true},
      {"+16585550100", {"US"}, false},       {"+16585550100", {"JM"}, true},
      {"+18295550100", {"DO"}, true},        {"+447700900123", {"JE"}, true},
      {"+33612345678", {"DE"}, false},       {"+35312345678", {"IE"}, true},
      {"+35312345678", {"FR", "GB"}, false}, {"+8821312345678", {"NZ", "US"}, false},  // a satellite
      {"+9991234567", {"NZ"}, false},
  };
  for (const Told& row : kTold) EXPECT_EQ(begins_as_in({row.number}, row.countries), row.listed) << row.number;
}

TEST(CountryNames, AreThereForEveryCountryAndMeanIt) {
  std::set<std::string_view> names;
  for (char first = 'A'; first <= 'Z'; ++first) {
    for (char second = 'A'; second <= 'Z'; ++second) {
      const std::string code{first, second};
      if (!is_country(code)) continue;
      const auto name = country_name(code);
      EXPECT_FALSE(name.empty()) << code;
      EXPECT_TRUE(names.insert(name).second) << name;
      EXPECT_THAT(countries_meant(name), ElementsAre(code));
      if (const std::string prefix = dialling_prefix(code); !prefix.empty()) {
        EXPECT_THAT(countries_meant(prefix), ::testing::Contains(code)) << prefix;
      }
    }
  }
  EXPECT_EQ(names.size(), 250U);
}

}  // namespace
}  // namespace mfa
