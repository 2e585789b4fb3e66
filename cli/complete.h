// What may stand next on a command line that is not finished, for the completion of shells. All of it comes from the
// table of verbs that help is made of, so that a new verb or option needs nothing here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

struct Candidate {
  std::string word;
  std::string what;  // it is, in a few words; may be empty
};

// What is listed by somebody else: the shell or the engine.
enum class Listed : std::uint8_t { nothing, files, users, services, factors, devices };

struct Completion {
  std::vector<Candidate> candidates;  // whatever of it was typed already: the shell picks those that begin so
  Listed listed = Listed::nothing;
};

// `words` are those behind the program's name up to the cursor; the last is what was typed of the next one, maybe "".
[[nodiscard]] Completion complete(std::span<const std::string> words);

// For packaging/completion: a line that says what the shell is to list (files, users, services or nothing), then a line
// for each candidate, with a tab before what it is. Fails silently: a person is in the middle of typing.
[[nodiscard]] Outcome<void> print_completion(const Console& console, std::span<const std::string> words);

}  // namespace mfa::cli
