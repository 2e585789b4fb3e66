#include "common/numbers/program_numbers.h"

#include "common/domain/utf8.h"
#include "common/numbers/number_message.h"

namespace mfa {

std::expected<NumberFacts, NumberRefusal> ProgramNumbers::read(std::string_view typed, std::string_view country) {
  if (!valid_utf8(typed) || has_control_characters(typed)) return std::unexpected(NumberRefusal::not_a_number);
  if (typed.size() > kLongestTyped) return std::unexpected(NumberRefusal::too_long);
  if (!objection_to_program(options_.program, options_.owner).empty())
    return std::unexpected(NumberRefusal::unavailable);
  const auto answer =
      programs_.run({.path = options_.program,
                     .arguments = {},
                     .input = write_question({.typed = std::string(typed), .country = std::string(country)}),
                     .limit = options_.limit,
                     .most_output = kLongestNumberMessage,
                     .closed = options_.closed});
  if (!answer || answer->status != 0) return std::unexpected(NumberRefusal::unavailable);
  return read_facts(answer->output.text());
}

}  // namespace mfa
