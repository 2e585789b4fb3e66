// Trusted devices of a reply as people read them. Pure; every text is made printable here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/json.h"
#include "cli/style.h"

namespace mfa::cli {

// "security key SHA256:Xk3wJ9bQz…", "address 203.0.113.7", "console".
[[nodiscard]] std::string device_text(const Json& device, const Style& style);

// `mfa-enroll devices`: the table, or what a trusted device is to someone who has none. `now` in seconds since the
// epoch.
[[nodiscard]] std::string devices_text(const std::vector<Json>& devices, std::int64_t now, const Style& style);

// For the status: a line each.
[[nodiscard]] std::string device_lines(const std::vector<Json>& devices, const Style& style);

// What was forgotten: a line each.
[[nodiscard]] std::string forgotten_text(const std::vector<Json>& devices, const Style& style);

}  // namespace mfa::cli
