#include "common/flows/reporting.h"

#include "common/flows/proven.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"
#include "common/flows/trusting.h"

namespace mfa {

bool report(Transaction& tx, const Account& account, const Event& about, const std::string& password_version) {
  const bool recorded = !tx.reported_since(about.user, about.at - kBetweenReports);
  if (recorded) tx.append(about);
  Found found = find_person(tx, account);
  if (!found.person || found.mismatch) return recorded;
  found.person->reported = about.at;
  found.person->reported_version = password_version;
  outdate(tx, *found.person);
  end_all_trust(tx, *found.person, TrustEnd::reported, about);
  return recorded;
}

std::string version_to_change(Engine& engine, const Account& account) {
  return engine.versions.version_of(account.name).value_or("");
}

LoginVerdict not_me(Engine& engine, const LoginTrail& trail, const Account& account) {
  const std::string version = version_to_change(engine, account);
  const Event about = trail.event(EventKind::reported, "notme");
  const auto done = engine.store.write([&](Transaction& tx) { (void)report(tx, account, about, version); });
  if (done) return {.result = LoginResult::denied, .reason = "notme", .text = texts::reported(engine.settings)};
  if (trail.from_root()) engine.journal.record(about, std::nullopt);
  return {.result = LoginResult::unavailable, .reason = "notme", .text = texts::unavailable(engine.settings)};
}

std::optional<UnixTime> unsettled_report(Engine& engine, const Account& account, const Person& person) {
  if (!person.reported || person.reported_version.empty()) return person.reported;
  const auto version = engine.versions.version_of(account.name);
  if (version && *version != person.reported_version) return std::nullopt;
  return person.reported;
}

std::expected<ReportReply, RequestError> report_login(Engine& engine, const Asker& asker) {
  const auto account = who_asks(engine, asker);
  if (!account) return std::unexpected(account.error());
  const std::string version = version_to_change(engine, *account);
  Event about = request_event(engine, *account, engine.clock.now(), EventKind::reported);
  about.reason = "report";
  const auto recorded = writing(engine.store, [&](Transaction& tx) { return report(tx, *account, about, version); });
  if (!recorded) {
    engine.journal.record(about, std::nullopt);
    RequestError error = store_failed(engine, asker, recorded.error());
    error.text = "Your report could not be kept.";
    error.hint = "Change your password now, and tell " + texts::helpdesk(engine.settings) + ".";
    return std::unexpected(error);
  }
  return ReportReply{.recorded = *recorded, .helpdesk = texts::helpdesk(engine.settings)};
}

}  // namespace mfa
