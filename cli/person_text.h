// Somebody else's second factor as the helpdesk reads it. Pure: a reply to `helpdesk show` in, text out.
#pragma once

#include <cstdint>
#include <string>

#include "cli/json.h"
#include "cli/style.h"

namespace mfa::cli {

// Whom a clerk is about to change: "  alice (Alice Liddell, uid 2001)", then last login and factors. Whole lines.
[[nodiscard]] std::string person_lines(const Json& shown, const std::string& account);

// The whole of `helpdesk show`. `account`: as account_in_words says; `now` in seconds since the epoch.
[[nodiscard]] std::string person_text(const Json& shown, const std::string& account, std::int64_t now,
                                      const Style& style);

}  // namespace mfa::cli
