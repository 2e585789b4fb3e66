// What a look through the store found, and what to do about it.
#pragma once

#include <expected>
#include <string>

#include "common/check/finding.h"
#include "common/ports/store.h"

namespace mfa {

// `path`: of the store; the key lies beside it.
[[nodiscard]] Findings judge_store(const std::expected<StoreCondition, StoreError>& looked, const std::string& path);

}  // namespace mfa
