// How a session ended, as it is told to the client, and how the flows' results become that.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/flows/login.h"
#include "common/flows/requests.h"
#include "common/protocol/frame.h"
#include "common/service/wire.h"

namespace mfa {

struct Verdict {
  protocol::VerdictCode code = protocol::VerdictCode::unavailable;
  std::string text;                                      // for the person; may be empty
  std::string hint;                                      // what to do next; may be empty
  std::string reason;                                    // a word or two for syslog; may be empty
  std::optional<std::vector<int>> codes = std::nullopt;  // as LoginVerdict has it
  bool goes_on = false;                                  // a call does, and this process with it
};

[[nodiscard]] Verdict verdict_of(const LoginVerdict& verdict);
[[nodiscard]] Verdict verdict_of(const RequestError& error);

// Texts that would not fit a frame are left out, rather than the verdict.
[[nodiscard]] bool send_verdict(Wire& wire, const Verdict& verdict);

}  // namespace mfa
