#include "common/config/phones.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/config/places.h"

namespace mfa {
namespace {

using namespace std::literals;

constexpr std::size_t kLongestCode = 16;  // characters; a country's has two
constexpr std::array kCalls{"code"sv, "press"sv};

std::optional<std::string> country_in(const Field& field) {
  std::optional<std::string> country = text_in(field, kLongestCode);
  if (!country) return std::nullopt;
  if (const std::string wrong = check_country(*country); !wrong.empty()) {
    field.wrong(wrong);
    return std::nullopt;
  }
  return country;
}

void read_countries(const Field& field, PhoneSettings& phone) {
  const std::optional<std::vector<Field>> elements = list_in(field, EmptyList::fine);
  if (!elements) return;
  std::vector<std::string> countries;
  for (const Field& element : *elements) {
    std::optional<std::string> country = country_in(element);
    if (!country) continue;
    if (std::ranges::find(countries, *country) != countries.end()) {
      element.wrong("names " + in_quotes(*country) + " twice");
    } else {
      countries.push_back(*std::move(country));
    }
  }
  phone.countries = std::move(countries);
}

void read_span(const Field& field, std::string_view least, std::string_view most, std::chrono::seconds& target) {
  if (const auto length = span_in(field, least, most)) target = *length;
}

void read_count(const Field& field, int least, int most, std::uint32_t& target) {
  if (const auto count = number_in(field, least, most)) target = static_cast<std::uint32_t>(*count);
}

constexpr auto kKeys = std::to_array<Key<PhoneSettings>>({
    {"countries", read_countries},
    {"default_country",
     [](const Field& field, PhoneSettings& phone) {
       if (auto country = country_in(field)) phone.default_country = *std::move(country);
     }},
    {"calls",
     [](const Field& field, PhoneSettings& phone) {
       if (const auto word = word_in(field, kCalls))
         phone.calls = *word == "press" ? MessageMode::press : MessageMode::code;
     }},
    {"code_ttl", [](const Field& field, PhoneSettings& phone) { read_span(field, "1m", "30m", phone.code_ttl); }},
    {"resend_after",
     [](const Field& field, PhoneSettings& phone) { read_span(field, "10s", "10m", phone.budget.resend_after); }},
    {"per_user_per_hour",
     [](const Field& field, PhoneSettings& phone) { read_count(field, 1, 100, phone.budget.per_user_per_hour); }},
    {"per_user_per_day",
     [](const Field& field, PhoneSettings& phone) { read_count(field, 1, 1000, phone.budget.per_user_per_day); }},
    {"proven_per_day",
     [](const Field& field, PhoneSettings& phone) { read_count(field, 0, 1'000'000, phone.budget.proven_per_day); }},
    {"unproven_per_user_per_day",
     [](const Field& field, PhoneSettings& phone) {
       read_count(field, 1, 100, phone.budget.unproven_per_user_per_day);
     }},
    {"unproven_per_day",
     [](const Field& field, PhoneSettings& phone) { read_count(field, 0, 1'000'000, phone.budget.unproven_per_day); }},
});

}  // namespace

void read_phone(const Field& field, PhoneSettings& phone) {
  const Table* table = table_in(field, "[phone]");
  if (table != nullptr) read_table(*table, "phone.", kKeys, {}, phone, field.mistakes);
}

}  // namespace mfa
