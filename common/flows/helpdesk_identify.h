// How the helpdesk gets to know on the telephone who somebody is: they read out a code that their app or token shows,
// or one that was sent to their phone for this alone.
//
// The code is spent by that, so that it lets nobody in; a wrong one counts as at a login. What it proves is good for
// kIdentifiedLasts, for that clerk and that person alone.
#pragma once

#include <expected>
#include <string>

#include "common/domain/grant.h"
#include "common/flows/helpdesk.h"

namespace mfa {

struct IdentifiedReply {
  std::string user;
  std::string factor;  // whose code it was
  UnixTime until;
};
[[nodiscard]] std::expected<IdentifiedReply, RequestError> helpdesk_identify(Engine& engine, const Asker& asker,
                                                                             const HelpdeskRequest& request);

}  // namespace mfa
