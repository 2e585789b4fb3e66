// For programs that ask once (`forward_pass`): which codes may stand behind the password in the one answer.
#pragma once

#include <expected>

#include "common/domain/login_facts.h"
#include "common/flows/identity.h"
#include "common/flows/login.h"

namespace mfa {

// What the login will come to, should the password be right. LoginResult::done, with `codes` if a code is due then;
// without them all of the answer is the password, as it is for whoever has no factor, is trusted, or is unknown. The
// password has not been checked: nothing of this is for the person, and nothing is recorded.
LoginVerdict codes_due(Engine& engine, const LoginFacts& facts, Caller caller,
                       const std::expected<Account, IdentityError>& account);

}  // namespace mfa
