// Gathers what the judges of common/check want to know of this computer. Changes nothing; every wait has a limit.
//
// As root, in a process of its own. The store is not opened here: the service holds it, and is asked by mfa-enroll.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/check/finding.h"
#include "common/domain/settings.h"
#include "common/domain/types.h"

namespace mfa {

// The system user mfa; configuration, state, key, store and programs: there, whose, for whom to read.
[[nodiscard]] Findings look_at_files(const Settings& settings, std::span<const std::string> configuration);

// The PAM stacks, and sshd with its settings where its stack has pam_mfa.
[[nodiscard]] Findings look_at_logins(const Settings& settings);

// The programs and settings of the gateways: there, whose, for whom to read.
[[nodiscard]] Findings look_at_gateways(const Settings& settings);

// What the programs of the gateways say of their settings. The last look: gives up root for good, since they are the
// service's.
[[nodiscard]] Findings ask_gateways(const Settings& settings);

// Sockets that answer, units that start with the computer.
[[nodiscard]] Findings look_at_service();

// Whether something keeps the clock in time.
[[nodiscard]] Findings look_at_clock();

// `files`: that the settings were read from, the main one first.
[[nodiscard]] Findings look_at_rules(const Settings& settings, std::span<const std::string> files, UnixTime now);

}  // namespace mfa
