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

[[nodiscard]] std::string failure_text(const Failure& failure, const Style& style);
[[nodiscard]] std::string failure_json(const Failure& failure);

}  // namespace mfa::cli
