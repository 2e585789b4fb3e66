// What is wrong with a command line, and what to type instead.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/outcome.h"

namespace mfa::cli {

// `group`: "", "admin", "devices" or "helpdesk"; `word`: what stood in the verb's place, "" if nothing did.
[[nodiscard]] Failure unknown_verb(std::string_view group, std::string_view word);
[[nodiscard]] Failure unknown_option(std::string_view verb, std::string_view option);
[[nodiscard]] Failure unexpected_word(std::string_view verb, std::string_view word);
[[nodiscard]] Failure missing_words(std::string_view verb);
// `what` begins with the option's name and a colon.
[[nodiscard]] Failure missing_value(std::string_view verb, std::string_view what);
// Neither was given, or both.
[[nodiscard]] Failure one_of_both(std::string_view verb, std::string_view one, std::string_view other);
[[nodiscard]] Failure no_event(std::string_view name);
[[nodiscard]] Failure no_moment(std::string_view option, std::string_view value);
[[nodiscard]] Failure unknown_kind(std::string_view kind);
[[nodiscard]] Failure unknown_source(std::string_view source);  // of admin import
[[nodiscard]] Failure other_fault(std::string_view verb, std::string_view what);
// Of the value of an option or a place: empty, not UTF-8, or with control characters.
[[nodiscard]] std::optional<Failure> fault_of_word(std::string_view place, std::string_view value);

}  // namespace mfa::cli
