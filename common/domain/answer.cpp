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

}  // namespace

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
  } else if (auto digits = code_digits(text)) {
    answer.shape = AnswerShape::digits;
    answer.normal = std::move(*digits);
  } else if (auto code = normal_recovery_code(text)) {
    answer.shape = AnswerShape::recovery;
    answer.normal = Secret(*code);
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
