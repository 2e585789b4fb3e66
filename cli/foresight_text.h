// What logins would come to, in sentences: the replies to `admin explain` and `admin forecast`. Pure; every text is
// made printable here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/json.h"
#include "cli/style.h"

namespace mfa::cli {

// A reason as part of a sentence: "the device is trusted"; one that we do not know, as it came.
[[nodiscard]] std::string reason_text(std::string_view reason);

// The login that was asked about; an empty text is what the engine then takes.
struct AskedLogin {
  std::string user;
  std::string service;
  std::string from;
  std::string key;
  std::optional<std::int64_t> at;  // seconds since the epoch; nothing: now
};
[[nodiscard]] std::string explanation_text(const AskedLogin& login, const Json& reply, const Style& style);

struct Forecast {
  std::int64_t users = 0;  // the sum of those that follow
  std::int64_t asked = 0;
  std::int64_t enrol = 0;
  std::int64_t trusted = 0;
  std::int64_t skipped = 0;
  std::int64_t locked_out = 0;
  std::vector<Json> who;  // {"user","decision","reason"}, one for each
};
[[nodiscard]] Json forecast_json(const Forecast& forecast);
[[nodiscard]] std::string forecast_text(const Forecast& forecast, std::optional<std::int64_t> at, const Style& style);

}  // namespace mfa::cli
