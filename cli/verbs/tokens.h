// Hardware tokens as second factors: one's own, by the helpdesk for someone else, by root. The seed is asked for in the
// dialogue; it is never an argument.
#pragma once

#include <string>

#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

// Empty texts: not given.
struct TokenOptions {
  std::string name;    // of the factor; "": the engine names it
  std::string digits;  // "6" or "8"
};
[[nodiscard]] Outcome<void> hotp(const Console& console, const TokenOptions& options);

struct HelpdeskTokenOptions {
  std::string user;
  std::string reason;
  std::string checked;  // how the person was identified
  TokenOptions token;
};
// On a terminal the clerk first confirms whom this changes.
[[nodiscard]] Outcome<void> helpdesk_token(const Console& console, const HelpdeskTokenOptions& options);

// The recovery codes of `user` go to standard output, once, to be handed over.
[[nodiscard]] Outcome<void> admin_provision_hotp(const Console& console, const std::string& user,
                                                 const TokenOptions& options);

}  // namespace mfa::cli
