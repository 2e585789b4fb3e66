// Enrolment inside the login that asks for it: what must be shown first, the choice, the app, a name, recovery codes.
//
// Nothing counts until the last answer: whatever breaks it off leaves the account as it was, but for a key that the
// same person may take up again for a quarter of an hour.
#pragma once

#include <optional>

#include "common/flows/assess.h"
#include "common/flows/login.h"
#include "common/flows/login_trail.h"

namespace mfa {

// Nothing: it was put off, and the login goes on as if nothing had been asked.
[[nodiscard]] std::optional<LoginVerdict> enrol_at_login(Engine& engine, LoginTrail& trail, Dialogue& dialogue,
                                                         const Account& account, const Assessment& assessed);

}  // namespace mfa
