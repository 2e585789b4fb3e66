// What mfa-enroll asks for, read from the JSON of a Request frame: {"verb":"rename","factor":"totp-1","name":"x"}.
//
// Strict, because whoever can open user.sock writes it: one flat object of strings, each verb with exactly its keys, no
// key twice, valid UTF-8 without control characters, at most kLongestRequest bytes. Anything else is no request.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/domain/access.h"
#include "common/domain/factor.h"
#include "common/domain/import_row.h"
#include "common/domain/types.h"

namespace mfa {

inline constexpr std::size_t kLongestRequest = 4096;  // bytes

struct Request {
  Verb verb{};
  std::string factor;              // default, rename, remove, helpdesk reset: an id or a name
  std::string name;                // rename; totp, hotp, key, token and provision: empty if none was given
  std::string user;                // provision, explain, password-changed, rename, retire, helpdesk
  std::string to;                  // admin rename: the new name; language: its tag, or empty
  std::string users;               // forecast: names with ':' between them, which no name can hold (passwd(5))
  std::string device;              // devices forget: an id; empty: all
  FactorKind kind{};               // provision: totp or hotp
  int digits = kHotpDigits;        // of a hardware token: 6 or 8
  std::string gateway;             // send-test: the one to try
  bool press = false;              // likewise: # is to answer
  std::string number, country;     // phone, helpdesk phone, send-test: as typed; helpdesk travel: the country
  bool call = false;               // likewise: calls, not texts
  std::string line;                // key: as in a .pub file
  std::string service, from, key;  // explain; service, from: audit, too
  std::string actor, event;        // audit
  std::optional<UnixTime> at;      // explain, forecast
  std::optional<UnixTime> since;   // history, audit
  std::optional<std::int64_t> before, most;   // history: number of a row, rows; not below 0; before: audit, too
  std::optional<std::int64_t> after;          // audit, audit --heads: likewise
  std::string reason, checked;                // helpdesk
  std::optional<UnixTime> until;              // helpdesk travel, exempt; audit
  std::optional<std::int64_t> seconds, uses;  // helpdesk bypass; not below 0
  bool with_key = false;                      // admin restore: a key file comes too
  bool only_checks =
      false;             // an act of the helpdesk: whether it may be done, and on whom; import, codes: what would be
  std::string source;    // admin import
  bool replace = false;  // admin provision --codes: codes that are good still
  // Not of the JSON, where keys would stay behind, and which is short:
  std::vector<ReadRow> rows;                   // admin import
  std::vector<std::optional<Subject>> people;  // admin provision --codes
  std::string lines;                           // audit --lines: of syslog, a line feed between them, each "proof text"
};

// Or what is wrong with it, for whoever wrote the client.
[[nodiscard]] std::expected<Request, std::string> parse_request(std::string_view json);

}  // namespace mfa
