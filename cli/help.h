// The words of `mfa-enroll --help`: one table of the verbs, from which all help is made.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace mfa::cli {

struct VerbHelp {
  std::string_view name;       // "admin provision"
  std::string_view arguments;  // "USER totp [--name NAME]"
  std::string_view line;       // what it does
  std::string_view more;       // further lines; may be empty
  std::string_view example;
};

// One that goes with every verb.
struct OptionHelp {
  std::string_view letter;  // "-h"; may be empty
  std::string_view name;    // "--help"
  std::string_view value;   // "PATH"; empty without one
  std::string_view line;    // what it does
};

[[nodiscard]] std::span<const VerbHelp> verbs();
[[nodiscard]] std::span<const OptionHelp> general_options();

// Of everything.
[[nodiscard]] std::string general_help();
// Of one verb, or of a group of them ("admin"); "" if there is none of that name.
[[nodiscard]] std::string help_of(std::string_view name);
// "mfa-enroll rename FACTOR NAME"; "" if there is no such verb.
[[nodiscard]] std::string usage_of(std::string_view name);

}  // namespace mfa::cli
