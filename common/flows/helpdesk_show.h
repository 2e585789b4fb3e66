// What the helpdesk sees of somebody: what they have, whether they are locked out, what happened lately. Numbers of
// telephones are masked; codes and secrets are not there to be seen. That a clerk looked is in the person's history.
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "common/flows/helpdesk.h"

namespace mfa {

inline constexpr std::size_t kShownEvents = 20;

struct ShownReply {
  StatusReply status;  // without what is for themselves alone: notices, the next step
  std::optional<UnixTime> last_login;
  std::optional<UnixTime> enrolment_code_until;
  std::vector<TrailRow> events;  // the newest last
  std::string number = {};       // as understood, of a check NOLINT(readability-redundant-member-init)
};
[[nodiscard]] std::expected<ShownReply, RequestError> helpdesk_show(Engine& engine, const Asker& asker,
                                                                    const HelpdeskRequest& request);

}  // namespace mfa
