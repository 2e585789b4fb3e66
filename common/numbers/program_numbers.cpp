#include "common/numbers/program_numbers.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "common/domain/utf8.h"
#include "common/numbers/number_message.h"

namespace mfa {
namespace {

using Answers = std::vector<NumberAnswer>;

constexpr int kMostFailedRuns = 64;   // of one request
constexpr int kMostRunsThatHang = 8;  // each up to its limit; whoever waits for the request gives up after a minute

// Of what need not be asked about.
std::optional<NumberRefusal> refused_unasked(std::string_view typed) {
  if (!valid_utf8(typed) || has_control_characters(typed)) return NumberRefusal::not_a_number;
  if (typed.size() > kLongestTyped) return NumberRefusal::too_long;
  return std::nullopt;
}

Answers unasked(std::span<const std::string> typed) {
  Answers answers;
  answers.reserve(typed.size());
  for (const std::string& number : typed)
    answers.emplace_back(std::unexpected(refused_unasked(number).value_or(NumberRefusal::unavailable)));
  return answers;
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

// In one run of the program; nothing if it failed.
std::optional<Answers> ProgramNumbers::ask(std::span<const std::string> typed, std::string_view country) {
  Answers read = unasked(typed);
  Secret input = questions(typed, country);
  if (input.empty()) return read;
  const auto answer = programs_.run({.path = options_.program,
                                     .arguments = {},
                                     .input = std::move(input),
                                     .limit = options_.limit,
                                     .most_output = kLongestNumberMessage * kMostNumbers,
                                     .closed = options_.closed});
  if (!answer || answer->status != 0) return std::nullopt;
  // One line too few or too many, and it is nobody's to say whose number is whose.
  std::string_view lines = answer->output.text();
  for (NumberAnswer& to : read) {
    if (to.error() != NumberRefusal::unavailable) continue;
    if (lines.empty()) return std::nullopt;
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    to = read_facts(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  if (!lines.empty()) return std::nullopt;
  return read;
}

// Where a run fails, maybe at one number alone, its halves are asked about apart, so that the others are read.
Answers ProgramNumbers::read_all(std::span<const std::string> typed, std::string_view country) {
  Answers answers = unasked(typed);
  if (typed.size() > kMostNumbers || !objection_to_program(options_.program, options_.owner).empty()) return answers;
  const auto until = std::chrono::steady_clock::now() + (kMostRunsThatHang * options_.limit);
  int failed = 0;
  std::vector<std::span<const std::string>> left{typed};
  while (!left.empty() && failed < kMostFailedRuns && std::chrono::steady_clock::now() < until) {
    const auto part = left.back();
    left.pop_back();
    if (auto read = ask(part, country)) {
      std::ranges::move(*read, answers.begin() + (part.data() - typed.data()));
      continue;
    }
    ++failed;
    if (part.size() < 2) continue;
    left.push_back(part.subspan(part.size() / 2));
    left.push_back(part.first(part.size() / 2));
  }
  return answers;
}

std::expected<NumberFacts, NumberRefusal> ProgramNumbers::read(std::string_view typed, std::string_view country) {
  const std::string one(typed);
  return read_all(std::span(&one, 1), country).front();
}

}  // namespace mfa
