#include "common/domain/country_names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "common/domain/country.h"
#include "common/domain/utf8.h"
#include "common/language/marked.h"

namespace mfa {
namespace {

struct Row {
  std::string_view code;
  int prefix;  // with the area code where several countries share 1; 0: none
  std::string_view name;
};

// By code. The prefixes are held against libphonenumber's by tests/unit/numbers_read_test.cpp.
constexpr auto kRows = std::to_array<Row>({
#include "common/domain/country_table.inc"
});

// What else people write; without accents, blanks and capitals, as plain() leaves it.
struct AlsoCalled {
  std::string_view name, code;
};
constexpr auto kAlsoCalled = std::to_array<AlsoCalled>({
#include "common/domain/country_alpha3.inc"
#include "common/domain/country_also_called.inc"
});

// Of the countries that share a prefix, the one that has most of its numbers.
constexpr auto kForemost =
    std::to_array<std::string_view>({"AU", "CW", "FI", "GB", "GP", "IT", "MA", "NO", "RE", "RU", "US"});

struct SecondPrefix {
  int prefix;
  std::string_view code;
};
constexpr auto kSecondPrefixes = std::to_array<SecondPrefix>({{1658, "JM"}, {1829, "DO"}, {1849, "DO"}, {1939, "PR"}});

struct Accented {
  std::u32string_view letters;
  char plain;
};
constexpr auto kAccented = std::to_array<Accented>({{U"àáâãäåÀÁÂÃÄÅā", 'a'},
                                                    {U"çčÇČ", 'c'},
                                                    {U"èéêëÈÉÊËē", 'e'},
                                                    {U"ìíîïÌÍÎÏīİ", 'i'},
                                                    {U"ñÑ", 'n'},
                                                    {U"òóôõöøÒÓÔÕÖØō", 'o'},
                                                    {U"ùúûüÙÚÛÜū", 'u'},
                                                    {U"šŠ", 's'},
                                                    {U"žŽ", 'z'}});

const Row* row_of(std::string_view code) {
  const auto row = std::ranges::lower_bound(kRows, code, {}, &Row::code);
  return row == kRows.end() || row->code != code ? nullptr : &*row;
}

int calling_code(const Row& row) { return row.prefix > 999 ? 1 : row.prefix; }

// The letter without its accent, 0 if it is none that people write a country's name with.
char plain_letter(char32_t c) {
  if (c >= U'a' && c <= U'z') return static_cast<char>(c);
  if (c >= U'A' && c <= U'Z') return static_cast<char>(c - U'A' + U'a');
  for (const Accented& row : kAccented)
    if (row.letters.contains(c)) return row.plain;
  return 0;
}

bool stands_between(char32_t c) {
  return c == U' ' || c == U'-' || c == U'.' || c == U',' || c == U'\'' || c == U'’' || c == U'(' || c == U')';
}

// "Saint Kitts and Nevis", "St. Kitts & Nevis" -> "stkittsandnevis". Nothing if there is what no name has.
std::optional<std::string> plain(std::string_view text) {
  std::string letters;
  while (!text.empty()) {
    const std::optional<char32_t> c = take_code_point(text);
    if (!c) return std::nullopt;
    if (*c == U'&') {
      letters += "and";
    } else if (const char letter = plain_letter(*c); letter != 0) {
      letters += letter;
    } else if (!stands_between(*c)) {
      return std::nullopt;
    }
  }
  if (letters.starts_with("saint")) letters.replace(0, 5, "st");
  return letters;
}

// "The Netherlands", "de Filipijnen", "het Verenigd Koninkrijk".
std::string_view without_article(std::string_view text) {
  const std::size_t blank = std::min(text.find(' '), text.size());
  const auto word = plain(text.substr(0, blank));
  const bool article = blank < text.size() && (word == "the" || word == "de" || word == "het");
  return article ? text.substr(blank + 1) : text;
}

// "+64", "(64)", "00 64" -> 64; nothing if it is no prefix.
std::optional<int> prefix_in(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (c != ' ' && c != '-' && c != '(' && c != ')' && (c != '+' || !digits.empty())) {
      return std::nullopt;
    }
  }
  std::string_view rest = digits;
  if (rest.starts_with("00")) rest.remove_prefix(2);
  if (rest.empty() || rest.front() == '0' || rest.size() > 4) return std::nullopt;
  int prefix = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), prefix);
  return prefix;
}

std::vector<std::string_view> with_prefix(int prefix) {
  const auto second = std::ranges::find(kSecondPrefixes, prefix, &SecondPrefix::prefix);
  if (second != kSecondPrefixes.end()) return {second->code};
  std::vector<std::string_view> codes;
  for (const Row& row : kRows) {
    if (row.prefix != prefix && calling_code(row) != prefix) continue;
    const bool foremost = std::ranges::find(kForemost, row.code) != kForemost.end();
    codes.insert(foremost ? codes.begin() : codes.end(), row.code);
  }
  return codes;
}

}  // namespace

std::string_view country_name(std::string_view code) {
  const Row* row = row_of(code);
  return row == nullptr ? std::string_view{} : row->name;
}

std::string dialling_prefix(std::string_view code) {
  const Row* row = row_of(code);
  if (row == nullptr || row->prefix == 0) return {};
  std::string digits = std::to_string(row->prefix);
  if (digits.size() == 4) digits.insert(1, 1, ' ');
  return "+" + digits;
}

std::vector<std::string_view> countries_meant(std::string_view text, NameElsewhere elsewhere) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (const auto prefix = prefix_in(text)) return with_prefix(*prefix);
  if (const auto code = country_meant(text); !code.empty()) return {code};
  const auto name = plain(text);
  if (!name || name->empty()) return {};
  if (const auto without = without_article(text); without.size() < text.size())
    if (auto meant = countries_meant(without, elsewhere); !meant.empty()) return meant;
  const auto also = std::ranges::find(kAlsoCalled, std::string_view(*name), &AlsoCalled::name);
  if (also != kAlsoCalled.end()) return {also->code};
  for (const Row& row : kRows)
    if (plain(row.name) == name) return {row.code};
  for (const Row& row : kRows)
    if (elsewhere != nullptr && plain(without_article(elsewhere(row.name))) == name) return {row.code};
  return {};
}

bool begins_as_in(const PhoneNumber& number, std::span<const std::string> countries) {
  const auto listed = [&](std::string_view code) { return std::ranges::find(countries, code) != countries.end(); };
  const std::string_view digits = std::string_view(number.e164).substr(1);
  for (std::size_t length = std::min<std::size_t>(4, digits.size()); length > 0; --length) {
    const int prefix = prefix_in(digits.substr(0, length)).value_or(-1);
    const auto second = std::ranges::find(kSecondPrefixes, prefix, &SecondPrefix::prefix);
    if (second != kSecondPrefixes.end()) return listed(second->code);
    if (std::ranges::find(kRows, prefix, &Row::prefix) == kRows.end()) continue;
    return std::ranges::any_of(kRows, [&](const Row& row) { return row.prefix == prefix && listed(row.code); });
  }
  return false;
}

}  // namespace mfa
