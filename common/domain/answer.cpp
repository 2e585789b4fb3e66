#include "common/domain/answer.h"

#include <algorithm>
#include <optional>
#include <string>

#include "common/domain/recovery.h"
#include "common/domain/utf8.h"

namespace mfa {
namespace {

constexpr std::size_t kFewestDigits = 6;
constexpr std::size_t kMostDigits = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string_view class_of(std::string_view typed) {
  if (typed.empty()) return "none";
  if (!valid_utf8(typed)) return "not-utf8";
  if (has_control_characters(typed)) return "control";
  if (std::ranges::all_of(typed, is_digit)) return "digits";
  if (std::ranges::all_of(typed, is_letter)) return "letters";
  return "mixed";
}

// The prompt names recovery codes, so people type just that; "recovery code" would even have the shape of one.
bool asks_for_recovery(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if (c != ' ' && c != '-') letters.push_back(lower(c));
  }
  return letters == "recovery" || letters == "recoverycode" || letters == "recoverycodes";
}

// Without spaces and dashes, if digits are all there is then.
std::optional<Secret> code_digits(std::string_view text) {
  Secret digits(text);
  std::size_t kept = 0;
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    if (!is_digit(c)) return std::nullopt;
    digits.writable()[kept++] = static_cast<std::uint8_t>(c);
  }
  if (kept < kFewestDigits || kept > kMostDigits) return std::nullopt;
  return Secret(digits.text().substr(0, kept));
}

bool is_one_of(std::string_view text, std::string_view letter, std::string_view word) {
  std::string lowered;
  std::ranges::transform(text, std::back_inserter(lowered), lower);
  return lowered == letter || lowered == word;
}

// The code that `text` is, with its shape; nothing else of the answer.
std::optional<Answer> as_code(std::string_view text) {
  Answer answer;
  if (auto digits = code_digits(text)) {
    answer.shape = AnswerShape::digits;
    answer.normal = std::move(*digits);
    return answer;
  }
  if (auto code = normal_recovery_code(text)) {
    answer.shape = AnswerShape::recovery;
    answer.normal = Secret(*code);
    wipe(*code);
    return answer;
  }
  return std::nullopt;
}

// A code with "y" or "n" behind it. A recovery code may end in those letters itself, so it is tried whole first.
std::optional<Answer> as_code_and_choice(std::string_view text) {
  if (auto code = as_code(text)) return code;
  const std::size_t space = text.find_last_of(' ');
  if (space == std::string_view::npos) {
    // "123456y": no code of an app ends in a letter.
    if (text.size() < 2 || !is_digit(text[text.size() - 2])) return std::nullopt;
    const bool yes = lower(text.back()) == 'y';
    auto code = yes || lower(text.back()) == 'n' ? code_digits(text.substr(0, text.size() - 1)) : std::nullopt;
    if (!code) return std::nullopt;
    Answer answer;
    answer.shape = AnswerShape::digits;
    answer.normal = std::move(*code);
    answer.remember = yes;
    return answer;
  }
  const std::string_view choice = text.substr(space + 1);
  const bool yes = is_one_of(choice, "y", "yes");
  if (!yes && !is_one_of(choice, "n", "no")) return std::nullopt;
  auto code = as_code(trimmed(text.substr(0, space)));
  if (code) code->remember = yes;
  return code;
}

}  // namespace

bool is_yes(std::string_view typed) { return is_one_of(trimmed(typed), "y", "yes"); }

Answer read_answer(std::string_view typed) {
  Answer answer;
  answer.length = typed.size();
  answer.bytes = class_of(typed);
  if (answer.bytes == "not-utf8" || answer.bytes == "control") {
    answer.shape = AnswerShape::unreadable;
    return answer;
  }
  const std::string_view text = trimmed(typed);
  if (text.empty()) return answer;
  if (asks_for_recovery(text)) {
    answer.shape = AnswerShape::word;
    answer.normal = Secret(std::string_view("recovery"));
  } else if (auto code = as_code_and_choice(text)) {
    answer.shape = code->shape;
    answer.normal = std::move(code->normal);
    answer.remember = code->remember;
  } else if (std::ranges::all_of(text, is_letter)) {
    answer.shape = AnswerShape::word;
    answer.normal = Secret(text);
    std::ranges::transform(answer.normal.bytes(), answer.normal.writable().begin(),
                           [](std::uint8_t c) { return static_cast<std::uint8_t>(lower(static_cast<char>(c))); });
  } else {
    answer.shape = AnswerShape::other;
  }
  return answer;
}

}  // namespace mfa
