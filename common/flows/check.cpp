#include "common/flows/check.h"

#include "common/flows/step_up.h"

namespace mfa {

std::expected<CheckReply, RequestError> check_store(Engine& engine, const Asker& asker) {
  if (!may(asker.caller.uid, Verb::check_store))
    return std::unexpected(refused("Only root may look through the store.", "Run it with sudo."));
  return CheckReply{.store = engine.store.examine(), .path = engine.settings.store_path};
}

}  // namespace mfa
