#include "common/domain/device.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <vector>

namespace mfa {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kLongestKey = 16384;  // bytes of base64: an RSA-16384 certificate is smaller
constexpr std::size_t kSha256Bytes = 32;
constexpr std::size_t kTrustedV6Bytes = 8;  // a /64: the part of an IPv6 address that privacy extensions leave alone

// Services whose caller already is somebody on this machine: they neither earn nor use trust.
constexpr std::array<std::string_view, 10> kNoDevice{"sudo",      "sudo-i",   "su",     "su-l", "runuser",
                                                     "runuser-l", "polkit-1", "pkexec", "doas", "systemd-run0"};

// Types and how many fields (RFC 4251 §5 strings and mpints) of the certificate, after its nonce, are the key.
struct KeyType {
  std::string_view certificate;
  std::string_view plain;
  int fields;
};
constexpr std::array kCertificates{
    KeyType{"ssh-rsa-cert-v01@openssh.com", "ssh-rsa", 2},
    KeyType{"ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519", 1},
    KeyType{"ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp256", 2},
    KeyType{"ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp384", 2},
    KeyType{"ecdsa-sha2-nistp521-cert-v01@openssh.com", "ecdsa-sha2-nistp521", 2},
    KeyType{"sk-ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com", 2},
    KeyType{"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", 3},
};

std::optional<Bytes> base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > kLongestKey) return std::nullopt;
  Bytes bytes(text.size() / 4 * 3);
  const int length =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (length < 0 || static_cast<std::size_t>(length) != bytes.size()) return std::nullopt;
  const std::size_t padding = text.size() - std::min(text.find('='), text.size());
  if (padding > 2 || !std::ranges::all_of(text.substr(text.size() - padding), [](char c) { return c == '='; }))
    return std::nullopt;
  bytes.resize(bytes.size() - padding);
  return bytes;
}

// Takes one length-prefixed field off the front.
std::optional<std::span<const std::uint8_t>> take(std::span<const std::uint8_t>& rest) {
  if (rest.size() < 4) return std::nullopt;
  const std::size_t length =
      (std::size_t{rest[0]} << 24U) | (std::size_t{rest[1]} << 16U) | (std::size_t{rest[2]} << 8U) | rest[3];
  if (rest.size() - 4 < length) return std::nullopt;
  const auto field = rest.subspan(4, length);
  rest = rest.subspan(4 + length);
  return field;
}

// Nothing but whole fields, one at least.
bool whole_fields(std::span<const std::uint8_t> rest) {
  if (rest.empty()) return false;
  while (!rest.empty()) {
    if (!take(rest)) return false;
  }
  return true;
}

void put(Bytes& out, std::span<const std::uint8_t> field) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out.push_back(static_cast<std::uint8_t>(field.size() >> shift));
  out.insert(out.end(), field.begin(), field.end());
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// The wire form of the key that a certificate certifies.
std::optional<Bytes> certified_key(const KeyType& type, std::span<const std::uint8_t> blob) {
  if (!take(blob) || !take(blob)) return std::nullopt;  // the type and the nonce
  Bytes key;
  put(key, bytes_of(type.plain));
  for (int field = 0; field < type.fields; ++field) {
    const auto bytes = take(blob);
    if (!bytes) return std::nullopt;
    put(key, *bytes);
  }
  return key;
}

