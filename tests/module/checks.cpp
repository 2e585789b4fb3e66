// A PAM module that stands behind a line with `forward_pass`: as pam_unix with use_first_pass, it asks nobody and lets
// in if PAM_AUTHTOK is its first argument. A second argument becomes PAM_OLDAUTHTOK, which is none of its business.
#include <security/pam_modules.h>

#include <cstring>

#define EXPORTED extern "C" __attribute__((visibility("default")))

EXPORTED int pam_sm_authenticate(pam_handle_t* pamh, int /*flags*/, int count, const char** arguments) {
  const void* item = nullptr;
  if (count > 1 && pam_set_item(pamh, PAM_OLDAUTHTOK, arguments[1]) != PAM_SUCCESS) return PAM_BUF_ERR;
  if (pam_get_item(pamh, PAM_AUTHTOK, &item) != PAM_SUCCESS || item == nullptr) return PAM_AUTH_ERR;
  const char* wanted = count > 0 ? arguments[0] : "";
  return std::strcmp(static_cast<const char*>(item), wanted) == 0 ? PAM_SUCCESS : PAM_AUTH_ERR;
}

EXPORTED int pam_sm_setcred(pam_handle_t* /*pamh*/, int /*flags*/, int /*count*/, const char** /*arguments*/) {
  return PAM_SUCCESS;
}
