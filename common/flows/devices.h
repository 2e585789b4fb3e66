// Trusted devices at a shell: which there are, and forgetting them; and root's word that a password was changed where
// this host cannot see it.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include "common/domain/trust.h"
#include "common/flows/requests.h"

namespace mfa {

// Those for which trust holds as far as the store knows, on any server of it.
[[nodiscard]] std::vector<DeviceEntry> devices_of(std::span<const Trust> trusts, UnixTime now);

[[nodiscard]] std::expected<DevicesReply, RequestError> devices(Engine& engine, const Asker& asker);
// `device`: an id ("device-3"), or empty for all of them. The reply names those that were forgotten.
[[nodiscard]] std::expected<DevicesReply, RequestError> forget_devices(Engine& engine, const Asker& asker,
                                                                       const std::string& device);
// root only. The reply names the devices whose trust ended.
[[nodiscard]] std::expected<DevicesReply, RequestError> password_changed(Engine& engine, const Asker& asker,
                                                                         const std::string& user);

}  // namespace mfa
