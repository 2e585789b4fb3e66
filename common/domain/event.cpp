#include "common/domain/event.h"

namespace mfa {

bool is_told(EventKind kind) {
  constexpr std::uint16_t kFirstAdminAct = 40;
  constexpr std::uint16_t kLastAdminAct = 59;
  switch (kind) {
    case EventKind::factor_added:
    case EventKind::factor_removed:
    case EventKind::recovery_codes_made:
    case EventKind::asking_disabled:
      return true;
    default:
      break;
  }
  const auto number = static_cast<std::uint16_t>(kind);
  return (number >= kFirstAdminAct && number <= kLastAdminAct) ||
         (number >= kFirstHelpdeskAct && number <= kLastHelpdeskAct);
}

bool is_about_store(EventKind kind) {
  const auto number = static_cast<std::uint16_t>(kind);
  return number >= kFirstOfStore && number <= kLastOfStore;
}

std::string_view name_of(EventKind kind) {
  switch (kind) {
    case EventKind::login_passed:
      return "login.passed";
    case EventKind::login_failed:
      return "login.failed";
    case EventKind::login_refused:
      return "login.refused";
    case EventKind::login_skipped:
      return "login.skipped";
    case EventKind::login_abandoned:
      return "login.abandoned";
    case EventKind::locked_out:
      return "login.locked_out";
    case EventKind::reported:
      return "login.reported";
    case EventKind::login_trusted:
      return "login.trusted";
    case EventKind::trust_granted:
      return "trust.granted";
    case EventKind::trust_ended:
      return "trust.ended";
    case EventKind::password_failed:
      return "password.failed";
    case EventKind::password_changed:
      return "password.changed";
    case EventKind::message_sent:
      return "message.sent";
    case EventKind::message_failed:
      return "message.failed";
    case EventKind::factor_added:
      return "factor.added";
    case EventKind::factor_removed:
      return "factor.removed";
    case EventKind::factor_renamed:
      return "factor.renamed";
    case EventKind::factor_default:
      return "factor.default";
    case EventKind::recovery_codes_made:
      return "recovery.made";
    case EventKind::factor_tested:
      return "test.passed";
    case EventKind::test_failed:
      return "test.failed";
    case EventKind::step_up_passed:
      return "step_up.passed";
    case EventKind::step_up_failed:
      return "step_up.failed";
    case EventKind::enrolment_code_made:
      return "enrolment.code_made";
    case EventKind::enrolment_refused:
      return "enrolment.refused";
    case EventKind::asking_disabled:
      return "mfa.disabled";
    case EventKind::asking_enabled:
      return "mfa.enabled";
    case EventKind::helpdesk_looked:
      return "helpdesk.show";
    case EventKind::helpdesk_identified:
      return "helpdesk.identify";
    case EventKind::helpdesk_identify_failed:
      return "helpdesk.identify_failed";
    case EventKind::provisioned:
      return "admin.provisioned";
    case EventKind::imported:
      return "admin.imported";
    case EventKind::helpdesk_key_added:
      return "helpdesk.key";
    case EventKind::helpdesk_unlocked:
      return "helpdesk.unlock";
    case EventKind::helpdesk_reset:
      return "helpdesk.reset";
    case EventKind::helpdesk_bypass:
      return "helpdesk.bypass";
    case EventKind::helpdesk_travel:
      return "helpdesk.travel";
    case EventKind::helpdesk_exempt:
      return "helpdesk.exempt";
    case EventKind::helpdesk_token_added:
      return "helpdesk.token";
    case EventKind::helpdesk_phone_added:
      return "helpdesk.phone";
    case EventKind::test_sent:
      return "admin.test_sent";
    case EventKind::helpdesk_refused:
      return "helpdesk.refused";
    case EventKind::store_created:
      return "store.created";
    case EventKind::schema_upgraded:
      return "store.upgraded";
    case EventKind::key_rotated:
      return "store.key_rotated";
    case EventKind::store_copied:
      return "store.backed_up";
    case EventKind::store_restored:
      return "store.restored";
    case EventKind::person_renamed:
      return "admin.renamed";
    case EventKind::person_retired:
      return "admin.retired";
    case EventKind::records_purged:
      return "records.purged";
  }
  return {};
}

}  // namespace mfa
