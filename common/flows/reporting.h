// "That was not me": a word at a login, a command at a shell. Ends all trust of the person and tells the staff, by a
// row of the trail. Nothing stands in its way, so it is bounded: what was reported a moment ago is no row once more.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>

#include "common/flows/identity.h"
#include "common/flows/login_trail.h"
#include "common/flows/requests.h"

namespace mfa {

inline constexpr std::chrono::minutes kBetweenReports{10};

// `about`: the event, of kind `reported`. `password_version`: the user's now, by which a new password settles it;
// empty: it cannot be seen, and the next login with a code does. Whether it became a row.
bool report(Transaction& tx, const Account& account, const Event& about, const std::string& password_version);

// The version for that.
[[nodiscard]] std::string version_to_change(Engine& engine, const Account& account);

// The word at a login, which ends it.
[[nodiscard]] LoginVerdict not_me(Engine& engine, const LoginTrail& trail, const Account& account);

// When it was, if the password has not changed since, as far as that can be seen.
[[nodiscard]] std::optional<UnixTime> unsettled_report(Engine& engine, const Account& account, const Person& person);

struct ReportReply {
  bool recorded = false;  // a new row; or it was reported within kBetweenReports
  std::string helpdesk;   // whom to tell
};
[[nodiscard]] std::expected<ReportReply, RequestError> report_login(Engine& engine, const Asker& asker);

}  // namespace mfa
