// What every act of the helpdesk on a person must pass before it is done: groups, scope, reason, identification, the
// day's cap, and the clerk's own step-up. Refusals are recorded.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "common/flows/identity.h"
#include "common/flows/proven.h"
#include "common/flows/requests.h"

namespace mfa {

// Beside what a verb has of its own.
struct HelpdeskRequest {
  std::string user;
  std::string reason;   // why, for the trail
  std::string checked;  // how the person was identified, recorded word for word; empty: they were not
};

struct Act {
  Verb verb;
  const std::string& reason;   // why, for the trail
  const std::string& checked;  // how the person was identified; empty: they were not
};

struct Clerk {
  Account clerk;
  Account subject;
  std::optional<Claim> claim = std::nullopt;  // what the clerk proved; nothing: root need not
};

// The two accounts, once nothing stands against the act.
[[nodiscard]] std::expected<Clerk, RequestError> may_act(Engine& engine, const Asker& asker, const std::string& user,
                                                         const Act& act);

// To be asked in the transaction of the act itself: other acts of the clerk may have been done since may_act, from
// other sessions, or what the clerk proved counts no more. What stands against it is in the trail then.
[[nodiscard]] std::optional<RequestError> no_act_left(Transaction& tx, const Engine& engine, const Clerk& both,
                                                      Verb verb);

// After a dialogue with the clerk: the last look before that transaction.
void look_again(Engine& engine, Clerk& both);

// Of the act itself: who it is about, who does it, and why.
[[nodiscard]] Event act_event(const Engine& engine, const Clerk& both, const Act& act, EventKind kind);

// The store's person is not, or no longer, this account.
[[nodiscard]] RequestError changed_hands(const Account& subject);

// For the trail: "broken handset; checked: student card".
[[nodiscard]] std::string reason_of(const Act& act);

}  // namespace mfa
