#include "common/config/fields.h"

#include <cstdint>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/config/moments.h"
#include "common/domain/utf8.h"

namespace mfa {
namespace {

constexpr std::string_view kLater = "is not part of this release; take it out";

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

void Field::wrong_type(std::string_view wanted) const {
  wrong(fmt::format("must be {}, not {}", wanted, type_of(value)));
}

std::optional<std::string> text_in(const Field& field, std::size_t longest) {
  const auto* text = std::get_if<std::string>(&field.value.is);
  if (text == nullptr) {
    field.wrong_type("a string");
  } else if (text->empty()) {
    field.wrong("must not be empty");
  } else if (!valid_utf8(*text) || has_control_characters(*text)) {
    field.wrong("must be one line without control characters");
  } else if (text->front() == ' ' || text->back() == ' ') {
    field.wrong("must not begin or end with a space");
  } else if (count_code_points(*text) > longest) {
    field.wrong(fmt::format("must have at most {} characters", longest));
  } else {
    return *text;
  }
  return std::nullopt;
}

std::optional<int> number_in(const Field& field, int least, int most, std::string_view why) {
  const auto* number = std::get_if<std::int64_t>(&field.value.is);
  if (number == nullptr) {
    field.wrong_type(fmt::format("a whole number from {} to {}", least, most));
    return std::nullopt;
  }
  if (*number < least || *number > most) {
    field.wrong(fmt::format("must be from {} to {}, not {}{}{}", least, most, *number, why.empty() ? "" : ": ", why));
    return std::nullopt;
  }
  return static_cast<int>(*number);
}

std::optional<bool> truth_in(const Field& field) {
  const auto* truth = std::get_if<bool>(&field.value.is);
  if (truth == nullptr) {
    field.wrong_type("true or false");
    return std::nullopt;
  }
  return *truth;
}

std::optional<std::chrono::seconds> span_in(const Field& field, std::string_view least, std::string_view most) {
  constexpr std::string_view kForm = "a span of time such as \"30s\", \"10m\", \"1h\" or \"30d\"";
  const auto* text = std::get_if<std::string>(&field.value.is);
  if (text == nullptr) {
    field.wrong_type(kForm);
    return std::nullopt;
  }
  const std::optional<std::chrono::seconds> span = parse_span(*text);
  if (!span) {
    field.wrong(fmt::format("must be {}, not {}", kForm, in_quotes(*text)));
    return std::nullopt;
  }
  if (span < parse_span(least) || span > parse_span(most)) {
    field.wrong(fmt::format("must be from {} to {}, not {}", least, most, *text));
    return std::nullopt;
  }
  return span;
}

std::optional<UnixTime> moment_in(const Field& field) {
  const auto* written = std::get_if<DateTime>(&field.value.is);
  if (written == nullptr) {
    const bool in_quotes = std::holds_alternative<std::string>(field.value.is);
    field.wrong_type(in_quotes ? "a date such as 2026-12-01, without quotes" : "a date such as 2026-12-01");
    return std::nullopt;
  }
  const std::expected<UnixTime, std::string> moment = moment_of(*written);
  if (!moment) {
    field.wrong(moment.error());
    return std::nullopt;
  }
  return *moment;
}

std::optional<std::string> word_in(const Field& field, std::span<const std::string_view> words,
                                   std::span<const std::string_view> later) {
  const auto* word = std::get_if<std::string>(&field.value.is);
  if (word != nullptr && is_one_of(*word, words)) return *word;
  if (word == nullptr) {
    field.wrong_type(fmt::format("\"{}\"", fmt::join(words, "\" or \"")));
  } else if (is_one_of(*word, later)) {
    field.wrong(fmt::format("{} {}", in_quotes(*word), kLater));
  } else {
    field.wrong(fmt::format("must be \"{}\", not {}{}", fmt::join(words, "\" or \""), in_quotes(*word),
                            suggestion(*word, words)));
  }
  return std::nullopt;
}

std::optional<std::vector<Field>> list_in(const Field& field, EmptyList empty) {
  const auto* list = std::get_if<List>(&field.value.is);
  if (list == nullptr) {
    const auto* text = std::get_if<std::string>(&field.value.is);
    field.wrong_type(text != nullptr ? fmt::format("a list: [{}]", in_quotes(*text)) : "a list");
    return std::nullopt;
  }
  if (list->empty() && empty == EmptyList::wrong) {
    field.wrong("must not be an empty list: leave the key out to name everything");
    return std::nullopt;
  }
  std::vector<Field> elements;
  for (const Value& value : *list) {
    elements.push_back({.name = field.name, .value = value, .mistakes = field.mistakes});
  }
  return elements;
}

const Table* table_in(const Field& field, std::string_view written) {
  const auto* table = std::get_if<Table>(&field.value.is);
  if (table == nullptr) field.wrong_type(fmt::format("a table of keys, written {}", written));
  return table;
}

void refuse_key(const Entry& entry, const std::string& prefix, std::span<const std::string_view> known,
                std::span<const std::string_view> later, Mistakes& mistakes) {
  if (is_one_of(entry.key, later)) {
    mistakes.add(entry.place, fmt::format("{}{} {}", prefix, entry.key, kLater));
  } else {
    mistakes.add(entry.place,
                 fmt::format("{}{} is not a key{}", prefix, in_quotes(entry.key), suggestion(entry.key, known)));
  }
}

}  // namespace mfa
