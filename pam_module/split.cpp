#include "pam_module/split.h"

#include <algorithm>
#include <iterator>

namespace mfa {
namespace {

constexpr std::size_t kRecoveryCharacters = 12;                  // common/domain/recovery.h
constexpr std::string_view kPrintedRecovery = "xxxx-xxxx-xxxx";  // x: one of them
constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_gap(char c) { return c == ' ' || c == '-'; }
// With the letters that people type for digits; u alone stands for none.
bool is_of_recovery_code(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return is_digit(c) || (letter && c != 'u' && c != 'U');
}

// How many characters of the kind there are, if gaps are all there is besides.
template <class Is>
std::size_t count_of(std::string_view text, Is is) {
  std::size_t count = 0;
  for (const char c : text) {
    if (is(c)) {
      ++count;
    } else if (!is_gap(c)) {
      return kNowhere;
    }
  }
  return count;
}

bool has_a_length_of(std::string_view text, const CodesDue& codes) {
  const std::size_t count = count_of(text, is_digit);
  return count > 0 && std::any_of(std::begin(codes.digits), std::end(codes.digits),
                                  [count](std::uint8_t digits) { return digits == count; });
}

bool is_recovery_code(std::string_view text) { return count_of(text, is_of_recovery_code) == kRecoveryCharacters; }

bool is_printed_recovery_code(std::string_view text) {
  return text.size() == kPrintedRecovery.size() &&
         std::equal(text.begin(), text.end(), kPrintedRecovery.begin(),
                    [](char c, char shape) { return shape == '-' ? c == '-' : is_of_recovery_code(c); });
}

std::string_view last_of(std::string_view text, std::size_t count) {
  return {text.data() + (text.size() - count), count};
}

std::size_t behind_last_comma(std::string_view text) {
  for (std::size_t i = text.size(); i > 0; --i) {
    if (text[i - 1] == ',') return i;
  }
  return kNowhere;
}

// `dropped` bytes between the two belong to neither.
Parts parts(std::string_view answer, std::size_t code, std::size_t dropped) {
  return {{answer.data(), answer.size() - code - dropped}, last_of(answer, code)};
}

}  // namespace

Parts split(std::string_view answer, const CodesDue& codes) {
  const Parts whole{answer, {}};
  if (!codes.due) return whole;
  const std::size_t comma = behind_last_comma(answer);
  const std::size_t rest = comma == kNowhere ? 0 : answer.size() - comma;
  const std::string_view tail = last_of(answer, rest);
  if (comma != kNowhere && (has_a_length_of(tail, codes) || is_printed_recovery_code(tail)))
    return parts(answer, rest, 1);

  for (const std::size_t digits : codes.digits) {
    if (digits == 0 || digits > answer.size()) continue;
    const std::string_view end = last_of(answer, digits);
    if (std::all_of(end.begin(), end.end(), is_digit)) return parts(answer, digits, 0);
  }
  // After the digits: a password with a comma and a code right behind it may look like a recovery code.
  if (comma != kNowhere && is_recovery_code(tail)) return parts(answer, rest, 1);
  const std::size_t printed = kPrintedRecovery.size();
  if (printed <= answer.size() && is_printed_recovery_code(last_of(answer, printed))) return parts(answer, printed, 0);
  return whole;
}

}  // namespace mfa
