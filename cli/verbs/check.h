// `mfa-enroll admin check`: is everything right here, and what to type where it is not.
//
// `mfad --check` looks, as root, at what lies on this computer; the engine is asked for its store, and about the people
// whom the computer lists; this shows what they found.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/accounts.h"
#include "cli/console.h"
#include "cli/outcome.h"

namespace mfa::cli {

struct Checked {
  std::string name;
  bool ok = false;
  std::string detail;
  std::string mend;  // of a fault
};

struct CheckOptions {
  std::vector<std::string> except;  // names of faults that are known and left as they are
  AccountList accounts;             // list_accounts
};
[[nodiscard]] Outcome<void> admin_check(const Console& console, const CheckOptions& options);

// The names that a fault can have; CHECKS in mfa-enroll(1) tells what each means.
[[nodiscard]] std::span<const std::string_view> names_of_checks();

// Reads what `mfad --check` prints: a JSON object a line, {"name","ok","detail","mend"}.
[[nodiscard]] Outcome<std::vector<Checked>> parse_checks(std::string_view lines);

// Adds what the engine says. An engine that cannot be asked is a fault, unless others say why already.
void check_engine(const Console& console, const AccountList& accounts, std::vector<Checked>& checks);

// The faults come last, right above the next prompt.
[[nodiscard]] std::string checks_text(std::span<const Checked> checks, const Style& style);
[[nodiscard]] Json checks_json(std::span<const Checked> checks);

}  // namespace mfa::cli
