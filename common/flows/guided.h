// The guided set-up: what an enrolment in the login asks, in numbered steps, at a shell of one's own.
//
// Nothing counts until the last answer: whatever breaks it off leaves the account as it was, but for a key that may be
// taken up again for a quarter of an hour, at the same terminal of the same login session and with the same password.
#pragma once

#include <expected>

#include "common/flows/requests.h"

namespace mfa {

// For who has no factor yet; whoever has one is refused.
[[nodiscard]] std::expected<FactorReply, RequestError> guided_set_up(Engine& engine, const Asker& asker);

}  // namespace mfa
