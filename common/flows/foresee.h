// What a login would come to, for administrators: the same assessment that the login itself makes, told beforehand.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "common/flows/requests.h"

namespace mfa {

struct ExplainRequest {
  std::string user;
  std::string service;         // empty: sshd
  std::string from;            // an address, "console", "unknown"; empty: unknown
  std::string key;             // fingerprint of the SSH key, "SHA256:…"; empty: a password alone
  std::optional<UnixTime> at;  // nothing: now
};
struct ExplainReply {
  std::string user;
  Outcome decision = Outcome::deny;
  std::string rule;
  std::string reason;                         // of the policy, or of what the store knows ("trusted", "locked", …)
  std::optional<std::chrono::seconds> trust;  // the window on offer
  std::vector<std::string> factors;           // kinds that may answer
  std::vector<std::string> observed;          // what observing rules would have done
};
[[nodiscard]] std::expected<ExplainReply, RequestError> explain(Engine& engine, const Asker& asker,
                                                                const ExplainRequest& request);

inline constexpr std::size_t kMostForecast = 256;  // users of one request

struct ForecastReply {
  std::size_t users = 0;  // the sum of those that follow
  std::size_t asked = 0;
  std::size_t enrol = 0;    // would set one up in the login
  std::size_t trusted = 0;  // would be asked, but have a trusted device
  std::size_t skipped = 0;
  std::size_t locked_out = 0;  // denied, for want of a factor or otherwise
  struct Who {
    std::string user;
    Outcome decision = Outcome::deny;
    std::string reason;
  };
  std::vector<Who> who;  // all of them, in the order of the request
};
// SSH logins by password from an unknown place. A user is a name, or an account as whoever asks has listed it,
// "alice/1001/100" with uid and group: the first of its uid. To look up each of 100,000 again where accounts lie in
// files would read all of them each time.
[[nodiscard]] std::expected<ForecastReply, RequestError> forecast(Engine& engine, const Asker& asker,
                                                                  const std::vector<std::string>& users,
                                                                  std::optional<UnixTime> at);

}  // namespace mfa