std::optional<std::string> fingerprint(const Bytes& key) {
  std::array<std::uint8_t, kSha256Bytes> digest{};
  if (EVP_Digest(key.data(), key.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) return std::nullopt;
  std::array<unsigned char, (kSha256Bytes + 2) / 3 * 4 + 1> text{};
  const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
  std::string result(text.begin(), text.begin() + length);
  while (result.ends_with('=')) result.pop_back();
  return "SHA256:" + result;
}

std::string_view next_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

// Networks in which a /64 is nobody's: on every link the same (RFC 4291 §2.5.6), or the address of an IPv4 client
// stands behind it, so that all of those are in one: the unspecified, loopback and IPv4-compatible ones, NAT64 and its
// like (RFC 6052, RFC 8215), Teredo (RFC 4380).
struct Block {
  std::array<std::uint8_t, 8> begin;
  int prefix;
};
constexpr std::array kNobodysV6{
    Block{{0xFE, 0x80}, 10},
    Block{{}, 64},
    Block{{0x00, 0x64, 0xFF, 0x9B}, 64},
    Block{{0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01}, 48},
    Block{{0x20, 0x01, 0x00, 0x00}, 32},
};

constexpr std::uint8_t kLoopbackV4 = 127;  // RFC 1122 §3.2.1.3: whoever has a shell here has it

bool is_nobodys(const Address& address) {
  if (!address.v6) return address.bytes[0] == kLoopbackV4;
  return std::ranges::any_of(kNobodysV6, [&](const Block& block) {
    Network network{.address = {.v6 = true, .bytes = {}}, .prefix = block.prefix};
    std::ranges::copy(block.begin, network.address.bytes.begin());
    return contains(network, address);
  });
}

std::string v6_network(const Address& address) {
  Address network{.v6 = true, .bytes = {}};
  std::copy_n(address.bytes.begin(), kTrustedV6Bytes, network.bytes.begin());
  return to_string(network) + "/64";
}

}  // namespace

std::string_view name_of(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::key:
      return "key";
    case DeviceKind::address:
      return "address";
    case DeviceKind::console:
      return "console";
  }
  return "";
}

bool SshKey::hardware_type() const { return type.starts_with("sk-"); }

std::optional<SshKey> parse_ssh_key(std::string_view type_and_base64) {
  const std::string_view type = next_word(type_and_base64);
  const auto blob = base64(next_word(type_and_base64));
  if (type.empty() || !blob) return std::nullopt;
  std::span<const std::uint8_t> rest(*blob);
  const auto inner = take(rest);
  if (!inner || !std::ranges::equal(*inner, bytes_of(type))) return std::nullopt;

  const auto* certificate = std::ranges::find(kCertificates, type, &KeyType::certificate);
  if (certificate == kCertificates.end() && !whole_fields(rest)) return std::nullopt;
  std::optional<Bytes> key = blob;
  if (certificate != kCertificates.end()) key = certified_key(*certificate, *blob);
  if (certificate == kCertificates.end() && type.contains("-cert-")) return std::nullopt;
  if (!key) return std::nullopt;
  auto print = fingerprint(*key);
  if (!print) return std::nullopt;
  return SshKey{.type = std::string(certificate == kCertificates.end() ? type : certificate->plain),
                .fingerprint = *std::move(print)};
}

std::optional<SshKey> key_of(const LoginFacts& facts) {
  if (!facts.from_root) return std::nullopt;
  constexpr std::string_view kMethod = "publickey ";
  std::optional<SshKey> found;
  std::string_view rest = facts.ssh_auth_info;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!line.starts_with(kMethod)) continue;
    if (found) return std::nullopt;
    found = parse_ssh_key(line.substr(kMethod.size()));
    if (!found) return std::nullopt;
  }
  return found;
}

std::optional<Device> device_of(const LoginFacts& facts, std::span<const Network> shared) {
  if (!facts.from_root) return std::nullopt;
  const auto key = key_of(facts);
  // A key was used that cannot be told: its address is not the device instead.
  if (!key && (facts.ssh_auth_info.contains("publickey ") || facts.ssh_auth_info.starts_with(kAuthInfoCut)))
    return std::nullopt;
  return device_at(facts.service, origin_of(facts), key ? std::optional(key->fingerprint) : std::nullopt, shared);
}

std::optional<Device> device_at(std::string_view service, const Origin& origin, const std::optional<std::string>& key,
                                std::span<const Network> shared) {
  if (std::ranges::find(kNoDevice, service) != kNoDevice.end()) return std::nullopt;
  if (key) return Device{.kind = DeviceKind::key, .id = *key};
  if (std::holds_alternative<Console>(origin)) return Device{.kind = DeviceKind::console, .id = "console"};
  const auto* address = std::get_if<Address>(&origin);
  if (address == nullptr || is_nobodys(*address)) return std::nullopt;
  if (std::ranges::any_of(shared, [&](const Network& network) { return contains(network, *address); }))
    return std::nullopt;
  return Device{.kind = DeviceKind::address, .id = address->v6 ? v6_network(*address) : to_string(*address)};
}

}  // namespace mfa
