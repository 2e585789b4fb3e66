// What went wrong, for a person or a script.
//
//   mfa-enroll: error: You have no factor of that name.
//   mfa-enroll: hint: mfa-enroll status lists them.
// With --json one line instead: {"error":"…","hint":"…"}.
#pragma once

#include <string>

#include "cli/outcome.h"
#include "cli/style.h"

namespace mfa::cli {

// What the engine said does not fit what was asked.
[[nodiscard]] Failure nonsense();

[[nodiscard]] std::string failure_text(const Failure& failure, const Style& style);
[[nodiscard]] std::string failure_json(const Failure& failure);

}  // namespace mfa::cli
