// What other lines of a PAM stack tell of a password: that one was wrong, or that it has been changed.
#pragma once

#include <expected>

#include "common/domain/login_facts.h"
#include "common/flows/identity.h"
#include "common/flows/login.h"

namespace mfa {

// `authfail`: a wrong password from a device whose trust is live is a row and counts against that trust; one from
// anywhere else is only counted, so that the internet's guesses fill nothing. Never lets anyone in.
LoginVerdict count_failed_password(Engine& engine, const LoginFacts& facts,
                                   const std::expected<Account, IdentityError>& account);

// The `password` hook: all trust ends.
LoginVerdict end_trust_for_new_password(Engine& engine, const LoginFacts& facts, const Account& account);

}  // namespace mfa
