// Giving up root for good, and what a process that holds secrets does first.
//
// Errors are sentences; after an error the process may be half-way and must end.
#pragma once

#include <expected>
#include <string>

#include "common/domain/types.h"

namespace mfa {

inline constexpr const char* kServiceUser = "mfa";

struct ServiceUser {
  Uid uid;
  Gid gid;
};
// A system user of this host: read from /etc/passwd itself, so that no directory is waited for; the name service is
// asked only if it is not there. Never root, never the overflow uid.
[[nodiscard]] std::expected<ServiceUser, std::string> service_user(const std::string& name = kServiceUser);

// From root to `uid` for good: no supplementary groups, all three uids and gids, no capabilities, and each way back is
// tried and must fail. Then harden().
[[nodiscard]] std::expected<void, std::string> become(Uid uid, Gid gid);

// No new privileges by exec, not traceable, no core files, files for nobody else. For a process that already is the
// service's user (systemd made it so) and at the end of become().
[[nodiscard]] std::expected<void, std::string> harden();

// The first thing a process does that a login program of someone else started (architecture.md, "The fallback
// session"): all three uids and gids root, before the user who typed `sudo` can signal it any longer; then nothing of
// what that user could have set for it: signals, limits, priority, processors, folder, environment.
[[nodiscard]] std::expected<void, std::string> prepare_session_process();

}  // namespace mfa
