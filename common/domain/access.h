// Who may ask what of the engine: one table, a pure function over it, a test a row.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/domain/types.h"

namespace mfa {

enum class Verb : std::uint8_t {
  status,
  guided,  // the set-up that mfa-enroll alone begins
  totp,
  hotp,
  phone,
  key,
  codes,
  test,
  set_default,
  rename,
  remove,
  devices,
  forget_devices,
  history,
  report,
  enable,
  disable,
  language,
  privacy,
  own_data,
  helpdesk_show,
  helpdesk_unlock,
  helpdesk_reset,
  helpdesk_bypass,
  helpdesk_identify,
  helpdesk_travel,
  helpdesk_exempt,
  helpdesk_key,
  helpdesk_token,
  helpdesk_phone,
  provision,
  provision_codes,
  import_factors,
  explain,
  forecast,
  check_store,
  audit,
  verify_trail,
  trail_heads,
  trail_lines,
  purge,
  password_changed,
  send_test,
  rename_person,
  retire_person,
  stats,
  rotate_key,
  backup_store,
  restore_store,
};

[[nodiscard]] std::string_view name_of(Verb verb);  // as on mfa-enroll's command line: "default", "admin provision"
[[nodiscard]] std::optional<Verb> verb_named(std::string_view name);

enum class StepUp : std::uint8_t {
  none,    // looking only
  recent,  // proven in the last five minutes at this terminal
  afresh,  // proven now
};

struct Access {
  bool root_only = false;
  bool changes = false;  // is recorded
  StepUp step_up = StepUp::afresh;
};
[[nodiscard]] Access access_of(Verb verb);

// Root's verbs for uid 0 alone; one's own verbs for anybody the system can name.
[[nodiscard]] bool may(Uid caller, Verb verb);

}  // namespace mfa
