// "That was not me": a word at a login, a command at a shell. Ends all trust of the person and tells the staff, by a
// row of the trail. What stood open beside their factors is over, too (flows/openings). Nothing stands in its way, so
// it is bounded: what was reported a moment ago is no row once more, unless it ended something.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "common/domain/grant.h"
#include "common/flows/identity.h"
#include "common/flows/login_trail.h"
#include "common/flows/requests.h"

namespace mfa {

inline constexpr std::chrono::minutes kBetweenReports{10};

// The word at a login, which ends it.
[[nodiscard]] LoginVerdict not_me(Engine& engine, const LoginTrail& trail, const Account& account);

// The same about an account that does not exist: nothing but the row.
void note_report_by_stranger(Engine& engine, const Event& about);

// When it was, if the password has not changed since, as far as that can be seen.
[[nodiscard]] std::optional<UnixTime> unsettled_report(Engine& engine, const Account& account, const Person& person);

struct ReportReply {
  bool recorded = false;  // a new row; or it was reported within kBetweenReports
  std::string helpdesk;   // whom to tell
  std::vector<Opening> ended;
};
[[nodiscard]] std::expected<ReportReply, RequestError> report_login(Engine& engine, const Asker& asker);

}  // namespace mfa
