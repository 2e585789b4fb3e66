// Backups of the store: a file is fetched from the engine, or brought to it, piece by piece.
#pragma once

#include <string>

#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

// The file appears under its name whole or not at all, for its owner alone; none is ever replaced.
[[nodiscard]] Outcome<void> admin_backup(const Console& console, const std::string& path);

struct RestoreOptions {
  std::string path;
  std::string key;  // a key file that was kept with it; empty: this host's will do
};
[[nodiscard]] Outcome<void> admin_restore(const Console& console, const RestoreOptions& options);

}  // namespace mfa::cli
