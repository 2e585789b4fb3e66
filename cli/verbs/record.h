// The verbs that tell what is recorded of oneself.
#pragma once

#include <string>

#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

struct HistoryOptions {
  bool all = false;
  std::string since;  // as typed; "": from the newest on, a page of them
};
[[nodiscard]] Outcome<void> history(const Console& console, const HistoryOptions& options);
// Everything, as JSON, with --json or without.
[[nodiscard]] Outcome<void> export_data(const Console& console);
[[nodiscard]] Outcome<void> privacy(const Console& console);

}  // namespace mfa::cli
