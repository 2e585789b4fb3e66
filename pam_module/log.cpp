#include "pam_module/log.h"

#include <security/pam_ext.h>

#include <algorithm>

namespace mfa {
namespace {

bool is_plain(char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '='; }

}  // namespace

void LogLine::put(char c) {
  if (used_ < sizeof text_ - 1) text_[used_++] = c;
}

void LogLine::put_escaped(char c) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  if (c == '"' || c == '\\') {
    put('\\');
    put(c);
  } else if (c >= ' ' && c < 0x7f) {
    put(c);
  } else {
    const auto byte = static_cast<unsigned char>(c);
    put('\\');
    put('x');
    put(kDigits[byte >> 4U]);
    put(kDigits[byte & 0xfU]);
  }
}

LogLine& LogLine::add(std::string_view key, std::string_view value) {
  if (used_ > 0) put(' ');
  for (const char c : key) put(c);
  put('=');
  const bool plain =
      !value.empty() && value.size() <= kLongestLogged && std::all_of(value.begin(), value.end(), is_plain);
  if (!plain) put('"');
  const std::size_t most = std::min(value.size(), kLongestLogged);
  for (std::size_t i = 0; i < most; ++i) put_escaped(value[i]);
  if (most < value.size()) {
    for (const char c : std::string_view("...")) put(c);
  }
  if (!plain) put('"');
  return *this;
}

void LogLine::write(pam_handle_t* pamh, int priority) {
  text_[used_] = '\0';
  pam_syslog(pamh, priority, "%s", text_);
}

}  // namespace mfa
