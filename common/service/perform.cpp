#include "common/service/perform.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/flows/asking.h"
#include "common/flows/audit.h"
#include "common/flows/check.h"
#include "common/flows/choose_language.h"
#include "common/flows/devices.h"
#include "common/flows/enrolment_codes.h"
#include "common/flows/foresee.h"
#include "common/flows/guided.h"
#include "common/flows/hand_over.h"
#include "common/flows/helpdesk_acts.h"
#include "common/flows/helpdesk_grants.h"
#include "common/flows/helpdesk_identify.h"
#include "common/flows/helpdesk_show.h"
#include "common/flows/history.h"
#include "common/flows/import.h"
#include "common/flows/keys.h"
#include "common/flows/own_data.h"
#include "common/flows/phones.h"
#include "common/flows/privacy.h"
#include "common/flows/purge.h"
#include "common/flows/reporting.h"
#include "common/flows/tokens.h"
#include "common/flows/upkeep.h"
#include "common/service/render.h"

namespace mfa {
namespace {

using Reply = std::expected<WipedText, RequestError>;

template <class T>
Reply rendered(const std::expected<T, RequestError>& reply) {
  if (!reply) return std::unexpected(reply.error());
  return to_json(*reply);
}

// Of what is told once, nothing stays behind.
Reply told_once(std::expected<EnrolledReply, RequestError> reply) {
  if (!reply) return std::unexpected(std::move(reply.error()));
  WipedText json = to_json(*reply);
  wipe(reply->uri);
  wipe(reply->secret);
  for (std::string& code : reply->recovery_codes) wipe(code);
  return json;
}

Reply told_once(std::expected<RegisteredReply, RequestError> reply) {
  if (!reply) return std::unexpected(std::move(reply.error()));
  WipedText json = to_json(*reply);
  for (std::string& code : reply->recovery_codes) wipe(code);
  wipe(reply->enrolment_code);
  return json;
}

Reply told_once(std::expected<ResetReply, RequestError> reply) {
  if (!reply) return std::unexpected(std::move(reply.error()));
  WipedText json = to_json(*reply);
  wipe(reply->enrolment_code);
  return json;
}

Reply told_once(std::expected<CodesReply, RequestError> reply) {
  if (!reply) return std::unexpected(std::move(reply.error()));
  WipedText json = to_json(*reply);
  for (auto& entry : reply->codes) wipe(entry.code);
  return json;
}

std::vector<std::string> names_in(std::string_view users) {
  std::vector<std::string> names;
  while (!users.empty()) {
    const std::size_t end = std::min(users.find(':'), users.size());
    if (end > 0) names.emplace_back(users.substr(0, end));
    users.remove_prefix(std::min(end + 1, users.size()));
  }
  return names;
}

Reply told_once(std::expected<std::vector<std::string>, RequestError> codes) {
  if (!codes) return std::unexpected(std::move(codes.error()));
  WipedText json = codes_to_json(*codes);
  for (std::string& code : *codes) wipe(code);
  return json;
}

PhoneWanted wanted_in(const Request& request) {
  return {.use = request.call ? PhoneUse::call : PhoneUse::text, .number = request.number, .country = request.country};
}

Reply told_once(std::expected<BypassReply, RequestError> reply) {
  if (!reply) return std::unexpected(std::move(reply.error()));
  WipedText json = to_json(*reply);
  wipe(reply->code);
  return json;
}

// What is out of all bounds is refused there as what is just out of them.
std::chrono::seconds length_of(const Request& request) {
  return std::chrono::seconds(std::min(request.seconds.value_or(std::chrono::seconds(kUsualBypass).count()),
                                       std::numeric_limits<std::int64_t>::max() / 4));
}
std::uint32_t uses_of(const Request& request) {
  return static_cast<std::uint32_t>(std::min<std::int64_t>(request.uses.value_or(1), kMostBypassUses + 1));
}

HelpdeskRequest help_of(const Request& request) {
  return {.user = request.user, .reason = request.reason, .checked = request.checked};
}

HistoryRequest page_of(const Request& request) {
  HistoryRequest page{.before = request.before, .since = request.since};
  if (request.most) page.most = static_cast<std::size_t>(*request.most);
  return page;
}

AuditRequest audit_of(const Request& request) {
  return {.filter = {.user = request.user,
                     .actor = request.actor,
                     .service = request.service,
                     .from = request.from,
                     .event = request.event,
                     .since = request.since,
                     .until = request.until},
          .after = request.after,
          .before = request.before};
}

std::vector<ProvenLine> lines_in(std::string_view text) {
  std::vector<ProvenLine> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string_view proof = line.substr(0, line.find(' '));
    lines.push_back(
        {.text = std::string(line.substr(std::min(proof.size() + 1, line.size()))), .proof = std::string(proof)});
  }
  return lines;
}

Reply done(Engine& engine, const Asker& asker, const Request& request) {
  switch (request.verb) {
    case Verb::status:
      return rendered(status(engine, asker));
    case Verb::guided:
      return rendered(guided_set_up(engine, asker));
    case Verb::totp:
      return told_once(enrol_totp(engine, asker, request.name));
    case Verb::hotp:
      return told_once(enrol_hotp(engine, asker, request.name, request.digits));
    case Verb::phone:
      return told_once(enrol_phone(engine, asker, request.name, wanted_in(request)));
    case Verb::codes:
      return told_once(new_codes(engine, asker));
    case Verb::test:
      return rendered(test_code(engine, asker));
    case Verb::set_default:
      return rendered(set_default(engine, asker, request.factor));
    case Verb::rename:
      return rendered(rename_factor(engine, asker, request.factor, request.name));
    case Verb::remove:
      return rendered(remove_factor(engine, asker, request.factor));
    case Verb::key:
      return told_once(enrol_key(engine, asker, request.line, request.name));
    case Verb::devices:
      return rendered(devices(engine, asker));
    case Verb::forget_devices:
      return rendered(forget_devices(engine, asker, request.device));
    case Verb::history:
      return rendered(history(engine, asker, page_of(request)));
    case Verb::report:
      return rendered(report_login(engine, asker));
    case Verb::enable:
      return rendered(enable_asking(engine, asker));
    case Verb::disable:
      return rendered(disable_asking(engine, asker));
    case Verb::language:
      return rendered(choose_language(engine, asker, request.to));
    case Verb::privacy:
      return rendered(privacy(engine, asker));
    case Verb::own_data:
      return rendered(own_data(engine, asker));
    case Verb::helpdesk_show:
      return rendered(helpdesk_show(engine, asker, help_of(request)));
    case Verb::helpdesk_unlock:
      return rendered(helpdesk_unlock(engine, asker, help_of(request)));
    case Verb::helpdesk_bypass:
      return told_once(helpdesk_bypass(engine, asker, help_of(request), length_of(request), uses_of(request)));
    case Verb::helpdesk_identify:
      return rendered(helpdesk_identify(engine, asker, help_of(request)));
    case Verb::helpdesk_travel:
      return rendered(
          helpdesk_travel(engine, asker, help_of(request), request.country, request.until.value_or(UnixTime{})));
    case Verb::helpdesk_exempt:
      return rendered(helpdesk_exempt(engine, asker, help_of(request), request.until.value_or(UnixTime{})));
    case Verb::helpdesk_reset:
      return told_once(helpdesk_reset(engine, asker, help_of(request), request.factor));
    case Verb::helpdesk_key:
      return told_once(helpdesk_key(engine, asker,
                                    {.user = request.user,
                                     .line = request.line,
                                     .name = request.name,
                                     .reason = request.reason,
                                     .checked = request.checked}));
    case Verb::helpdesk_token:
      return told_once(helpdesk_token(engine, asker,
                                      {.user = request.user,
                                       .name = request.name,
                                       .reason = request.reason,
                                       .checked = request.checked,
                                       .digits = request.digits}));
    case Verb::helpdesk_phone:
      return told_once(helpdesk_phone(engine, asker,
                                      {.user = request.user,
                                       .wanted = wanted_in(request),
                                       .name = request.name,
                                       .reason = request.reason,
                                       .checked = request.checked}));
    case Verb::send_test:
      return rendered(
          send_test(engine, asker, {.phone = wanted_in(request), .press = request.press, .gateway = request.gateway}));
    case Verb::provision_codes:
      return told_once(provision_codes(
          engine, asker, {.people = request.people, .replace = request.replace, .only_tries = request.only_checks}));
    case Verb::explain:
      return rendered(explain(engine, asker,
                              {.user = request.user,
                               .service = request.service,
                               .from = request.from,
                               .key = request.key,
                               .at = request.at}));
    case Verb::forecast:
      return rendered(forecast(engine, asker, names_in(request.users), request.at));
    case Verb::check_store:
      return rendered(check_store(engine, asker));
    case Verb::audit:
      return rendered(audit(engine, asker, audit_of(request)));
    case Verb::verify_trail:
      return rendered(verify_trail(engine, asker));
    case Verb::trail_heads:
      return rendered(trail_heads(engine, asker, request.after.value_or(0)));
    case Verb::trail_lines:
      return rendered(line_origins(engine, asker, lines_in(request.lines)));
    case Verb::purge:
      return rendered(purge_records(engine, asker));
    case Verb::password_changed:
      return rendered(password_changed(engine, asker, request.user));
    case Verb::rename_person:
      return rendered(rename_person(engine, asker, request.user, request.to));
    case Verb::retire_person:
      return rendered(retire_person(engine, asker, request.user));
    case Verb::stats:
      return rendered(stats(engine, asker));
    case Verb::rotate_key:
      return rendered(rotate_key(engine, asker));
    case Verb::backup_store:
      return rendered(backup_store(engine, asker));
    case Verb::restore_store:
      return rendered(restore_store(engine, asker, request.with_key));
    case Verb::import_factors:
      return rendered(import_factors(
          engine, asker, {.source = request.source, .rows = request.rows, .only_tries = request.only_checks}));
    case Verb::provision:
      if (request.kind == FactorKind::hotp)
        return told_once(provision_hotp(engine, asker, request.user, request.name, request.digits));
      return told_once(provision_totp(engine, asker, request.user, request.name));
  }
  return std::unexpected(RequestError{.kind = RequestError::Kind::usage, .text = "Unknown request.", .hint = {}});
}

}  // namespace

Reply perform(Engine& engine, const Asker& asker, const Request& request) {
  Reply reply = done(engine, asker, request);
  if (reply || reply.error().kind != RequestError::Kind::only_checked) return reply;
  auto shown = helpdesk_show(engine, asker, help_of(request));  // whom it is about
  if (shown) shown->number = std::move(reply.error().text);
  return rendered(shown);
}

}  // namespace mfa
