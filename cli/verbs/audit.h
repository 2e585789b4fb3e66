// `mfa-enroll admin audit` and `admin purge`: the trail of everybody, whether it is whole, and its old detail.
#pragma once

#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

struct AuditOptions {
  std::string user, actor, event, service, from;
  std::string since, until;  // as typed
  bool all = false;
  bool verify = false;
  std::vector<std::string> against;  // files of syslog; "-" is standard input
  std::string host;                  // whose lines they are; "": this one's
};
// Rows are printed page by page as they come; without --all and --since only the newest.
[[nodiscard]] Outcome<void> admin_audit(const Console& console, const AuditOptions& options);

[[nodiscard]] Outcome<void> admin_purge(const Console& console);

}  // namespace mfa::cli
