// The user and group mfa, as which the engine runs and which own the store: nobody's login.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "cli/outcome.h"
#include "cli/steps.h"

namespace mfa::cli {

struct AccountEntry {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string shell;
};

// Why an account of this name must not be the engine's, or nothing. Pure.
[[nodiscard]] std::optional<Failure> fault_of_account(const AccountEntry& account, gid_t group);

struct Owner {
  uid_t uid = 0;
  gid_t gid = 0;
};

// Makes what is missing with groupadd(8) and useradd(8). Root only.
[[nodiscard]] Outcome<Owner> ensure_account(Steps& steps);

}  // namespace mfa::cli
