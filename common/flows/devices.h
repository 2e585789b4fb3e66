// Trusted devices at a shell: which there are, and forgetting them; and root's word that a password was changed where
// this host cannot see it.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/domain/trust.h"
#include "common/flows/identity.h"
#include "common/flows/requests.h"

namespace mfa {

// Those for which trust holds as far as the store knows, on any server of it. With the password's version now (nothing:
// it is not known) those whose trust a new password has ended, though no login from there has met it yet, are told to
// be so.
[[nodiscard]] std::vector<DeviceEntry> devices_of(std::span<const Trust> trusts, UnixTime now,
                                                  const std::optional<std::string>& password_version = std::nullopt);
// That version; not asked for where there is nothing it could matter to.
[[nodiscard]] std::optional<std::string> version_for(Engine& engine, const Account& account,
                                                     std::span<const Trust> trusts);

[[nodiscard]] std::expected<DevicesReply, RequestError> devices(Engine& engine, const Asker& asker);
// `device`: an id ("device-3"), or empty for all of them. The reply names those that were forgotten.
[[nodiscard]] std::expected<DevicesReply, RequestError> forget_devices(Engine& engine, const Asker& asker,
                                                                       const std::string& device);

struct NewPasswordReply {
  std::vector<DeviceEntry> devices;  // whose trust ended
  bool bypass_ended = false;         // a bypass code was good until now: whoever knew the old password may have it
};
// root only.
[[nodiscard]] std::expected<NewPasswordReply, RequestError> password_changed(Engine& engine, const Asker& asker,
                                                                             const std::string& user);

}  // namespace mfa
