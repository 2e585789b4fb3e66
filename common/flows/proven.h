// What somebody proved of themselves, and for how long that counts: a dialogue may stand open for minutes, and what it
// rested on may be gone before it ends.
//
// Whatever changes how a person proves themselves calls outdate() in its transaction: a factor that is added or
// removed, new recovery codes, a reset, a new password, a report, an enrolment code. Whatever rests on a proof asks
// why_outdated() in the transaction that makes the change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/flows/identity.h"
#include "common/flows/requests.h"

namespace mfa {

struct Proven {
  bool factor = false;                          // one was enrolled, and was proven
  std::uint32_t epoch = 0;                      // Person::epoch then; 0 of somebody the store does not know
  std::optional<std::string> password_version;  // then; nothing: it could not be seen
};

// With a last look at the password, which no transaction can take: made right before it.
struct Claim {
  Proven proven;
  bool same_password = false;
};
[[nodiscard]] Claim claim_of(Engine& engine, const Account& account, const Proven& proven);

// Nothing: what was proven still counts.
[[nodiscard]] std::optional<RequestError> why_outdated(Transaction& tx, const Account& account, const Claim& claim);

// Ends what was proven until now, step-ups and keys that are not proven yet included. Saves the person.
void outdate(Transaction& tx, Person& person);

// The same after a change of their own, but for the terminal where it was made: its step-up goes on.
void outdate_elsewhere(Transaction& tx, Person& person, const std::optional<TerminalId>& terminal);

// Nothing: it cannot be seen now.
[[nodiscard]] std::optional<std::string> password_version(Engine& engine, const Account& account);

}  // namespace mfa
