#include "common/domain/advice.h"

#include <algorithm>
#include <optional>

#include "common/domain/recovery.h"

namespace mfa {
namespace {

// What somebody who has nothing but this kind adds to it; nothing: it serves everywhere.
std::optional<Advice> beside(FactorKind only) {
  switch (only) {
    case FactorKind::key:
      return Advice::app_beside_key;
    case FactorKind::sms:
    case FactorKind::call:
      return Advice::app_beside_phone;
    case FactorKind::totp:
    case FactorKind::hotp:
      break;
  }
  return std::nullopt;
}

}  // namespace

Advice next_step(const Holdings& has) {
  if (has.reported) return Advice::change_password;
  if (has.locked) return Advice::wait;
  if (has.factors.empty()) return has.can_set_up ? Advice::set_up : Advice::ask_staff;
  const bool phones_alone = std::ranges::all_of(
      has.factors, [](FactorKind kind) { return kind == FactorKind::sms || kind == FactorKind::call; });
  if (phones_alone && !has.phones_reached) return Advice::phone_cut_off;
  if (has.recovery_codes < kFewRecoveryCodes) return Advice::make_codes;
  const auto more = beside(has.factors.front());
  if (more && has.app_counts && std::ranges::all_of(has.factors, [&](FactorKind kind) { return beside(kind) == more; }))
    return *more;
  if (!has.any_used) return Advice::test;
  if (has.asked && has.app_counts && has.factors.size() == 1) return Advice::back_up;
  return Advice::nothing;
}

}  // namespace mfa
