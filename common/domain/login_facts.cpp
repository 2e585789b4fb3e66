#include "common/domain/login_facts.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace mfa {
namespace {

// The types that OpenSSH's PROTOCOL.u2f gives to keys on a security key, and to certificates of such keys.
constexpr std::array<std::string_view, 4> kSecurityKeyTypes{
    "sk-ssh-ed25519@openssh.com",
    "sk-ssh-ed25519-cert-v01@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
};

// Names of serial lines in Linux: 8250 and its like, ARM's, USB adapters and modems, hypervisors, s390.
constexpr std::array<std::string_view, 8> kSerialLines{"ttyS",   "ttyAMA", "ttyUSB", "ttyACM",
                                                       "ttymxc", "hvc",    "xvc",    "ttysclp"};

constexpr std::size_t kLongestZone = 32;  // characters; Linux names interfaces with at most 15 (IFNAMSIZ)

// Takes what stands before the first `separator` from `rest`, and the separator.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view taken = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return taken;
}

// One to three decimal digits without a needless zero in front: as the kernel numbers its devices.
bool is_device_number(std::string_view text) {
  if (text.empty() || text.size() > 3) return false;
  if (text.size() > 1 && text.front() == '0') return false;
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// tty1 to tty63. tty0 and tty mean "whichever is current" and so name no place.
bool is_virtual_terminal(std::string_view device) {
  return device.starts_with("tty") && is_device_number(device.substr(3)) && device != "tty0";
}

bool is_serial_line(std::string_view device) {
  return std::ranges::any_of(kSerialLines, [device](std::string_view line) {
    return device.starts_with(line) && is_device_number(device.substr(line.size()));
  });
}

bool is_console(std::string_view tty) {
  if (tty.starts_with("/dev/")) tty.remove_prefix(5);
  return tty == "console" || is_virtual_terminal(tty) || is_serial_line(tty);
}

bool is_link_local(const Address& address) {
  return address.v6 && address.bytes[0] == 0xFE && (address.bytes[1] & 0xC0U) == 0x80U;  // fe80::/10, RFC 4291 §2.5.6
}

// ::ffff:a.b.c.d (RFC 4291 §2.5.5.2) is what a socket for both families shows for an IPv4 client.
Address unmapped(const Address& address) {
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (!address.v6 || !std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin())) return address;
  Address v4;
  std::copy(address.bytes.begin() + kMapped.size(), address.bytes.end(), v4.bytes.begin());
  return v4;
}

bool is_zone(std::string_view zone) {
  return !zone.empty() && zone.size() <= kLongestZone &&
         std::ranges::all_of(zone, [](char c) { return c > ' ' && c < '\x7F' && c != '%' && c != '/'; });
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  std::string_view zone = text;
  const bool has_zone = text.contains('%');
  const std::string digits(take_until(zone, '%'));
  if (digits.contains('\0')) return std::nullopt;  // inet_pton would stop there

  Address address;
  if (inet_pton(AF_INET, digits.c_str(), address.bytes.data()) == 1) {
    if (has_zone) return std::nullopt;
    return address;
  }
  address = Address{.v6 = true, .bytes = {}};
  if (inet_pton(AF_INET6, digits.c_str(), address.bytes.data()) != 1) return std::nullopt;
  // Only a link-local address needs the interface to be told (RFC 4007 §11); it is the same place on any of them.
  if (has_zone && (!is_link_local(address) || !is_zone(zone))) return std::nullopt;
  return unmapped(address);
}

std::string to_string(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_ntop(address.v6 ? AF_INET6 : AF_INET, address.bytes.data(), text.data(), text.size()) == nullptr) return {};
  return text.data();
}

Origin origin_of(const LoginFacts& facts) {
  if (!facts.from_root) return UnknownPlace{};

  const std::optional<Address> rhost = parse_address(facts.rhost);
  if (!facts.ssh_connection.empty()) {
    std::string_view rest = facts.ssh_connection;
    const std::optional<Address> client = parse_address(take_until(rest, ' '));
    // Two addresses that differ cannot both be the client's, and nothing tells which is.
    if (!client || (rhost && *rhost != *client)) return UnknownPlace{};
    return *client;
  }
  if (rhost) return *rhost;
  // su takes its terminal from descriptors that the invoker chose, maybe from afar: whoever asks on behalf of a user
  // who is already logged in (PAM_RUSER) shows nothing of where that user sits.
  if (!facts.rhost.empty() || !facts.ruser.empty() || !is_console(facts.tty)) return UnknownPlace{};
  return Console{};
}

std::string to_string(const Origin& origin) {
  if (const auto* address = std::get_if<Address>(&origin)) return to_string(*address);
  return std::holds_alternative<Console>(origin) ? "console" : "unknown";
}

FirstFactor first_factor_of(const LoginFacts& facts) {
  if (!facts.from_root) return FirstFactor::unknown;
  // Nothing passed before this dialogue, so the stack in which it runs has checked the password.
  if (facts.ssh_auth_info.empty()) return FirstFactor::password;

  // Of several methods the strongest counts: all of them have been passed.
  FirstFactor strongest = FirstFactor::unknown;
  for (std::string_view lines = facts.ssh_auth_info; !lines.empty();) {
    std::string_view line = take_until(lines, '\n');
    const std::string_view method = take_until(line, ' ');
    FirstFactor passed = FirstFactor::unknown;
    if (method == "publickey") {
      const std::string_view type = take_until(line, ' ');
      if (type.empty() || line.empty()) continue;  // no key, no proof
      passed = std::ranges::find(kSecurityKeyTypes, type) != kSecurityKeyTypes.end() ? FirstFactor::publickey_sk
                                                                                     : FirstFactor::publickey;
    } else if (method == "password" || method == "keyboard-interactive" || method == "keyboard-interactive/pam") {
      passed = FirstFactor::password;
    }
    strongest = std::max(strongest, passed);
  }
  return strongest;
}

}  // namespace mfa
