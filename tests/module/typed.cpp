// A PAM module that stands before pam_mfa.so in a stack: its argument becomes PAM_AUTHTOK, as if it had been typed;
// none becomes an empty one. A second one is the user to whom it was refused, as pam_unix keeps that, and a third takes
// that back. Then it lets the stack go on.
#include <security/pam_modules.h>

#include <string>

#define EXPORTED extern "C" __attribute__((visibility("default")))

namespace {

int type(pam_handle_t* pamh, int count, const char** arguments) {
  static int something;
  if (count > 1) {
    const std::string name = std::string("-UN*X-FAIL-") + arguments[1];
    pam_set_data(pamh, name.c_str(), count > 2 ? nullptr : &something, nullptr);
  }
  return pam_set_item(pamh, PAM_AUTHTOK, count > 0 ? arguments[0] : "");
}

}  // namespace

EXPORTED int pam_sm_authenticate(pam_handle_t* pamh, int /*flags*/, int count, const char** arguments) {
  return type(pamh, count, arguments);
}

EXPORTED int pam_sm_setcred(pam_handle_t* /*pamh*/, int /*flags*/, int /*count*/, const char** /*arguments*/) {
  return PAM_SUCCESS;
}

EXPORTED int pam_sm_acct_mgmt(pam_handle_t* pamh, int /*flags*/, int count, const char** arguments) {
  return type(pamh, count, arguments);
}

EXPORTED int pam_sm_chauthtok(pam_handle_t* pamh, int /*flags*/, int count, const char** arguments) {
  return type(pamh, count, arguments);
}
