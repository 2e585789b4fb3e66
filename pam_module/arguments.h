// The words after pam_mfa.so in a PAM stack. What is not understood refuses the login: a setting that silently does
// not apply is worse than none.
#pragma once

#include <expected>
#include <span>
#include <string_view>

namespace mfa {

inline constexpr int kShortestTimeout = 5;   // seconds
inline constexpr int kLongestTimeout = 600;  // seconds

// Where the line stands. `authfail` and `forward_pass` make sense in `auth` alone, and not in one line.
enum class LineType : unsigned char { auth, account, password };

struct Arguments {
  bool authfail = false;         // this line reports a failed password
  bool forward_pass = false;     // this line splits one answer into password and code
  bool debug = false;            // say in syslog which way was taken
  const char* socket = nullptr;  // absolute; nullptr: the one that belongs to the effective uid
  int timeout = 60;              // seconds to wait for the engine between two frames
};

// The fault is the first word that is not understood.
[[nodiscard]] std::expected<Arguments, std::string_view> parse_arguments(LineType type,
                                                                         std::span<const char* const> words);

}  // namespace mfa
