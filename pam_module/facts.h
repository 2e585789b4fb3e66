// What the host program says about a login: PAM items and two variables of sshd's PAM environment, byte for byte.
//
// Never the process's own environment, which in a setuid program is the user's. Nothing is cut that a rule compares:
// a fact that is too long refuses the login. Only SSH_AUTH_INFO_0 may be cut, and then at its words.
#pragma once

#include <security/pam_modules.h>

#include <cstddef>
#include <expected>
#include <span>
#include <string_view>

#include "common/protocol/frame.h"

namespace mfa {

inline constexpr std::size_t kLongestUser = 256;  // bytes
inline constexpr std::size_t kLongestItem = 512;  // bytes of any other item, and of SSH_CONNECTION

// Views into what PAM keeps; good until the host is talked to, for it may change them. What is not there is empty.
struct Facts {
  protocol::Phase phase = protocol::Phase::authenticate;
  std::string_view user;
  std::string_view service;
  std::string_view tty;
  std::string_view rhost;
  std::string_view ruser;
  std::string_view ssh_connection;
  std::string_view ssh_auth_info;
  bool password_passed = false;  // PAM_AUTHTOK is set and not empty; of Phase::authenticate alone
  bool one_answer = false;       // a line with `forward_pass` stood before; not from PAM
};

// A PAM item that is a string; empty if it is not there.
[[nodiscard]] std::string_view pam_item(pam_handle_t* pamh, int which);

enum class FactsFault : unsigned char {
  no_user,         // the program names nobody
  conversation,    // asking who it is failed
  user_malformed,  // too long, or with a control character
  too_long,
};
[[nodiscard]] std::string_view name_of(FactsFault fault);

// In Phase::authenticate and Phase::split it asks for the name, as every module does, if no other module has yet.
[[nodiscard]] std::expected<Facts, FactsFault> read_facts(pam_handle_t* pamh, protocol::Phase phase);

// Writes at most `out.size()` bytes of SSH_AUTH_INFO_0, which has a line for each method that was passed. A line that
// does not fit loses its key and keeps method and type, so that no key is ever mistaken for another; the result is
// empty only if `lines` is: nothing at all would mean that a password was the first factor.
[[nodiscard]] std::string_view fit_auth_info(std::string_view lines, std::span<char> out);

// The Login frame, of at most kHeader + kMostPayload bytes.
[[nodiscard]] std::span<const char> write_login(std::span<char> buffer, const Facts& facts, bool configuration_only);

}  // namespace mfa
