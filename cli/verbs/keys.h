// FIDO2 SSH keys as second factors: one's own, and for someone else by the helpdesk.
#pragma once

#include <string>

#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

struct KeyOptions {
  std::string file;  // of the public key; "-" or "": standard input, or a question on a terminal
  std::string name;  // of the factor; "": the engine names it
  std::string home;  // whose .ssh is looked into for a key to offer; "": none is offered
};
[[nodiscard]] Outcome<void> key(const Console& console, const KeyOptions& options);

struct HelpdeskKeyOptions {
  std::string user;
  std::string file;  // as above
  std::string reason;
  std::string checked;  // how the person was identified; may be empty
  std::string name;
};
// On a terminal the clerk first confirms whom this changes.
[[nodiscard]] Outcome<void> helpdesk_key(const Console& console, const HelpdeskKeyOptions& options);

}  // namespace mfa::cli
