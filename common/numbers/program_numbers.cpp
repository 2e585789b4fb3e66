#include "common/numbers/program_numbers.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/domain/utf8.h"
#include "common/numbers/number_message.h"

namespace mfa {
namespace {

using Answers = std::vector<NumberAnswer>;

// Of what need not be asked about.
std::optional<NumberRefusal> refused_unasked(std::string_view typed) {
  if (!valid_utf8(typed) || has_control_characters(typed)) return NumberRefusal::not_a_number;
  if (typed.size() > kLongestTyped) return NumberRefusal::too_long;
  return std::nullopt;
}

// A line each.
Secret questions(std::span<const std::string> typed, std::string_view country) {
  std::vector<Secret> lines;
  std::size_t size = 0;
  for (const std::string& number : typed) {
    if (refused_unasked(number)) continue;
    lines.push_back(write_question({.typed = number, .country = std::string(country)}));
    size += lines.back().size() + 1;
  }
  Secret all = Secret::of_size(size);
  std::size_t used = 0;
  for (const Secret& line : lines) {
    for (const std::uint8_t byte : line.bytes()) all.writable()[used++] = byte;
    all.writable()[used++] = '\n';
  }
  return all;
}

}  // namespace

Answers ProgramNumbers::read_all(std::span<const std::string> typed, std::string_view country) {
  Answers answers;
  answers.reserve(typed.size());
  for (const std::string& number : typed)
    answers.emplace_back(std::unexpected(refused_unasked(number).value_or(NumberRefusal::unavailable)));
  Secret input = questions(typed, country);
  if (input.empty() || typed.size() > kMostNumbers || !objection_to_program(options_.program, options_.owner).empty())
    return answers;
  const auto answer = programs_.run({.path = options_.program,
                                     .arguments = {},
                                     .input = std::move(input),
                                     .limit = options_.limit,
                                     .most_output = kLongestNumberMessage * kMostNumbers,
                                     .closed = options_.closed});
  if (!answer || answer->status != 0) return answers;
  // One line too few or too many, and it is nobody's to say whose number is whose.
  std::string_view lines = answer->output.text();
  Answers read = answers;
  for (NumberAnswer& to : read) {
    if (to.error() != NumberRefusal::unavailable) continue;
    if (lines.empty()) return answers;
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    to = read_facts(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return lines.empty() ? read : answers;
}

std::expected<NumberFacts, NumberRefusal> ProgramNumbers::read(std::string_view typed, std::string_view country) {
  const std::string one(typed);
  return read_all(std::span(&one, 1), country).front();
}

}  // namespace mfa
