// A new factor goes into the store: with a number of its own, a name nobody else's of that person has, its event, and
// recovery codes if there are none.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/flows/identity.h"
#include "common/flows/proven.h"
#include "common/flows/requests.h"

namespace mfa {

struct Addition {
  const Account& account;
  Factor factor;            // without its number
  std::string wanted_name;  // empty: `usual_name`, numbered where it is taken
  std::string_view usual_name;
  std::vector<std::string> codes;  // kept if there are none left; empty: none are made
  EventKind kind;
  std::string actor;
  std::string reason;
  Secret enrolment_code;                      // that was given: must still hold, and is spent; empty: none was needed
  std::optional<Claim> claim;                 // what they proved of themselves; nothing: somebody else adds it
  std::optional<Event> about = std::nullopt;  // the login it is part of: service, place; nothing: mfa-enroll
  std::optional<TerminalId> terminal;         // whose step-up goes on: a factor was just proven there
};

struct Added {
  std::optional<RequestError> refusal;
  std::string id;
  bool codes_kept = false;
};

// In the caller's transaction; where it refuses, nothing has been changed.
[[nodiscard]] Added add_factor(Transaction& tx, const Engine& engine, UnixTime now, const Addition& addition);

// The name a new factor gets: `wanted` if it may have it; without one `usual`, numbered where that is taken. `whose`:
// the person's name where somebody else is told; empty: they are.
[[nodiscard]] std::expected<std::string, RequestError> name_for_new_factor(const std::vector<Factor>& factors,
                                                                           const std::string& wanted,
                                                                           std::string_view usual,
                                                                           std::string_view whose = "");

}  // namespace mfa
