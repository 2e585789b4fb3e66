// What the helpdesk does for somebody who cannot log in: ends a lockout, or begins their second factor anew.
//
// A reset ends what stood open beside the factors, too (flows/openings): a phone that is gone is in somebody's hands.
// It takes the password's power to enrol as well: what is set up after it takes the enrolment code that the clerk hands
// over. All of an act, its event included, is one transaction, decided over the rows as they are then.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "common/domain/grant.h"
#include "common/flows/helpdesk.h"

namespace mfa {

struct UnlockReply {
  std::string user;
  bool unlocked = false;  // or there were no wrong codes to forget, and nothing was done
};
[[nodiscard]] std::expected<UnlockReply, RequestError> helpdesk_unlock(Engine& engine, const Asker& asker,
                                                                       const HelpdeskRequest& request);

struct ResetReply {
  std::string user;
  std::vector<FactorReply> removed;
  std::vector<Opening> ended;     // what stood open beside the factors
  std::string enrolment_code;     // shown form, told once; empty: what is left proves who they are
  std::optional<UnixTime> until;  // of the code
};
// `factor`: an id or a name; empty: all, and the recovery codes with them.
[[nodiscard]] std::expected<ResetReply, RequestError> helpdesk_reset(Engine& engine, const Asker& asker,
                                                                     const HelpdeskRequest& request,
                                                                     const std::string& factor);

}  // namespace mfa
