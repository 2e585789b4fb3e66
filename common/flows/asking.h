// Switching off, for oneself, being asked for a code, where the rules leave that to people; and on again.
//
// Off takes a fresh proof of password and factor, and ends all trust. What a rule requires stays required.
#pragma once

#include <expected>
#include <optional>

#include "common/flows/requests.h"

namespace mfa {

struct AskingReply {
  bool asked = true;                      // from now on
  bool changed = false;                   // or it was so before
  std::optional<UnixTime> required_from;  // when a rule takes the choice away
};
[[nodiscard]] std::expected<AskingReply, RequestError> disable_asking(Engine& engine, const Asker& asker);
[[nodiscard]] std::expected<AskingReply, RequestError> enable_asking(Engine& engine, const Asker& asker);

}  // namespace mfa
