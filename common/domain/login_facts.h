// What is known about a login when it asks for a second factor, and where it comes from.
//
// Only root's programs are believed (Caller uid 0): of an unprivileged one nothing but its own uid counts. A place is
// never concluded from something that is missing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/domain/types.h"

namespace mfa {

// Which of the module's entry points asks.
enum class Phase : std::uint8_t {
  authenticate,
  failed_password,   // `authfail`: the line before found the password wrong
  account,           // sshd's account phase of a login whose auth phase did not pass through the module
  password_changed,  // the user's password has just been changed
  split,             // `forward_pass`: which codes may stand behind the password of an answer, before it is checked
};

// What stands in ssh_auth_info where none of its lines would have fit the frame (pam_module/facts.cpp).
inline constexpr std::string_view kAuthInfoCut = "cut";

// As the module sends them: PAM items and two variables of sshd's PAM environment, byte for byte.
struct LoginFacts {
  std::string user;            // PAM_USER as typed; never a key to anything
  std::string service;         // PAM_SERVICE
  std::string tty;             // PAM_TTY
  std::string rhost;           // PAM_RHOST, maybe a name
  std::string ruser;           // PAM_RUSER
  std::string ssh_connection;  // SSH_CONNECTION: "client-address port server-address port"
  std::string ssh_auth_info;   // SSH_AUTH_INFO_0: "publickey ssh-ed25519 AAAA…", one line for each method passed
  Phase phase = Phase::authenticate;
  bool password_passed = false;     // a password was asked for and checked by a line before (PAM_AUTHTOK is set)
  bool one_answer = false;          // the program asked once, and what it got is the only answer there is
  bool from_root = false;           // the peer's uid is 0: the service sets it, never the message
  bool configuration_only = false;  // the resident service hangs: decide without the store, or deny
};

// An IPv4 or IPv6 address; ::ffff:a.b.c.d is the IPv4 address a.b.c.d.
struct Address {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};  // IPv4: the first four
  auto operator<=>(const Address&) const = default;
};
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);
[[nodiscard]] std::string to_string(const Address& address);

struct Console {
  auto operator<=>(const Console&) const = default;
};
struct UnknownPlace {
  auto operator<=>(const UnknownPlace&) const = default;
};
using Origin = std::variant<Address, Console, UnknownPlace>;

// An address if SSH_CONNECTION or PAM_RHOST holds one; the console only on positive evidence (PAM_TTY is a virtual
// terminal or a serial line, nothing remote is named, and root says so); unknown otherwise.
[[nodiscard]] Origin origin_of(const LoginFacts& facts);
[[nodiscard]] std::string to_string(const Origin& origin);  // "203.0.113.7", "console", "unknown"

enum class FirstFactor : std::uint8_t { unknown, password, publickey, publickey_sk };
// From SSH_AUTH_INFO_0 for sshd; password for other services of root; unknown otherwise.
[[nodiscard]] FirstFactor first_factor_of(const LoginFacts& facts);

}  // namespace mfa
