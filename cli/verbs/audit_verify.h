// `mfa-enroll admin audit --verify`: is the trail whole, by itself and against the lines of syslog.
#pragma once

#include "cli/verbs/audit.h"

namespace mfa::cli {

[[nodiscard]] Outcome<void> verify_audit(const Console& console, const AuditOptions& options);

}  // namespace mfa::cli
