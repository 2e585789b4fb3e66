// All that a flow may reach. Made by the service for each session; the settings are a snapshot that does not change
// while it runs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/domain/settings.h"
#include "common/domain/types.h"
#include "common/ports/dialogue.h"
#include "common/ports/gateway.h"
#include "common/ports/phone_numbers.h"
#include "common/ports/store.h"
#include "common/ports/system.h"

namespace mfa {

struct Engine {
  const Settings& settings;
  Store& store;
  Clock& clock;
  Random& random;
  Accounts& accounts;
  PasswordVersions& versions;
  Countries& countries;
  FailedPasswords& failed_passwords;
  Gateway& gateway;
  PhoneNumbers& numbers;
  Journal& journal;
  std::string server;                         // this host's name, up to the first dot
  std::vector<std::string> silent_gateways =  // NOLINT(readability-redundant-member-init)
      {};                                     // that let whoever this serves wait in vain
  // What nobody waits for is done once the answer is out; nothing: at once.
  std::vector<std::function<void()>>* afterwards = nullptr;
};

}  // namespace mfa
