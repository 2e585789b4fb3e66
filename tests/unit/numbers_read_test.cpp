// Numbers as people type them, in 30 countries, with what libphonenumber's data says of them.
#include <gtest/gtest.h>
#include <phonenumbers/phonenumberutil.h>

#include <string>

#include "common/domain/country.h"
#include "common/domain/country_names.h"
#include "common/numbers/number_reader.h"

namespace mfa {
namespace {

using enum LineKind;

struct Taken {
  const char* country;
  const char* typed;
  const char* e164;
  LineKind line;
  const char* of = "";  // its country, if that is another
};

constexpr Taken kTaken[] = {
    // New Zealand: national and international form, and all that people put between digits.
    {"NZ", "021 123 4567", "+64211234567", mobile},
    {"NZ", "0211234567", "+64211234567", mobile},
    {"NZ", "(021) 123-4567", "+64211234567", mobile},
    {"NZ", "021.123.4567", "+64211234567", mobile},
    {"NZ", "021/123 4567", "+64211234567", mobile},
    {"NZ", "  021  123  4567  ", "+64211234567", mobile},
    {"NZ", "+64 21 123 4567", "+64211234567", mobile},
    {"NZ", "+64 (0)21 123 4567", "+64211234567", mobile},
    {"NZ", "+64 021 123 4567", "+64211234567", mobile},
    {"NZ", "0064 21 123 4567", "+64211234567", mobile},
    {"NZ", "64 21 123 4567", "+64211234567", mobile},
    {"NZ", "21 123 4567", "+64211234567", mobile},
    {"NZ", "tel:+64-21-123-4567", "+64211234567", mobile},
    {"NZ", "TEL:021 123 4567", "+64211234567", mobile},
    {"NZ", "＋６４ ２１ １２３ ４５６７", "+64211234567", mobile},
    {"NZ", "021\u00a0123\u20114567", "+64211234567", mobile},
    {"NZ", "03 364 2987", "+6433642987", landline},
    {"NZ", "+61 412 345 678", "+61412345678", mobile, "AU"},
    {"NZ", "0061 412 345 678", "+61412345678", mobile, "AU"},
    {"AU", "0412 345 678", "+61412345678", mobile},
    {"AU", "+61 (0)412 345 678", "+61412345678", mobile},
    {"AU", "(02) 9374 4000", "+61293744000", landline},
    {"AU", "0011 64 21 123 4567", "+64211234567", mobile, "NZ"},
    {"BE", "0470 12 34 56", "+32470123456", mobile},
    {"BE", "016 32 40 10", "+3216324010", landline},
    {"NL", "06-12345678", "+31612345678", mobile},
    {"NL", "020 525 9111", "+31205259111", landline},
    {"DE", "0151 23456789", "+4915123456789", mobile},
    {"DE", "+49 (0) 151 / 234 567 89", "+4915123456789", mobile},
    {"DE", "030 123456", "+4930123456", landline},
    {"FR", "06 12 34 56 78", "+33612345678", mobile},
    {"FR", "01.23.45.67.89", "+33123456789", landline},
    {"GB", "07400 123456", "+447400123456", mobile},
    {"GB", "020 7946 0018", "+442079460018", landline},
    {"GB", "07781 123456", "+447781123456", mobile, "GG"},
    {"IE", "085 012 3456", "+353850123456", mobile},
    {"US", "(201) 555-0123", "+12015550123", either},
    {"US", "1-201-555-0123", "+12015550123", either},
    {"US", "011 64 21 123 4567", "+64211234567", mobile, "NZ"},
    {"US", "+1 876 210 1234", "+18762101234", mobile, "JM"},
    {"CA", "506 234 5678", "+15062345678", either},
    {"MX", "222 123 4567", "+522221234567", either},
    {"MX", "+52 1 222 123 4567", "+522221234567", either},  // as mobiles were dialled until 2019
    {"MX", "+520 21 222 123 4567", "+522221234567", either},
    {"MX", "+5212221234567", "+522221234567", either},
    {"BR", "(11) 96123-4567", "+5511961234567", mobile},
    {"BR", "0 15 11 96123-4567", "+5511961234567", mobile},  // with the code of a carrier
    {"AR", "011 15-2345-6789", "+5491123456789", mobile},
    {"AR", "+54 9 11 2345-6789", "+5491123456789", mobile},
    {"IT", "312 345 6789", "+393123456789", mobile},
    {"IT", "02 1234 5678", "+390212345678", landline},  // keeps its zero
    {"ES", "612 34 56 78", "+34612345678", mobile},
    {"PT", "912 345 678", "+351912345678", mobile},
    {"CH", "078 123 45 67", "+41781234567", mobile},
    {"AT", "0664 123456", "+43664123456", mobile},
    {"SE", "070-123 45 67", "+46701234567", mobile},
    {"NO", "406 12 345", "+4740612345", mobile},
    {"DK", "34 41 23 45", "+4534412345", either},
    {"FI", "041 2345678", "+358412345678", mobile},
    {"PL", "512 345 678", "+48512345678", mobile},
    {"CZ", "601 123 456", "+420601123456", mobile},
    {"GR", "691 234 5678", "+306912345678", mobile},
    {"RU", "8 (912) 345-67-89", "+79123456789", mobile},
    {"TR", "0501 234 56 78", "+905012345678", mobile},
    {"IL", "050-234-5678", "+972502345678", mobile},
    {"ZA", "071 123 4567", "+27711234567", mobile},
    {"KE", "0712 123456", "+254712123456", mobile},
    {"NG", "0802 123 4567", "+2348021234567", mobile},
    {"IN", "081234 56789", "+918123456789", mobile},
    {"CN", "131 2345 6789", "+8613123456789", mobile},
    {"HK", "5123 4567", "+85251234567", mobile},
    {"JP", "090-1234-5678", "+819012345678", mobile},
    {"KR", "010-2000-0000", "+821020000000", mobile},
    {"SG", "8123 4567", "+6581234567", mobile},
    {"FJ", "701 2345", "+6797012345", mobile},
    {"WS", "72 12345", "+6857212345", mobile},
    // Known for what they are, and refused for it by objection().
    {"NZ", "0900 12345", "+6490012345", premium},
    {"NZ", "0800 650 200", "+64800650200", toll_free},
    {"GB", "0909 8790 123", "+449098790123", premium},
    {"AU", "1300 975 707", "+611300975707", shared_cost},
    {"DE", "0180 6 123456", "+491806123456", shared_cost},
    {"GB", "056 1234 5678", "+445612345678", voip},
    {"GB", "070 1234 5678", "+447012345678", personal},
    {"GB", "0306 999 0000", "+443069990000", company},
    {"DE", "0900 123 4567", "+499001234567", premium},
    {"FR", "09 72 12 34 56", "+33972123456", voip},
    {"US", "(900) 234-5678", "+19002345678", premium},
};

TEST(ReadNumber, TakesThemAsPeopleTypeThem) {
  for (const Taken& row : kTaken) {
    const auto read = read_number(row.typed, row.country);
    ASSERT_TRUE(read) << row.country << ' ' << row.typed << ": " << name_of(read.error());
    EXPECT_EQ(read->number.e164, row.e164) << row.country << ' ' << row.typed;
    EXPECT_EQ(name_of(read->line), name_of(row.line)) << row.country << ' ' << row.typed;
    EXPECT_EQ(read->country, *row.of == '\0' ? row.country : row.of) << row.typed;

    // What is shown to the owner is the same number again, wherever they are.
    const auto again = read_number(read->written, "BE");
    ASSERT_TRUE(again) << read->written;
    EXPECT_EQ(again->number, read->number);
  }
}

struct Refused {
  const char* country;
  const char* typed;
  NumberRefusal why;
};

constexpr Refused kRefused[] = {
    {"NZ", "", NumberRefusal::not_a_number},
    {"NZ", "alice", NumberRefusal::not_a_number},
    {"NZ", "+", NumberRefusal::not_a_number},
    {"NZ", "-", NumberRefusal::not_a_number},
    // Letters are passed over or turned into digits by libphonenumber: these would be other people's numbers.
    {"NZ", "021 123 4S67", NumberRefusal::not_a_number},
    {"NZ", "021 l23 4567", NumberRefusal::not_a_number},
    {"NZ", "O21 123 4567", NumberRefusal::not_a_number},
    {"NZ", "021 123 4567 mum", NumberRefusal::not_a_number},
    {"US", "1-800-FLOWERS", NumberRefusal::not_a_number},
    {"NZ", "021 123 4567\n", NumberRefusal::not_a_number},
    {"NZ",
     "\xff\xfe"
     "021 123 4567",
     NumberRefusal::not_a_number},
    {"NZ", "+999 123 4567", NumberRefusal::not_a_number},
    {"NZ", "021", NumberRefusal::too_short},
    {"SG", "8123 45", NumberRefusal::too_short},
    {"SG", "8123 45678", NumberRefusal::unassigned},
    // As short or long as some number there is, but not of those that begin like this.
    {"NZ", "021 12", NumberRefusal::unassigned},
    {"NZ", "021 123", NumberRefusal::unassigned},
    {"NZ", "111", NumberRefusal::too_short},
    {"NZ", "021 123 4567 8901", NumberRefusal::too_long},
    {"NZ", "021 123 4567 021 123 4567", NumberRefusal::too_long},
    {"AU", "0412 345 67", NumberRefusal::unassigned},
    {"AU", "0412 345 6789", NumberRefusal::unassigned},
    {"FR", "06 12 34 56 7", NumberRefusal::unassigned},
    {"US", "555-0123", NumberRefusal::no_area_code},
    {"US", "(111) 555-0123", NumberRefusal::unassigned},
    {"US", "(201) 055-0123", NumberRefusal::unassigned},
    {"GB", "0100 123 4567", NumberRefusal::unassigned},
    {"NZ", "03 364 2987 ext 45", NumberRefusal::extension},
    {"NZ", "03 364 2987 x45", NumberRefusal::extension},
    {"NZ", "03 364 2987 #45", NumberRefusal::extension},
    {"NZ", "tel:+64-3-364-2987;ext=45", NumberRefusal::extension},
    {"BE", "016 32 40 10 extension 3", NumberRefusal::extension},
};

TEST(ReadNumber, RefusesWhatIsNotCertain) {
  for (const Refused& row : kRefused) {
    const auto read = read_number(row.typed, row.country);
    ASSERT_FALSE(read) << row.country << ' ' << row.typed << ": " << read->number.e164;
    EXPECT_EQ(name_of(read.error()), name_of(row.why)) << row.country << ' ' << row.typed;
  }
}

TEST(ReadNumber, KnowsNoCountryForNumbersOfNone) {
  const auto satellite = read_number("+881 612 345 678", "NZ");
  ASSERT_TRUE(satellite);
  EXPECT_EQ(satellite->country, "");
  const auto free = read_number("+800 1234 5678", "NZ");
  ASSERT_TRUE(free);
  EXPECT_EQ(free->country, "");
}

// The table that the country is read with, without the library, says what the library says.
TEST(ReadNumber, AgreesWithTheTableOfCountries) {
  const auto& library = *i18n::phonenumbers::PhoneNumberUtil::GetInstance();
  for (char first = 'A'; first <= 'Z'; ++first) {
    for (char second = 'A'; second <= 'Z'; ++second) {
      const std::string code{first, second};
      if (!is_country(code)) continue;
      const int calling = library.GetCountryCodeForRegion(code);
      const std::string prefix = dialling_prefix(code);
      ASSERT_EQ(prefix.empty(), calling == 0) << code;
      if (calling == 0) continue;
      i18n::phonenumbers::PhoneNumber example;
      ASSERT_TRUE(library.GetExampleNumber(code, &example)) << code;
      std::string e164;
      library.Format(example, i18n::phonenumbers::PhoneNumberUtil::E164, &e164);
      std::string digits = prefix;
      std::erase(digits, ' ');
      EXPECT_TRUE(e164.starts_with(digits)) << code << ' ' << prefix << ' ' << e164;
      EXPECT_EQ(digits.size() == 5 ? "+1" : digits, "+" + std::to_string(calling)) << code;
    }
  }
}

}  // namespace
}  // namespace mfa
