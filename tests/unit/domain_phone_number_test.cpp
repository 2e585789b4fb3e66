#include "common/domain/phone_number.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace mfa {
namespace {

PhoneNumber number(std::string e164) { return {std::move(e164)}; }

TEST(PhoneNumber, IsKeptAsE164) {
  for (const char* text : {"+64211234567", "+1234567", "+123456789012345"}) {
    const auto read = parse_e164(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->e164, text);
  }
  for (const char* text : {"", "+", "64211234567", "+0211234567", "+123456", "+1234567890123456", "+64 21 123 4567",
                           "+6421123456a", "++64211234567", "+64211234567\n"})
    EXPECT_FALSE(parse_e164(text)) << text;
}

TEST(PhoneNumber, ShowsItsEndAlone) {
  EXPECT_EQ(masked(number("+64211231234")), "ending 1234");
  EXPECT_EQ(masked(number("+4712345678")), "ending 5678");
  // Most of what is not the country's would show.
  EXPECT_EQ(masked(number("+6834123")), "ending 23");
  EXPECT_EQ(masked(number("+123456789")), "ending 89");
}

TEST(PhoneNumber, HasNamesForKindsAndRefusals) {
  for (int i = 0; i <= static_cast<int>(LineKind::voicemail); ++i) {
    const auto kind = static_cast<LineKind>(i);
    EXPECT_EQ(line_kind(name_of(kind)), kind);
  }
  for (int i = 0; i <= static_cast<int>(NumberRefusal::unavailable); ++i) {
    const auto refusal = static_cast<NumberRefusal>(i);
    EXPECT_EQ(number_refusal(name_of(refusal)), refusal);
    EXPECT_TRUE(sentence(refusal).ends_with('.')) << name_of(refusal);
  }
  EXPECT_FALSE(line_kind("satellite"));
  EXPECT_FALSE(number_refusal(""));
}

struct Row {
  LineKind line;
  const char* country;
  std::optional<NumberRefusal> for_text;
  std::optional<NumberRefusal> for_call;
};

TEST(PhoneNumber, IsAcceptedByWhatItIs) {
  using enum NumberRefusal;
  const std::vector<std::string> countries{"NZ", "US"};
  const Row rows[] = {
      {LineKind::mobile, "NZ", {}, {}},
      {LineKind::either, "US", {}, {}},
      {LineKind::landline, "NZ", landline_for_texts, {}},
      {LineKind::premium, "NZ", premium, premium},
      {LineKind::shared_cost, "NZ", shared_cost, shared_cost},
      {LineKind::voip, "NZ", voip, voip},
      {LineKind::toll_free, "NZ", special, special},
      {LineKind::personal, "NZ", special, special},
      {LineKind::pager, "NZ", special, special},
      {LineKind::company, "NZ", special, special},
      {LineKind::voicemail, "NZ", special, special},
      {LineKind::mobile, "JM", country_not_listed, country_not_listed},
      {LineKind::mobile, "", country_not_listed, country_not_listed},
      {LineKind::premium, "AU", country_not_listed, country_not_listed},
  };
  for (const Row& row : rows) {
    const NumberFacts facts{
        .number = number("+64211234567"), .line = row.line, .country = row.country, .written = "+64 21 123 4567"};
    EXPECT_EQ(objection(facts, PhoneUse::text, countries), row.for_text) << name_of(row.line) << row.country;
    EXPECT_EQ(objection(facts, PhoneUse::call, countries), row.for_call) << name_of(row.line) << row.country;
  }
  const NumberFacts mobile{.number = number("+64211234567"), .line = LineKind::mobile, .country = "NZ", .written = ""};
  EXPECT_EQ(objection(mobile, PhoneUse::text, {}), country_not_listed);
}

}  // namespace
}  // namespace mfa
