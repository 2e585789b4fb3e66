#include "common/flows/reporting.h"

#include <algorithm>
#include <utility>

#include "common/flows/openings.h"
#include "common/flows/proven.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"
#include "common/flows/trusting.h"
#include "common/language/language.h"

namespace mfa {

namespace {

// By which a new password settles it; empty: it cannot be seen, and the next login with a code does.
std::string version_to_change(Engine& engine, const Account& account) {
  return password_version(engine, account).value_or("");
}

// What another may have under way: a call that their owner is about to answer, a code on its way. Where # was pressed,
// it is for nothing any more.
void end_messages(Transaction& tx, PersonId person) {
  tx.end_open_messages(person);
  tx.drop_phone_code(person, kUnfinishedPhone);
  for (const Factor& factor : tx.factors(person)) tx.drop_phone_code(person, factor.number);
}

struct Kept {
  bool recorded = false;  // it became a row
  std::vector<Opening> ended;
};

Kept report(Transaction& tx, const Account& account, Event about, const std::string& version) {
  Kept kept;
  kept.recorded = !tx.reported_since(about.user, about.at - kBetweenReports);
  Found found = find_person(tx, account);
  if (found.mismatch) {
    if (kept.recorded) tx.append(about);
    return kept;
  }
  // Until it is settled the password alone enrols nobody, and that takes a row of the person.
  if (!found.person) found.person = tx.add_person(account.name, account.uid, about.at);
  kept.ended = end_openings(tx, *found.person, about.at);
  if (!kept.ended.empty()) {
    about.reason += "; " + ended_terms(kept.ended);
    kept.recorded = true;
  }
  if (kept.recorded) tx.append(about);
  found.person->reported = about.at;
  found.person->reported_version = version;
  outdate(tx, *found.person);
  end_all_trust(tx, *found.person, TrustEnd::reported, about);
  end_messages(tx, found.person->id);
  return kept;
}

// Reported in this very second: whoever says so over and over costs no commit each time.
bool just_reported(Transaction& tx, const Account& account, const Event& about, const std::string& version) {
  const Found found = find_person(tx, account);
  if (found.mismatch) return tx.reported_since(about.user, about.at - kBetweenReports);
  if (!found.person || found.person->reported != about.at || found.person->reported_version != version) return false;
  const auto over = [](const Trust& trust) { return trust.ended.has_value(); };
  return std::ranges::all_of(tx.trusts(found.person->id), over) && openings(tx, *found.person, about.at).empty() &&
         tx.reported_since(about.user, about.at - kBetweenReports);
}

std::expected<Kept, StoreError> keep_report(Engine& engine, const Account& account, const Event& about) {
  const std::string version = version_to_change(engine, account);
  const auto known = reading(engine.store, [&](Transaction& tx) { return just_reported(tx, account, about, version); });
  if (!known) return std::unexpected(known.error());
  if (*known) return Kept{};
  return writing(engine.store, [&](Transaction& tx) { return report(tx, account, about, version); });
}

}  // namespace

LoginVerdict not_me(Engine& engine, const LoginTrail& trail, const Account& account) {
  const Event about = trail.event(EventKind::reported, "notme");
  if (const auto kept = keep_report(engine, account, about)) {
    std::string text = texts::reported(engine.settings);
    if (!kept->ended.empty()) text += "\n" + texts::openings_ended();
    return {.result = LoginResult::denied, .reason = "notme", .text = std::move(text)};
  }
  if (trail.from_root()) engine.journal.record(about, std::nullopt);
  return {.result = LoginResult::unavailable, .reason = "notme", .text = texts::unavailable(engine.settings)};
}

void note_report_by_stranger(Engine& engine, const Event& about) {
  const auto done = engine.store.write([&](Transaction& tx) {
    if (!tx.reported_since(about.user, about.at - kBetweenReports)) tx.append(about);
  });
  if (!done) engine.journal.record(about, std::nullopt);
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
  Event about = request_event(engine, *account, engine.clock.now(), EventKind::reported);
  about.reason = "report";
  auto kept = keep_report(engine, *account, about);
  if (!kept) {
    engine.journal.record(about, std::nullopt);
    RequestError error = store_failed(engine, asker, kept.error());
    error.text = say("Your report could not be kept.");
    error.hint = say("Change your password now, and tell {}.", texts::helpdesk(engine.settings));
    return std::unexpected(error);
  }
  return ReportReply{
      .recorded = kept->recorded, .helpdesk = texts::helpdesk(engine.settings), .ended = std::move(kept->ended)};
}

}  // namespace mfa
