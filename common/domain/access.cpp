#include "common/domain/access.h"

#include <algorithm>
#include <array>

namespace mfa {
namespace {

struct Row {
  Verb verb;
  std::string_view name;
  Access access;
};

// root only, changes, step-up. What only root asks needs no step-up: root reads the store's key anyway.
constexpr std::array kTable{
    Row{Verb::status, "status", {false, false, StepUp::none}},
    Row{Verb::guided, "guided", {false, true, StepUp::recent}},
    Row{Verb::totp, "totp", {false, true, StepUp::recent}},
    Row{Verb::hotp, "hotp", {false, true, StepUp::recent}},
    Row{Verb::phone, "phone", {false, true, StepUp::recent}},
    Row{Verb::key, "key", {false, true, StepUp::recent}},
    Row{Verb::codes, "codes", {false, true, StepUp::recent}},
    Row{Verb::test, "test", {false, true, StepUp::none}},
    Row{Verb::set_default, "default", {false, true, StepUp::recent}},
    Row{Verb::rename, "rename", {false, true, StepUp::recent}},
    Row{Verb::remove, "remove", {false, true, StepUp::afresh}},
    Row{Verb::devices, "devices", {false, false, StepUp::none}},
    // Makes nothing easier but a denial: whoever is at the terminal may.
    Row{Verb::forget_devices, "devices forget", {false, true, StepUp::none}},
    Row{Verb::history, "history", {false, false, StepUp::none}},
    // Fear must not meet a hurdle; nor does it make anything easier.
    Row{Verb::report, "report", {false, true, StepUp::none}},
    Row{Verb::enable, "enable", {false, true, StepUp::none}},
    Row{Verb::disable, "disable", {false, true, StepUp::afresh}},
    Row{Verb::language, "language", {false, true, StepUp::none}},
    Row{Verb::privacy, "privacy", {false, false, StepUp::none}},
    Row{Verb::own_data, "export", {false, false, StepUp::none}},
    Row{Verb::helpdesk_show, "helpdesk show", {false, false, StepUp::none}},
    Row{Verb::helpdesk_unlock, "helpdesk unlock", {false, true, StepUp::recent}},
    Row{Verb::helpdesk_reset, "helpdesk reset", {false, true, StepUp::afresh}},
    Row{Verb::helpdesk_bypass, "helpdesk bypass", {false, true, StepUp::afresh}},
    Row{Verb::helpdesk_identify, "helpdesk identify", {false, true, StepUp::recent}},
    Row{Verb::helpdesk_travel, "helpdesk travel", {false, true, StepUp::recent}},
    Row{Verb::helpdesk_exempt, "helpdesk exempt", {false, true, StepUp::recent}},
    Row{Verb::helpdesk_key, "helpdesk key", {false, true, StepUp::recent}},
    Row{Verb::helpdesk_token, "helpdesk token", {false, true, StepUp::recent}},
    Row{Verb::helpdesk_phone, "helpdesk phone", {false, true, StepUp::recent}},
    Row{Verb::provision, "admin provision", {true, true, StepUp::none}},
    Row{Verb::provision_codes, "admin provision --codes", {true, true, StepUp::none}},
    Row{Verb::import_factors, "admin import", {true, true, StepUp::none}},
    Row{Verb::explain, "admin explain", {true, false, StepUp::none}},
    Row{Verb::forecast, "admin forecast", {true, false, StepUp::none}},
    Row{Verb::check_store, "admin check", {true, false, StepUp::none}},
    Row{Verb::audit, "admin audit", {true, false, StepUp::none}},
    Row{Verb::verify_trail, "admin audit --verify", {true, false, StepUp::none}},
    Row{Verb::trail_heads, "admin audit --heads", {true, false, StepUp::none}},
    Row{Verb::trail_lines, "admin audit --lines", {true, false, StepUp::none}},
    Row{Verb::purge, "admin purge", {true, true, StepUp::none}},
    Row{Verb::password_changed, "admin password-changed", {true, true, StepUp::none}},
    Row{Verb::send_test, "admin send-test", {true, true, StepUp::none}},
    Row{Verb::rename_person, "admin rename", {true, true, StepUp::none}},
    Row{Verb::retire_person, "admin retire", {true, true, StepUp::none}},
    Row{Verb::stats, "admin stats", {true, false, StepUp::none}},
    Row{Verb::rotate_key, "admin rotate-key", {true, true, StepUp::none}},
    Row{Verb::backup_store, "admin backup", {true, true, StepUp::none}},
    Row{Verb::restore_store, "admin restore", {true, true, StepUp::none}},
};

const Row* row_of(Verb verb) {
  const auto* found = std::ranges::find(kTable, verb, &Row::verb);
  return found == kTable.end() ? nullptr : found;
}

}  // namespace

std::string_view name_of(Verb verb) {
  const Row* row = row_of(verb);
  return row == nullptr ? std::string_view{} : row->name;
}

std::optional<Verb> verb_named(std::string_view name) {
  const auto* found = std::ranges::find(kTable, name, &Row::name);
  if (found == kTable.end()) return std::nullopt;
  return found->verb;
}

Access access_of(Verb verb) {
  const Row* row = row_of(verb);
  return row == nullptr ? Access{.root_only = true, .changes = true, .step_up = StepUp::afresh} : row->access;
}

bool may(Uid caller, Verb verb) {
  const Row* row = row_of(verb);
  if (row == nullptr || caller == kOverflowUid || caller == kNoUid) return false;
  return caller == Uid{0} || !row->access.root_only;
}

}  // namespace mfa
