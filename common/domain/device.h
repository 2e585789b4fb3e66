// What a trusted device is, by what a login itself shows: the SSH key that was the first factor, else the address, else
// the machine's own console. Nothing a client merely says.
//
// The three kinds never stand in for each other: trust by a key is not trust by the address it came from.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/domain/login_facts.h"
#include "common/domain/policy.h"

namespace mfa {

enum class DeviceKind : std::uint8_t { key = 1, address = 2, console = 3 };
[[nodiscard]] std::string_view name_of(DeviceKind kind);

struct Device {
  DeviceKind kind = DeviceKind::address;
  std::string id;  // "SHA256:…" as ssh-keygen -l shows it; "203.0.113.7"; "2001:db8:1:2::/64"; "console"
  auto operator<=>(const Device&) const = default;
};

// The public key of one `publickey TYPE BASE64` line.
struct SshKey {
  std::string type;         // of the key itself: of a certificate the certified key's
  std::string fingerprint;  // "SHA256:" and unpadded base64 of the SHA-256 of the key's wire form (RFC 4253 §6.6)
  [[nodiscard]] bool hardware_type() const;  // an sk type; which does not prove hardware
};
// Of a line of authorized_keys, a .pub file or SSH_AUTH_INFO_0 from the type on. Nothing if it is malformed: the type
// written in front and the one inside must agree.
[[nodiscard]] std::optional<SshKey> parse_ssh_key(std::string_view type_and_base64);

// The key that was the first factor; nothing if there was none, or if several were (AuthenticationMethods
// publickey,publickey): then none of them alone is the device.
[[nodiscard]] std::optional<SshKey> key_of(const LoginFacts& facts);

// Where a login comes from, as a device. `key`: the fingerprint of the SSH key that was the first factor.
[[nodiscard]] std::optional<Device> device_at(std::string_view service, const Origin& origin,
                                              const std::optional<std::string>& key, std::span<const Network> shared);

// Nothing: this login comes from no device that could be trusted. sudo, su and polkit have none by design; an address
// in `shared` (NATs, jump hosts) is no device, nor is one of IPv6 whose /64 tells nobody apart (link-local, NAT64, …).
[[nodiscard]] std::optional<Device> device_of(const LoginFacts& facts, std::span<const Network> shared);

}  // namespace mfa
