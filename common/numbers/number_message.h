// What the engine and mfa-number say to each other: a JSON object (RFC 8259) each way.
//
//   {"version":1,"typed":"021 123 4567","country":"NZ"}
//   {"number":"+64211234567","line":"mobile","country":"NZ","written":"+64 21 123 4567"}  or  {"refused":"too_short"}
//
// Several questions are a line each, and so are the answers, in their order.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "common/domain/phone_number.h"
#include "common/domain/types.h"

namespace mfa {

inline constexpr std::size_t kLongestTyped = 100;  // bytes; a number of 15 digits with all that people put between
inline constexpr std::size_t kLongestNumberMessage = 4096;  // bytes, either way

struct NumberQuestion {
  std::string typed;    // valid UTF-8 of at most kLongestTyped bytes
  std::string country;  // ISO 3166-1 alpha-2
};

[[nodiscard]] Secret write_question(const NumberQuestion& question);
[[nodiscard]] std::optional<NumberQuestion> read_question(std::string_view json);

using NumberAnswer = std::expected<NumberFacts, NumberRefusal>;
[[nodiscard]] Secret write_answer(const NumberAnswer& answer);
// What cannot be an answer is NumberRefusal::unavailable.
[[nodiscard]] NumberAnswer read_facts(std::string_view json);

}  // namespace mfa
