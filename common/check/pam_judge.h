// What is wrong with pam_mfa in the PAM stacks of a computer.
//
// It goes every way through each stack that has pam_mfa in it, so that it is not fooled by how a stack is written: who
// gets in without a code, who gets in with a wrong one, whether anybody gets in at all, and who learns of wrong
// passwords. A line that several services read is one finding, with the services. What one mend cures is one finding,
// and a mend is told only if nothing is wrong with the stack that it makes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/check/finding.h"
#include "common/check/pam_lines.h"
#include "common/check/pam_stack.h"

namespace mfa {

struct PamWants {
  bool trust = false;       // a rule remembers devices, and wrong passwords are to end that
  bool keys_alone = false;  // sshd lets SSH keys in without the `auth` stack
  bool profiles = false;    // pam-auth-update has those of pam_mfa
  PamModules modules = {};  // NOLINT(readability-redundant-member-init): designated without it
};

// `services`: names of the files that programs name; see services_among().
[[nodiscard]] Findings judge_pam(std::span<const std::string> services, const PamReader& reader, const PamWants& wants);

// Of the names in /etc/pam.d those of services: not what editors and packages leave behind, nor what is only there to
// be included by others.
[[nodiscard]] std::vector<std::string> services_among(std::span<const std::string> names, const PamReader& reader);

struct SshStack {
  bool auth = false;     // pam_mfa is in it
  bool account = false;  // and here
};
[[nodiscard]] SshStack ssh_stack(const PamReader& reader);

}  // namespace mfa
