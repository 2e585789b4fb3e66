// What /etc/mfa/mfa.toml says, as values. Every default is safe; config/ fills it in and checks the ranges.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "common/domain/lockout.h"
#include "common/domain/policy.h"
#include "common/domain/totp.h"

namespace mfa {

struct Settings {
  std::string issuer;    // shown in authenticator apps; empty: the host's name
  std::string helpdesk;  // whom to call; empty: "your helpdesk"
  std::string store_path = "/var/lib/mfa/mfa.db";
  TotpParameters totp;  // for new factors
  int totp_window = 1;  // steps accepted either side, 0 to 10
  LockoutPolicy lockout;
  std::vector<Rule> rules;
};

}  // namespace mfa
