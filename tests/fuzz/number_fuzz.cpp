// What is typed as a telephone number, as libphonenumber and we take it apart; and the JSON around it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/domain/country_names.h"
#include "common/numbers/number_message.h"
#include "common/numbers/number_reader.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  for (const std::string_view code : mfa::countries_meant(text)) require(!mfa::country_name(code).empty());
  if (const auto answer = mfa::read_facts(text)) require(mfa::parse_e164(answer->number.e164).has_value());
  if (const auto question = mfa::read_question(text)) require(question->typed.size() <= mfa::kLongestTyped);

  const std::string_view typed = text.substr(0, mfa::kLongestTyped);
  const auto read = mfa::read_number(typed, "NZ");
  if (!read) return 0;
  require(mfa::parse_e164(read->number.e164).has_value());
  // Nothing was passed over: no letter is in what became a number, but in "tel:".
  require(std::ranges::none_of(typed.substr(std::min<std::size_t>(4, typed.size())),
                               [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }));
  const auto again = mfa::read_number(read->written, "BE");
  require(again && again->number == read->number);
  const auto answer = mfa::read_facts(mfa::write_answer(read).text());
  require(answer && answer->number == read->number && answer->country == read->country);
  return 0;
}
