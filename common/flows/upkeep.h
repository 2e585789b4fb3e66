// What root does to the store as a whole: a new key.
#pragma once

#include <expected>

#include "common/flows/requests.h"

namespace mfa {

// Others wait while it is done, about a second for 100,000 people.
[[nodiscard]] std::expected<KeyRotation, RequestError> rotate_key(Engine& engine, const Asker& asker);

}  // namespace mfa
