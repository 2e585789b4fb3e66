#include "common/numbers/number_reader.h"

#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <optional>
#include <string>

#include "common/domain/country.h"
#include "common/domain/utf8.h"

namespace mfa {
namespace {

using i18n::phonenumbers::NullLogger;
using i18n::phonenumbers::PhoneNumberUtil;
using Parsed = i18n::phonenumbers::PhoneNumber;

PhoneNumberUtil& library() {
  static PhoneNumberUtil& only = [] -> PhoneNumberUtil& {
    PhoneNumberUtil& made = *PhoneNumberUtil::GetInstance();
    made.SetLogger(new NullLogger);  // taken over; its own logger writes to standard output, where our answer goes
    return made;
  }();
  return only;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// RFC 3966: as an address book may paste it.
std::string_view without_scheme(std::string_view text) {
  constexpr std::string_view kScheme = "tel:";
  const bool has = text.size() > kScheme.size() &&
                   std::ranges::equal(text.substr(0, kScheme.size()), kScheme,
                                      [](char a, char b) { return (is_letter(a) ? a | 0x20 : a) == b; });
  return has ? text.substr(kScheme.size()) : text;
}

std::optional<NumberRefusal> refusal_of(PhoneNumberUtil::ErrorType error) {
  switch (error) {
    case PhoneNumberUtil::NO_PARSING_ERROR:
      return std::nullopt;
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN:
      return NumberRefusal::too_short;
    case PhoneNumberUtil::TOO_LONG_NSN:
      return NumberRefusal::too_long;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
    case PhoneNumberUtil::NOT_A_NUMBER:
      return NumberRefusal::not_a_number;
  }
  return NumberRefusal::not_a_number;
}

// Of a number that is not valid.
NumberRefusal why_invalid(const Parsed& number) {
  switch (library().IsPossibleNumberWithReason(number)) {
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:
      return NumberRefusal::no_area_code;
    case PhoneNumberUtil::TOO_SHORT:
      return NumberRefusal::too_short;
    case PhoneNumberUtil::TOO_LONG:
      return NumberRefusal::too_long;
    case PhoneNumberUtil::IS_POSSIBLE:
    case PhoneNumberUtil::INVALID_COUNTRY_CODE:
    case PhoneNumberUtil::INVALID_LENGTH:
      break;
  }
  return NumberRefusal::unassigned;
}

std::optional<LineKind> kind_of(const Parsed& number) {
  switch (library().GetNumberType(number)) {
    case PhoneNumberUtil::FIXED_LINE:
      return LineKind::landline;
    case PhoneNumberUtil::MOBILE:
      return LineKind::mobile;
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE:
      return LineKind::either;
    case PhoneNumberUtil::TOLL_FREE:
      return LineKind::toll_free;
    case PhoneNumberUtil::PREMIUM_RATE:
      return LineKind::premium;
    case PhoneNumberUtil::SHARED_COST:
      return LineKind::shared_cost;
    case PhoneNumberUtil::VOIP:
      return LineKind::voip;
    case PhoneNumberUtil::PERSONAL_NUMBER:
      return LineKind::personal;
    case PhoneNumberUtil::PAGER:
      return LineKind::pager;
    case PhoneNumberUtil::UAN:
      return LineKind::company;
    case PhoneNumberUtil::VOICEMAIL:
      return LineKind::voicemail;
    case PhoneNumberUtil::UNKNOWN:
      break;
  }
  return std::nullopt;
}

// Mobile numbers of Mexico had a 1 before them until 2019, which still leads to the same telephone: kept, it would be
// two numbers. The library drops it only where it is typed as it was dialled.
void drop_old_mobile_prefix(Parsed& number) {
  constexpr int kMexico = 52;
  constexpr std::uint64_t kFirst = 10'000'000'000;  // of eleven digits that begin with 1
  if (number.country_code() == kMexico && number.national_number() / kFirst == 1)
    number.set_national_number(number.national_number() - kFirst);
}

std::string written(const Parsed& number, PhoneNumberUtil::PhoneNumberFormat format) {
  std::string text;
  library().Format(number, format, &text);
  return text;
}

}  // namespace

std::expected<NumberFacts, NumberRefusal> read_number(std::string_view typed, std::string_view country) {
  const auto refused = [](NumberRefusal why) { return std::unexpected(why); };
  if (!valid_utf8(typed) || has_control_characters(typed)) return refused(NumberRefusal::not_a_number);
  const std::string text(without_scheme(typed));

  Parsed number;
  const auto parsed = refusal_of(library().Parse(text, std::string(country), &number));
  if (parsed) return refused(*parsed);
  drop_old_mobile_prefix(number);
  if (number.has_extension()) return refused(NumberRefusal::extension);
  if (std::ranges::any_of(text, is_letter)) return refused(NumberRefusal::not_a_number);
  if (!library().IsValidNumber(number)) return refused(why_invalid(number));

  const auto kind = kind_of(number);
  const auto e164 = parse_e164(written(number, PhoneNumberUtil::E164));
  if (!kind || !e164) return refused(NumberRefusal::unassigned);
  std::string region;
  library().GetRegionCodeForNumber(number, &region);
  if (!is_country(region)) region.clear();
  return NumberFacts{.number = *e164,
                     .line = *kind,
                     .country = std::move(region),
                     .written = written(number, PhoneNumberUtil::INTERNATIONAL)};
}

}  // namespace mfa
