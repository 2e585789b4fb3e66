#include "common/domain/phone_number.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "common/language/marked.h"

namespace mfa {
namespace {

constexpr std::size_t kFewestDigits = 7;  // Niue, Saint Helena
constexpr std::size_t kMostDigits = 15;   // E.164 §6.1

struct KindRow {
  LineKind kind;
  std::string_view name;
  std::optional<NumberRefusal> refusal;  // whatever it is to be used for
};
constexpr auto kKinds = std::to_array<KindRow>({
    {LineKind::mobile, "mobile", std::nullopt},
    {LineKind::landline, "landline", std::nullopt},
    {LineKind::either, "either", std::nullopt},
    {LineKind::premium, "premium", NumberRefusal::premium},
    {LineKind::shared_cost, "shared_cost", NumberRefusal::shared_cost},
    {LineKind::voip, "voip", NumberRefusal::voip},
    {LineKind::toll_free, "toll_free", NumberRefusal::special},
    {LineKind::personal, "personal", NumberRefusal::special},
    {LineKind::pager, "pager", NumberRefusal::special},
    {LineKind::company, "company", NumberRefusal::special},
    {LineKind::voicemail, "voicemail", NumberRefusal::special},
});

struct RefusalRow {
  NumberRefusal refusal;
  std::string_view name;
  std::string_view sentence;
};
constexpr auto kRefusals = std::to_array<RefusalRow>({
    {NumberRefusal::not_a_number, "not_a_number", marked("That is not a phone number. Type its digits.")},
    {NumberRefusal::no_area_code, "no_area_code", marked("The area code is missing. Type the whole number.")},
    {NumberRefusal::too_short, "too_short", marked("That number is too short. Check its digits.")},
    {NumberRefusal::too_long, "too_long", marked("That number is too long. Check its digits.")},
    {NumberRefusal::unassigned, "unassigned",
     marked("There is no such number in that country. Check its digits, and the country.")},
    {NumberRefusal::extension, "extension",
     marked("Extensions cannot be reached, nor is a letter a digit. Type a number that rings directly.")},
    {NumberRefusal::premium, "premium",
     marked("Premium-rate numbers cannot be used. Type a mobile number, or for calls a landline.")},
    {NumberRefusal::shared_cost, "shared_cost",
     marked("Numbers that cost the caller extra cannot be used. Type a mobile number, or for calls a landline.")},
    {NumberRefusal::voip, "voip",
     marked("Internet phone numbers cannot be used. Type a mobile number, or for calls a landline.")},
    {NumberRefusal::special, "special",
     marked("Toll-free, personal, pager and company numbers cannot be used. Type a mobile number, or for calls a "
            "landline.")},
    {NumberRefusal::country_not_listed, "country_not_listed", marked("Numbers of that country cannot be used here.")},
    {NumberRefusal::landline_for_texts, "landline_for_texts", marked("That is a landline, which takes no texts.")},
    {NumberRefusal::unavailable, "unavailable", marked("Phone numbers cannot be checked right now. Try again later.")},
});

const KindRow& row_of(LineKind kind) { return *std::ranges::find(kKinds, kind, &KindRow::kind); }

}  // namespace

std::optional<PhoneNumber> parse_e164(std::string_view text) {
  if (!text.starts_with('+')) return std::nullopt;
  const std::string_view digits = text.substr(1);
  if (digits.size() < kFewestDigits || digits.size() > kMostDigits || digits.front() == '0') return std::nullopt;
  if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  return PhoneNumber{std::string(text)};
}

std::string masked(const PhoneNumber& number) {
  constexpr std::size_t kLong = 11;  // "+" and ten digits
  const std::size_t shown = number.e164.size() < kLong ? 2 : 4;
  return "ending " + number.e164.substr(number.e164.size() - std::min(shown, number.e164.size()));
}

std::string_view name_of(LineKind kind) { return row_of(kind).name; }

std::optional<LineKind> line_kind(std::string_view name) {
  const auto* row = std::ranges::find(kKinds, name, &KindRow::name);
  return row == kKinds.end() ? std::nullopt : std::optional(row->kind);
}

std::string_view name_of(NumberRefusal refusal) {
  return std::ranges::find(kRefusals, refusal, &RefusalRow::refusal)->name;
}

std::optional<NumberRefusal> number_refusal(std::string_view name) {
  const auto* row = std::ranges::find(kRefusals, name, &RefusalRow::name);
  return row == kRefusals.end() ? std::nullopt : std::optional(row->refusal);
}

std::string_view sentence(NumberRefusal refusal) {
  return std::ranges::find(kRefusals, refusal, &RefusalRow::refusal)->sentence;
}

// The country first: of what it is not meant for, nothing more is told.
std::optional<NumberRefusal> objection(const NumberFacts& facts, PhoneUse use, std::span<const std::string> countries) {
  if (std::ranges::find(countries, facts.country) == countries.end()) return NumberRefusal::country_not_listed;
  if (const auto refusal = row_of(facts.line).refusal) return refusal;
  if (use == PhoneUse::text && facts.line == LineKind::landline) return NumberRefusal::landline_for_texts;
  return std::nullopt;
}

}  // namespace mfa
