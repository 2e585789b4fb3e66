// All that the store holds about a person, for themselves: never a secret, nor anything a secret could be found by. The
// trail is history.h's.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "common/domain/person.h"
#include "common/domain/trust.h"
#include "common/flows/requests.h"

namespace mfa {

struct OwnDataReply {
  std::string user;
  Uid uid;
  std::optional<Person> person;  // nothing: the store knows nothing of them
  std::vector<StatusReply::Entry> factors;
  std::size_t recovery_codes_left = 0;
  std::vector<Trust> trusts;             // those that ended, too
  std::optional<UnixTime> set_up_until;  // an app that is being set up in a login
  std::string set_up_from;               // the device, where one is
  std::optional<UnixTime> enrolment_code_until;
  std::optional<Bypass> bypass;
  std::vector<Journey> journeys;
};
[[nodiscard]] std::expected<OwnDataReply, RequestError> own_data(Engine& engine, const Asker& asker);

}  // namespace mfa
