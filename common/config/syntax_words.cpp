#include "common/config/syntax_words.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "common/config/mistakes.h"

namespace mfa {
namespace {

struct Row {
  std::string_view in;    // what was being read; empty: anything
  std::string_view what;  // part of what was wrong with it; empty: anything
  std::string_view words;
};

constexpr std::string_view kQuotes = "a text needs quotes on both sides, such as \"skip\"";
constexpr std::string_view kOpenBracket = "the bracket is not closed";
constexpr std::string_view kOpenQuotes = "the quotes are not closed";
constexpr std::string_view kBraces = "between { and } stand name = value pairs with commas between them";
constexpr std::string_view kNoSuchTime = "there is no such date or time";

// The first that fits.
constexpr auto kRows = std::to_array<Row>({
    {"", "invalid utf-8", "the file is not UTF-8 text"},
    {"", "unexpected control character", "there is a control character"},
    {"value", "could not determine value type", kQuotes},
    {"value", "end-of-file", "there is no value behind the \"=\""},
    {"boolean", "", kQuotes},
    {"key-value pair", "expected '='", "there is no \"=\" behind the name"},
    {"key-value pair", "expected value", "there is no value behind the \"=\""},
    {"key-value pair", "end-of-file", "there is no value behind the \"=\""},
    {"key-value pair", "expected a comment or whitespace", "something follows the value on the same line"},
    {"key-value pair", "'\\r'", "a line ends in a carriage return alone"},
    {"table header", "blank", "there is no name between the brackets"},
    {"table header", "", kOpenBracket},
    {"string", "escape sequence", "a backslash between double quotes is special; between single quotes it is not"},
    {"string", "", kOpenQuotes},
    {"literal string", "", kOpenQuotes},
    {"array", "expected comma", "between the values of a list stand commas, and ] at its end"},
    {"array", "", "the list is not closed with ]"},
    {"inline table", "", kBraces},
    {"date", "", kNoSuchTime},
    {"time", "", kNoSuchTime},
    {"date-time", "", kNoSuchTime},
    {"decimal integer", "leading zeroes", "a number does not begin with 0"},
    {"decimal integer", "not representable", "the number is too large"},
    {"decimal integer", "", "a number is digits alone; anything else is a text and needs quotes, such as \"30s\""},
    {"key", "", "a name is letters, digits, - and _"},
    {"root table", "", "a line begins with a name, a table in brackets, or #"},
});

// "cannot redefine existing integer 'x'": the name.
std::string_view name_in(std::string_view detail) {
  const std::size_t begin = detail.find('\'');
  const std::size_t end = detail.rfind('\'');
  return begin < end && end != std::string_view::npos ? detail.substr(begin + 1, end - begin - 1) : "";
}

}  // namespace

std::string in_plain_words(std::string_view said) {
  constexpr std::string_view kPrefix = "Error while parsing ";
  std::string_view in;
  std::string_view detail = said;
  if (const std::size_t colon = said.find(": "); said.starts_with(kPrefix) && colon != std::string_view::npos) {
    in = said.substr(kPrefix.size(), colon - kPrefix.size());
    detail = said.substr(colon + 2);
  }
  if (detail.starts_with("cannot redefine")) {
    const std::string again = in_quotes(name_in(detail)) + " is there already";
    return detail.contains("array-of-tables")
               ? again + "; a table of which there are several has two brackets everywhere"
               : again;
  }
  const auto* row = std::ranges::find_if(
      kRows, [&](const Row& known) { return (known.in.empty() || known.in == in) && detail.contains(known.what); });
  return row == kRows.end() ? "this line cannot be read" : std::string(row->words);
}

}  // namespace mfa
