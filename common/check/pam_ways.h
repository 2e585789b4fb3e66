// What is wrong with the ways through one PAM stack: who gets in without a code, who with a wrong one, whether anybody
// gets in at all, and who learns of wrong passwords.
#pragma once

#include "common/check/finding.h"
#include "common/check/pam_stack.h"

namespace mfa {

// Of a stack that has pam_mfa in it; the worst first, without what mends it. `trust`: wrong passwords are to end it.
[[nodiscard]] Findings judge_pam_ways(const PamStack& stack, PamType type, bool trust);

}  // namespace mfa
