// One line of syslog (LOG_AUTHPRIV, through libpam, which puts the module's name before it): key=value, nothing in it
// can end the line or look like a key. Never the bytes of an answer.
#pragma once

#include <security/pam_modules.h>

#include <cstddef>
#include <string_view>

namespace mfa {

// A line being written, in a buffer of its own. What does not fit is cut.
class LogLine {
 public:
  // " key=value", the value in quotes unless it is a plain word; a byte that is not printable ASCII as \xHH. At most
  // kLongestLogged bytes of it.
  LogLine& add(std::string_view key, std::string_view value);
  // `priority` as in syslog(3).
  void write(pam_handle_t* pamh, int priority);

 private:
  void put(char c);
  void put_escaped(char c);

  std::size_t used_ = 0;
  char text_[3072];
};

inline constexpr std::size_t kLongestLogged = 256;  // bytes of a value, before escaping

}  // namespace mfa
