// Between the engine and the person: sends the facts, carries prompts and answers to and fro, brings back the verdict.
//
// It decides nothing. Whatever goes wrong on the way is `unavailable`, said in one line to the person and one to
// syslog.
#pragma once

#include <security/pam_modules.h>

#include "common/protocol/frame.h"
#include "pam_module/arguments.h"
#include "pam_module/facts.h"

namespace mfa {

[[nodiscard]] protocol::VerdictCode relay(pam_handle_t* pamh, const Arguments& arguments, const Facts& facts);

}  // namespace mfa
