// The entry points that libpam calls, and the one place where a verdict becomes a PAM code.
//
// There is no pam_sm_acct_mgmt, pam_sm_chauthtok or pam_sm_open_session: a line that asks for one gets
// PAM_MODULE_UNKNOWN from libpam and fails.
#include <security/pam_modules.h>
#include <syslog.h>

#include <span>

#include "common/protocol/frame.h"
#include "pam_module/arguments.h"
#include "pam_module/facts.h"
#include "pam_module/log.h"
#include "pam_module/relay.h"

namespace mfa {
namespace {

// PAM_IGNORE never: a stack would go on as if there were no second factor.
int pam_code(protocol::VerdictCode verdict) {
  using protocol::VerdictCode;
  switch (verdict) {
    case VerdictCode::passed:
    case VerdictCode::trusted:
    case VerdictCode::skipped:
      return PAM_SUCCESS;
    case VerdictCode::wrong:
      return PAM_AUTH_ERR;
    case VerdictCode::locked:
      return PAM_MAXTRIES;
    case VerdictCode::denied:
      return PAM_PERM_DENIED;
    case VerdictCode::conversation:
      return PAM_CONV_ERR;
    case VerdictCode::unavailable:
    case VerdictCode::done:
    case VerdictCode::refused:
    case VerdictCode::usage:
      break;
  }
  return PAM_AUTHINFO_UNAVAIL;
}

int authenticate(pam_handle_t* pamh, std::span<const char* const> words) {
  const auto arguments = parse_arguments(words);
  if (!arguments) {
    LogLine().add("event", "unknown_argument").add("argument", arguments.error()).write(pamh, LOG_ERR);
    return PAM_PERM_DENIED;
  }
  if (arguments->authfail) return PAM_AUTH_ERR;
  const auto facts = read_facts(pamh);
  if (!facts) {
    LogLine()
        .add("verdict", "denied")
        .add("user", pam_item(pamh, PAM_USER))
        .add("service", pam_item(pamh, PAM_SERVICE))
        .add("reason", name_of(facts.error()))
        .write(pamh, LOG_NOTICE);
    return facts.error() == FactsFault::conversation ? PAM_CONV_ERR : PAM_PERM_DENIED;
  }
  const int code = pam_code(relay(pamh, *arguments, *facts));
  // sshd (its PAM_TTY is always "ssh") answers PAM_MAXTRIES by taking all password methods back. Where no other is
  // left, ssh(1) then asks for a password of its own, and the person reads that theirs is wrong.
  return code == PAM_MAXTRIES && facts->tty == "ssh" ? PAM_AUTH_ERR : code;
}

}  // namespace
}  // namespace mfa

#pragma GCC visibility push(default)

// PAM_SILENT is not heeded: sudo always sets it, and what is shown here says why somebody cannot get in.
extern "C" int pam_sm_authenticate(pam_handle_t* pamh, int /*flags*/, int argc, const char** argv) {
  return mfa::authenticate(pamh, {argv, static_cast<std::size_t>(argc)});
}

// Called by every host after authenticating, in sshd in another process; there is nothing to set.
extern "C" int pam_sm_setcred(pam_handle_t* /*pamh*/, int /*flags*/, int /*argc*/, const char** /*argv*/) {
  return PAM_SUCCESS;
}

#pragma GCC visibility pop
