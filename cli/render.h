// Replies as people read them. Pure: a reply, the time and a style in, text out.
//
// Every text that comes from a reply is made printable here (cli/plain_text.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/json.h"
#include "cli/style.h"

namespace mfa::cli {

// What the status begins with: who, whether a second factor is required, notices, a lockout. Whole lines.
[[nodiscard]] std::string status_heading(const Json& status, std::int64_t now, const Style& style);

// The whole of `mfa-enroll status`, from the heading to the next sensible step. `now` in seconds since the epoch.
[[nodiscard]] std::string status_text(const Json& status, std::int64_t now, const Style& style);

// A table of factors as replies list them.
[[nodiscard]] std::string factors_text(const std::vector<Json>& factors, const Style& style);

// "  7k3m-92qx-d4tp   …", two a line.
[[nodiscard]] std::string codes_text(std::span<const std::string> codes);

// "Recovery codes left: 8", a line.
[[nodiscard]] std::string recovery_codes_text(std::int64_t left);

// The devices of a status, a line each below a line that says what they are.
[[nodiscard]] std::string trusted_devices_text(const std::vector<Json>& devices, const Style& style);

// "ending 4567": how a reply masks a phone's number.
[[nodiscard]] std::string ending_text(std::string_view detail);

// What a new factor means for logins. `codes` is marked ("its codes"). Recovery codes come with the first one; any
// other is not what is asked for first.
[[nodiscard]] std::string logins_from_now_on(std::string_view codes, std::string_view factor, bool first);

// "iPhone (totp-1)", or the id alone where there is no name.
[[nodiscard]] std::string factor_text(std::string_view id, std::string_view name);

// "Over as well: the bypass code, the exemption.", a line; empty where a reply names nothing that ended.
[[nodiscard]] std::string ended_text(const Json& reply);

// "JBSW Y3DP EHPK 3PXP", for people who type it.
[[nodiscard]] std::string key_in_groups(std::string_view secret);

}  // namespace mfa::cli
