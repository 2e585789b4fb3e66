// Setting up an authenticator app: a key is made, shown once, proven by a code, and only then kept.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "common/domain/otpauth.h"
#include "common/flows/app_set_up.h"
#include "common/flows/requests.h"

namespace mfa {

// kTotpKeyBytes of randomness, or an error if there is none.
[[nodiscard]] std::expected<Secret, RequestError> new_totp_key(Engine& engine);

// What an app gets to see: issuer, account, key and how codes are made.
[[nodiscard]] OtpauthUri app_uri(const Engine& engine, const Account& account, const Secret& key);

// Why a set-up ended without an app.
[[nodiscard]] RequestError set_up_ended(SetUpEnd how);

// A full set in normal form.
[[nodiscard]] std::expected<std::vector<std::string>, RequestError> new_recovery_codes(Engine& engine);
[[nodiscard]] std::vector<std::string> shown(const std::vector<std::string>& codes);

}  // namespace mfa
