// Telephone numbers: what is known of one, and whether it may be used for texts or calls.
//
// A number is kept as E.164 and shown masked to everyone but its owner. What people type becomes a number in a program
// of its own (common/numbers), which tells facts; what is accepted is decided here.
#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mfa {

// ITU-T E.164: "+", then 7 to 15 digits of which the first is not 0.
struct PhoneNumber {
  std::string e164;
  auto operator<=>(const PhoneNumber&) const = default;
};
[[nodiscard]] std::optional<PhoneNumber> parse_e164(std::string_view text);

// "ending 1234". Of a number of fewer than ten digits "ending 34": four would be most of it.
[[nodiscard]] std::string masked(const PhoneNumber& number);

enum class PhoneUse : std::uint8_t { text, call };

// What libphonenumber tells numbers apart by.
enum class LineKind : std::uint8_t {
  mobile,
  landline,
  either,  // mobile and landline numbers look alike there (US, CA)
  premium,
  shared_cost,  // the caller pays more than for a landline
  voip,
  toll_free,
  personal,  // follows a person, at the caller's cost
  pager,
  company,  // one number for all of an organisation (UAN)
  voicemail,
};
[[nodiscard]] std::string_view name_of(LineKind kind);
[[nodiscard]] std::optional<LineKind> line_kind(std::string_view name);

enum class NumberRefusal : std::uint8_t {
  // Of what was typed.
  not_a_number,
  no_area_code,
  too_short,
  too_long,
  unassigned,  // the right length, but no such number is given out in that country
  extension,   // behind a switchboard
  // Of what it is.
  premium,
  shared_cost,
  voip,
  special,  // toll-free, personal, pager, company, voicemail
  country_not_listed,
  landline_for_texts,
  // It could not be looked at: the program failed.
  unavailable,
};
[[nodiscard]] std::string_view name_of(NumberRefusal refusal);
[[nodiscard]] std::optional<NumberRefusal> number_refusal(std::string_view name);
// For the person who typed it, with what to do: one or two sentences.
[[nodiscard]] std::string_view sentence(NumberRefusal refusal);

struct NumberFacts {
  PhoneNumber number;
  LineKind line = LineKind::mobile;
  std::string country;  // ISO 3166-1 alpha-2; empty: none (satellites, international services)
  std::string written;  // as its owner would write it for abroad: "+64 21 123 4567"
};

// Nothing if it may be used; `countries` are the codes of those that may be texted or called.
[[nodiscard]] std::optional<NumberRefusal> objection(const NumberFacts& facts, PhoneUse use,
                                                     std::span<const std::string> countries);

}  // namespace mfa
