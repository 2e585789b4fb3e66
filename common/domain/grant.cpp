#include "common/domain/grant.h"

#include <algorithm>

namespace mfa {
namespace {

constexpr std::string_view kEnded = "ended: ";

}  // namespace

std::string_view name_of(Opening opening) {
  switch (opening) {
    case Opening::bypass_code:
      return "bypass_code";
    case Opening::exemption:
      return "exemption";
    case Opening::journeys:
      return "journeys";
    case Opening::enrolment_code:
      return "enrolment_code";
    case Opening::asking_off:
      return "disabled";
  }
  return {};
}

std::string ended_terms(std::span<const Opening> ended) {
  std::string terms;
  for (const Opening opening : ended) {
    std::string name(name_of(opening));
    std::ranges::replace(name, '_', ' ');
    terms += (terms.empty() ? std::string(kEnded) : ", ") + name;
  }
  return terms;
}

bool tells_of_ended(std::string_view reason) { return reason.starts_with(kEnded); }

bool still_holds(UnixTime until, UnixTime now, std::chrono::seconds longest) {
  return now < until && until - now <= longest;
}

// Of 2^64 numbers the remainder by 10^8 favours none by more than 1 in 10^11.
std::string bypass_code(std::span<const std::uint8_t, kBypassBytes> random) {
  std::uint64_t bits = 0;
  for (const std::uint8_t byte : random) bits = bits << 8U | byte;
  std::string code(kBypassDigits, '0');
  for (char& digit : code) {
    digit = static_cast<char>('0' + bits % 10);
    bits /= 10;
  }
  return code;
}

std::string shown_bypass_code(std::string_view code) {
  const std::size_t half = code.size() / 2;
  return std::string(code.substr(0, half)).append(" ").append(code.substr(half));
}

}  // namespace mfa
