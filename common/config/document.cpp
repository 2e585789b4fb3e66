#include "common/config/document.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <utility>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 16
#include <toml++/toml.h>

namespace mfa {
namespace {

// toml++ bounds how deep values nest but not how many parts a dotted key has, and frees its tree by recursion.
constexpr int kMostDots = 64;

// Where a key could have too many parts: single dots without anything between them that ends a key. A string or a
// comment that looks like that is refused as well, which harms nobody.
std::optional<Place> too_many_dots(std::string_view text) {
  Place place{.line = 1, .column = 1};
  int dots = 0;
  char previous = '\n';
  for (const char c : text) {
    if (std::string_view("=,[{\n").contains(c)) dots = 0;
    if (c == '.' && previous != '.' && ++dots > kMostDots) return place;
    ++place.column;
    if (c == '\n') place = {.line = place.line + 1, .column = 1};
    previous = c;
  }
  return std::nullopt;
}

Place place_of(const toml::source_region& source) {
  return {.line = static_cast<int>(source.begin.line), .column = static_cast<int>(source.begin.column)};
}

DateTime date_of(const toml::date& date) {
  DateTime result;
  result.year = date.year;
  result.month = date.month;
  result.day = date.day;
  return result;
}

DateTime date_of(const toml::date_time& moment) {
  DateTime result = date_of(moment.date);
  result.hour = moment.time.hour;
  result.minute = moment.time.minute;
  result.second = moment.time.second;
  result.nanosecond = moment.time.nanosecond;
  if (moment.offset) result.offset_minutes = moment.offset->minutes;
  return result;
}

Table table_of(const toml::table& table);

Value value_of(const toml::node& node) {
  Value value;
  value.place = place_of(node.source());
  if (const toml::table* table = node.as_table()) {
    value.is = table_of(*table);
  } else if (const toml::array* array = node.as_array()) {
    List list;
    for (const toml::node& element : *array) list.push_back(value_of(element));
    value.is = std::move(list);
  } else if (const auto* text = node.as_string()) {
    value.is = text->get();
  } else if (const auto* number = node.as_integer()) {
    value.is = number->get();
  } else if (const auto* real = node.as_floating_point()) {
    value.is = real->get();
  } else if (const auto* truth = node.as_boolean()) {
    value.is = truth->get();
  } else if (const auto* date = node.as_date()) {
    value.is = date_of(date->get());
  } else if (const auto* moment = node.as_date_time()) {
    value.is = date_of(moment->get());
  } else {
    value.is = TimeOfDay{};
  }
  return value;
}

Table table_of(const toml::table& table) {
  Table result;
  for (const auto& [key, node] : table) {
    result.push_back({.key = std::string(key.str()), .place = place_of(key.source()), .value = value_of(node)});
  }
  return result;
}

}  // namespace

std::string_view type_of(const Value& value) {
  constexpr std::array<std::string_view, 8> kNames{"a string", "a whole number", "a number with a fraction",
                                                   "a truth",  "a date",         "a time of day",
                                                   "a list",   "a table of keys"};
  static_assert(kNames.size() == std::variant_size_v<decltype(value.is)>);
  return kNames[value.is.index()];
}

std::expected<Table, SyntaxError> parse_document(std::string_view text) {
  if (const auto place = too_many_dots(text)) {
    return std::unexpected(SyntaxError{.place = *place, .text = "too many dots in one key"});
  }
  toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return std::unexpected(SyntaxError{.place = place_of(error.source()), .text = std::string(error.description())});
  }
  return table_of(parsed.table());
}

}  // namespace mfa
