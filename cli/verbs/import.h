// `admin import`: second factors that people have elsewhere are brought over, thousands at a time.
#pragma once

#include <string>

#include "cli/accounts.h"
#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

// Empty texts: not given.
struct ImportOptions {
  std::string source;      // "google-authenticator", "oath" or "csv"
  std::string path;        // google-authenticator: a file or a folder; oath, csv: a file, "-" for standard input
  bool all_homes = false;  // google-authenticator: the home of everybody who may log in
  std::string users;       // likewise, of those in this file
  std::string file;        // likewise: where in a home it lies; "": .google_authenticator
  bool dry_run = false;
  AccountList accounts;  // list_accounts
};
// A row that is refused is told and the rest goes on; that is then a failure in the end. Run again it ends the same.
[[nodiscard]] Outcome<void> admin_import(const Console& console, const ImportOptions& options);

}  // namespace mfa::cli
