// Step-up: before anything of one's own changes, the password is proven (through the monitor) and, where one is
// enrolled, a current factor. Good for five minutes at the same terminal of the same login session.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "common/domain/access.h"
#include "common/flows/identity.h"
#include "common/flows/proven.h"
#include "common/flows/requests.h"
#include "common/flows/verify.h"

namespace mfa {

inline constexpr std::chrono::seconds kStepUpLasts{300};

// Passes, or says why not. Whoever has neither a password nor a factor cannot pass. What was proven is for the
// transaction of the change: it ends with whatever else changes (flows/proven), so that a password alone is worth
// nothing beside a factor that came later, be it in the middle of this.
[[nodiscard]] std::expected<Proven, RequestError> step_up(Engine& engine, const Asker& asker, const Account& account,
                                                          StepUp needed);

// For as long as what was proven counts; not at all where the password's version could not be seen.
void keep_step_up(Transaction& tx, const Person& person, const TerminalId& terminal, const Proven& proven,
                  UnixTime until);

// Asks for a code until one is right, three times at most; each answer counts as at a login. Whoever is locked out is
// told so and not asked.
[[nodiscard]] std::expected<RightAnswer, RequestError> prove_factor(Engine& engine, const Asker& asker,
                                                                    const Account& account, EventKind passed,
                                                                    EventKind failed);

// Where the password alone no longer enrols (after a reset, after the rule's window), an enrolment code does. Empty if
// none is needed; it is spent with the factor that is added.
[[nodiscard]] std::expected<Secret, RequestError> prove_enrolment_code(Engine& engine, const Asker& asker,
                                                                       const Account& account);

// The account of whoever asks, by the kernel's word.
[[nodiscard]] std::expected<Account, RequestError> who_asks(Engine& engine, const Asker& asker);

// The account that root or the helpdesk names.
[[nodiscard]] std::expected<Account, RequestError> find_account(Engine& engine, const std::string& user);

// Nothing: one more change of their own may be made. Nobody needs more than kMostChanges an hour, and each is a row for
// ever.
inline constexpr std::size_t kMostChanges = 60;
[[nodiscard]] std::optional<RequestError> no_change_left(Transaction& tx, const Engine& engine, const Account& account);

// Refusals that several verbs share. Of refused() both are in English, or said already (language.h).
[[nodiscard]] RequestError lookup_failed();
[[nodiscard]] RequestError refused(std::string_view text, std::string_view hint = "");
// Its hint is for whoever asks: what root can do is told to root alone.
[[nodiscard]] RequestError store_failed(Engine& engine, const Asker& asker, StoreError error);
[[nodiscard]] bool asks_as_root(const Asker& asker);
[[nodiscard]] RequestError dialogue_failed(DialogueError error);

// An event of mfa-enroll about `account`, to be filled in further.
[[nodiscard]] Event request_event(const Engine& engine, const Account& account, UnixTime now, EventKind kind);

}  // namespace mfa
