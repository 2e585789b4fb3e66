// A login: decide, ask, verify. From the facts to the verdict, from top to bottom; and what the module's other entry
// points ask of the same facts (Phase).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/domain/login_facts.h"
#include "common/flows/engine.h"

namespace mfa {

enum class LoginResult : std::uint8_t {
  passed,
  trusted,  // the device is: nothing was asked
  skipped,
  wrong,
  locked,
  denied,
  unavailable,   // store or directory cannot be used
  conversation,  // the other end cannot hold the dialogue
  done,          // what was reported or asked is done; lets nobody in
};

struct [[nodiscard]] LoginVerdict {
  LoginResult result = LoginResult::denied;
  std::string reason;  // a word or two for syslog, no secrets
  std::string text;    // for the person, shown as the last word; may be empty
  // Of Phase::split: a code is due behind the password. How many digits codes may have, the default factor's first.
  std::optional<std::vector<int>> codes = std::nullopt;
};

// `facts.from_root` and `caller` come from the kernel. A caller other than root can only be asked about itself.
LoginVerdict login(Engine& engine, const LoginFacts& facts, Caller caller, Dialogue& dialogue);

}  // namespace mfa
