// `admin explain` and `admin forecast`: what logins would come to, before anybody tries.
#pragma once

#include <string>
#include <vector>

#include "cli/accounts.h"
#include "cli/console.h"
#include "cli/foresight_text.h"
#include "cli/outcome.h"

namespace mfa::cli {

// Empty texts: not given.
struct ExplainOptions {
  std::string user;
  std::string service;
  std::string from;  // an address, "console" or "unknown"
  std::string key;   // "SHA256:…"
  std::string at;    // as parse_moment() takes it
};
[[nodiscard]] Outcome<void> admin_explain(const Console& console, const ExplainOptions& options);

struct ForecastOptions {
  std::string at;
  std::string users;     // a file, "-" for standard input; "": those that `accounts` lists
  AccountList accounts;  // list_accounts
};
// An enumeration without a single person is an error: it says more about the directory than about the people.
[[nodiscard]] Outcome<void> admin_forecast(const Console& console, const ForecastOptions& options);

// Of accounts that were listed, now: the engine need not look them up.
[[nodiscard]] Outcome<Forecast> foresee(const Console& console, const std::vector<ListedAccount>& accounts);

}  // namespace mfa::cli
