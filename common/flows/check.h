// `admin check`: what the engine alone can tell, since it holds the store.
#pragma once

#include <expected>
#include <string>

#include "common/flows/requests.h"

namespace mfa {

// That the store cannot be used is an answer here, not an error.
struct CheckReply {
  std::expected<StoreCondition, StoreError> store;
  std::string path;  // of the store
};
[[nodiscard]] std::expected<CheckReply, RequestError> check_store(Engine& engine, const Asker& asker);

}  // namespace mfa
