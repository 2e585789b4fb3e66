// What a line with `forward_pass` leaves for the lines behind it: the password as PAM_AUTHTOK, which pam_unix takes
// with use_first_pass, and the code as PAM_OLDAUTHTOK, which means nothing in `auth`.
//
// Both are libpam's own copies, which no program can read and which it wipes at the end of pam_authenticate(), whatever
// became of it. So nothing of this module is called then, when libpam may have unloaded it (passage.h).
#pragma once

#include <security/pam_modules.h>

#include <cstddef>
#include <optional>
#include <string_view>

#include "common/protocol/frame.h"
#include "pam_module/split.h"

namespace mfa {

inline constexpr std::size_t kLongestAnswer = 512;  // bytes (product.md, Limits)

// The one answer there is: what a module before has left in PAM_AUTHTOK, else what the person types at our prompt,
// which is the same for everybody. Wiped at the end.
class OneAnswer {
 public:
  explicit OneAnswer(pam_handle_t* pamh);
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;
  ~OneAnswer();
  // False: there is none, and fault() says why.
  [[nodiscard]] explicit operator bool() const { return good_; }
  [[nodiscard]] std::string_view text() const { return {text_, size_}; }
  [[nodiscard]] protocol::VerdictCode fault() const { return fault_; }

 private:
  void keep(pam_handle_t* pamh, std::string_view answer);

  bool good_ = false;
  protocol::VerdictCode fault_ = protocol::VerdictCode::conversation;
  std::size_t size_ = 0;
  char text_[kLongestAnswer];
};

// Leaves both, of a OneAnswer. False: libpam has no memory.
[[nodiscard]] bool forward(pam_handle_t* pamh, const Parts& parts);

// The code that was left, taken: the next line finds none. Wiped at the end.
class ForwardedCode {
 public:
  explicit ForwardedCode(pam_handle_t* pamh);
  ForwardedCode(const ForwardedCode&) = delete;
  ForwardedCode& operator=(const ForwardedCode&) = delete;
  ~ForwardedCode();
  // Empty: there was none behind the password. Nothing: no line with `forward_pass` stood before, in this
  // pam_authenticate().
  [[nodiscard]] std::optional<std::string_view> code() const;

 private:
  bool there_ = false;
  std::size_t size_ = 0;
  char text_[kLongestAnswer];
};

}  // namespace mfa
