// What every act of the helpdesk on a person must pass before it is done: groups, scope, reason, identification, the
// day's cap, and the clerk's own step-up. Refusals are recorded.
#pragma once

#include <expected>
#include <string>

#include "common/flows/identity.h"
#include "common/flows/requests.h"

namespace mfa {

struct Act {
  Verb verb;
  const std::string& reason;   // why, for the trail
  const std::string& checked;  // how the person was identified; empty: they were not
};

struct Clerk {
  Account clerk;
  Account subject;
};

// The two accounts, once nothing stands against the act.
[[nodiscard]] std::expected<Clerk, RequestError> may_act(Engine& engine, const Asker& asker, const std::string& user,
                                                         const Act& act);

// For the trail: "broken handset; checked: student card".
[[nodiscard]] std::string reason_of(const Act& act);

}  // namespace mfa
