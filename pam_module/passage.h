// Whether `auth` let somebody pass in this PAM transaction, and whom: `account` then need not ask again.
//
// libpam forgets it in pam_end(). It holds no memory and no function of this module, which libpam unloads before that
// if the host changes PAM_SERVICE.
#pragma once

#include <security/pam_modules.h>

#include <string_view>

#include "pam_module/facts.h"

namespace mfa {

// One run of `auth`. From its beginning, nobody who passed before has passed.
class Attempt {
 public:
  explicit Attempt(pam_handle_t* pamh);
  // Notes the name as it is now: the host may change PAM_USER in the dialogue. At most kLongestUser bytes.
  void is_by(std::string_view user);
  // The user it is by has passed. If libpam has no memory for that, `account` asks.
  void passed();

 private:
  pam_handle_t* pamh_;
  const void* number_ = nullptr;  // nullptr: nothing can be remembered
  char user_[kLongestUser + 1] = {};
};

// Whether the last attempt was by `user`, byte for byte, and passed.
[[nodiscard]] bool has_passed(pam_handle_t* pamh, std::string_view user);

}  // namespace mfa
