// FIDO2 SSH keys as second factors: registered from their public line, by the helpdesk or, where the configuration
// leaves it to them, by their owners.
#pragma once

#include <expected>
#include <string>

#include "common/flows/requests.h"

namespace mfa {

// `line`: as in a .pub file. Only types of security keys (sk-…) are taken; that it is hardware, no type proves.
[[nodiscard]] std::expected<RegisteredReply, RequestError> enrol_key(Engine& engine, const Asker& asker,
                                                                     const std::string& line, const std::string& name);

struct HelpdeskKey {
  std::string user;
  std::string line;
  std::string name;     // of the factor; may be empty
  std::string reason;   // why, for the trail
  std::string checked;  // how the person was identified, recorded word for word
};
[[nodiscard]] std::expected<RegisteredReply, RequestError> helpdesk_key(Engine& engine, const Asker& asker,
                                                                        const HelpdeskKey& request);

}  // namespace mfa
