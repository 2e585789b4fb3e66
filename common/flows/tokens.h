// Hardware tokens (HOTP) as second factors: registered by their seed, by their owner, by the helpdesk from its stock,
// or by root for someone else.
//
// The seed is typed in the dialogue and comes back to nobody. Where the token is in the hand of whoever registers it,
// two codes in a row prove seed and counter; the second one is spent.
#pragma once

#include <expected>
#include <string>

#include "common/domain/hotp.h"
#include "common/flows/requests.h"

namespace mfa {

[[nodiscard]] std::expected<RegisteredReply, RequestError> enrol_hotp(Engine& engine, const Asker& asker,
                                                                      const std::string& name, int digits);

struct HelpdeskToken {
  std::string user;
  std::string name;     // of the factor; may be empty
  std::string reason;   // why, for the trail
  std::string checked;  // how the person was identified, recorded word for word
  int digits = kHotpDigits;
};
[[nodiscard]] std::expected<RegisteredReply, RequestError> helpdesk_token(Engine& engine, const Asker& asker,
                                                                          const HelpdeskToken& request);

// root only. Nothing is proven: the token may be in the post. It begins at counter 0.
[[nodiscard]] std::expected<RegisteredReply, RequestError> provision_hotp(Engine& engine, const Asker& asker,
                                                                          const std::string& user,
                                                                          const std::string& name, int digits);

}  // namespace mfa
