// What every act of the helpdesk on a person must pass before it is done: groups, scope, reason, identification, the
// day's cap, and the clerk's own step-up. Refusals are recorded.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "common/flows/identity.h"
#include "common/flows/proven.h"
#include "common/flows/requests.h"
#include "common/flows/tell_by_text.h"

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
  const std::string& checked;  // how the person was identified; empty: by nothing but maybe `identify`
};

struct Clerk {
  Account clerk;
  Account subject;
  Verb verb{};
  bool by_code = false;                       // nothing but `identify` says who the person is
  std::vector<TextedPhone> phones = {};       // the subject's, before the act NOLINT(readability-redundant-member-init)
  std::optional<Claim> claim = std::nullopt;  // what the clerk proved; nothing: root need not, or it is not asked yet
};

// The two accounts, once nothing that is known beforehand stands against the act.
[[nodiscard]] std::expected<Clerk, RequestError> may_act(Engine& engine, const Asker& asker, const std::string& user,
                                                         const Act& act);

// Behind the verb's own checks, before anything is done or asked for: the clerk's own step-up, and behind it once more
// the groups of both. Where it is only asked
// whether the act may be done, it ends here.
[[nodiscard]] std::optional<RequestError> go_ahead(Engine& engine, const Asker& asker, Clerk& both);

// To be asked in the transaction of the act itself: other acts of the clerk may have been done since may_act, from
// other sessions, and what the clerk proved, or `identify` said, may count no more. What stands against it is in the
// trail then.
[[nodiscard]] std::optional<RequestError> no_act_left(Transaction& tx, const Engine& engine, const Clerk& both);

// After a dialogue with the clerk: the last look before that transaction, at what it cannot see (the clerk's password,
// the groups of both). Part of go_ahead, for acts that ask for nothing more.
[[nodiscard]] std::optional<RequestError> look_again(Engine& engine, Clerk& both);

// Of the act itself: who it is about, who does it, and why.
[[nodiscard]] Event act_event(const Engine& engine, const Clerk& both, const Act& act, EventKind kind);

// What the person has now, for checks before the act; the act looks again.
[[nodiscard]] std::expected<std::vector<Factor>, RequestError> factors_of(Engine& engine, const Asker& asker,
                                                                          const Clerk& both);

// The store's person is not, or no longer, this account.
[[nodiscard]] RequestError changed_hands(const Account& subject);

// For the trail: "broken handset; checked: student card".
[[nodiscard]] std::string reason_of(const Clerk& both, const Act& act);

}  // namespace mfa
