// Checks one password through PAM, in a process of its own: what PAM's modules do there (hash slowly, hang, crash,
// leave something behind) ends with it.
//
// The stack of the service (mfa-enroll) must never reach pam_mfa. The password is given once, to the first hidden
// prompt; a stack that lets someone in without having asked for it has not checked it, and counts as unavailable.
#pragma once

#include <string>

#include "common/ports/system.h"
#include "common/service/monitor/shadow.h"

namespace mfa::monitor {

struct PamService {
  std::string name = "mfa-enroll";
  std::string folder;  // where its file is; empty: where PAM looks
};

// In a process that fork() just made: closes all that was open, leaves the parent's session, finds the name of `uid`,
// asks PAM, and ends. Its exit status is read by answer_of().
[[noreturn]] void check_password_and_exit(Uid uid, const Secret& password, const PamService& service,
                                          ShadowMap& shadow);

// Of the status that waitid(2) gives in si_code and si_status. Anything but an answer is "unavailable".
[[nodiscard]] PasswordAnswer answer_of(int how_it_ended, int status);

}  // namespace mfa::monitor
