// What /etc/mfa/mfa.toml says, as values. Every default is safe; config/ fills it in and checks the ranges.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "common/domain/gateway.h"
#include "common/domain/lockout.h"
#include "common/domain/phone_budget.h"
#include "common/domain/policy.h"
#include "common/domain/totp.h"
#include "common/domain/trust.h"

namespace mfa {

// [phone]
struct PhoneSettings {
  std::vector<std::string> countries;     // codes of those that may be texted or called; empty: none may
  std::string default_country;            // of numbers typed without a prefix; empty: the first of `countries`
  std::chrono::seconds code_ttl{600};     // how long a code lives
  MessageMode calls = MessageMode::code;  // read out a code, or wait for #
  PhoneBudget budget;
};

struct Settings {
  std::string issuer;           // shown in authenticator apps; empty: the host's name
  std::string helpdesk;         // whom to call; empty: "your helpdesk"
  std::string language = "en";  // of who has chosen none: a tag of BCP 47
  std::string store_path = "/var/lib/mfa/mfa.db";
  TotpParameters totp;  // for new factors
  int totp_window = 1;  // steps accepted either side, 0 to 10
  LockoutPolicy lockout;
  TrustSettings trust;
  std::vector<Network> shared;          // addresses there are no devices: NATs, jump hosts
  std::chrono::seconds trust_burst{0};  // connections from the same device this soon after a passed code are one login
  std::string geo_database;             // a MaxMind country database; empty: none
  std::string geo_home;                 // the country of private addresses and of the console
  // [key]: whether people may register FIDO2 SSH keys themselves.
  bool key_self_enrol = false;
  PhoneSettings phone;
  // [access]
  std::vector<std::string> helpdesk_groups{"mfa-helpdesk"};
  std::vector<std::string> helpdesk_scope;  // groups whose members they act on; empty: everyone not protected
  std::vector<std::string> protected_groups{"root", "wheel", "sudo",   "adm",         "docker",
                                            "lxd",  "disk",  "shadow", "mfa-helpdesk"};
  std::uint32_t acts_per_day = 20;                                  // of one member of the helpdesk
  std::chrono::seconds records_keep{std::chrono::hours(400 * 24)};  // [records]: personal detail of events
  std::vector<Rule> rules;
  std::vector<GatewaySettings> gateways;  // in the order in which they are tried
};

}  // namespace mfa
