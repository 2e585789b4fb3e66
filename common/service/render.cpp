#include "common/service/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <span>

#include "common/check/store_judge.h"
#include "common/json/json_writer.h"
#include "common/service/check/write_finding.h"

namespace mfa {
namespace {

std::string_view name_of(Requirement requirement) {
  switch (requirement) {
    case Requirement::require:
      return "require";
    case Requirement::optional:
      return "optional";
    case Requirement::skip:
      return "skip";
    case Requirement::deny:
      return "deny";
  }
  return "deny";
}

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::skip:
      return "skip";
    case Outcome::require:
      return "require";
    case Outcome::enrol:
      return "enrol";
    case Outcome::deny:
      break;
  }
  return "deny";
}

std::string_view name_of(ImportReply::End end) {
  switch (end) {
    case ImportReply::End::added:
      return "added";
    case ImportReply::End::there:
      return "there";
    case ImportReply::End::left:
      return "left";
    case ImportReply::End::refused:
      break;
  }
  return "refused";
}

// As the configuration writes it: the largest unit that leaves no rest.
std::string window(std::chrono::seconds length) {
  constexpr std::array<std::pair<std::int64_t, char>, 3> kUnits{{{86'400, 'd'}, {3'600, 'h'}, {60, 'm'}}};
  for (const auto& [seconds, unit] : kUnits) {
    if (length.count() % seconds == 0) return fmt::format("{}{}", length.count() / seconds, unit);
  }
  return fmt::format("{}s", length.count());
}

void write_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.key(name).open_array();
  for (const std::string& text : texts) json.value(text);
  json.close_array();
}

void write_time(JsonWriter& json, std::string_view name, const std::optional<UnixTime>& time) {
  if (time) json.member(name, rfc3339(*time));
}

void write_entry(JsonWriter& json, const StatusReply::Entry& entry) {
  json.open_object().member("id", entry.id).member("kind", entry.kind).member("name", entry.name);
  json.member("default", entry.is_default);
  if (!entry.detail.empty()) json.member("detail", entry.detail);
  write_time(json, "added", entry.added);
  write_time(json, "last_used", entry.last_used);
  json.close_object();
}

void write_devices(JsonWriter& json, const std::vector<DeviceEntry>& devices) {
  json.key("devices").open_array();
  for (const DeviceEntry& device : devices) {
    json.open_object().member("id", device.id).member("kind", device.kind).member("label", device.label);
    json.member("server", device.server).member("since", rfc3339(device.since)).member("until", rfc3339(device.until));
    if (!device.ended.empty()) json.member("ended", device.ended);
    json.close_object();
  }
  json.close_array();
}

void write_factors(JsonWriter& json, const std::vector<StatusReply::Entry>& entries) {
  json.key("factors").open_array();
  for (const auto& entry : entries) write_entry(json, entry);
  json.close_array();
}

// What there is nothing to say of is left out.
void write_text(JsonWriter& json, std::string_view name, std::string_view text) {
  if (!text.empty()) json.member(name, text);
}

void write_ended(JsonWriter& json, std::span<const Opening> ended) {
  if (ended.empty()) return;
  json.key("ended").open_array();
  for (const Opening opening : ended) json.value(name_of(opening));
  json.close_array();
}

// Of many things done in one request: why not all of them.
void write_stopped(JsonWriter& json, const std::optional<RequestError>& why) {
  if (!why) return;
  json.member("error", why->text);
  write_text(json, "hint", why->hint);
}

void write_row(JsonWriter& json, const TrailRow& row) {
  const Event& event = row.event;
  json.open_object().member("at", rfc3339(event.at));
  write_text(json, "user", event.user);
  write_text(json, "actor", event.actor);
  json.member("event", name_of(event.kind));
  write_text(json, "service", event.service);
  write_text(json, "from", event.from);
  write_text(json, "server", event.server);
  write_text(json, "factor", event.factor);
  write_text(json, "reason", event.reason);
  json.member("seq", row.seq).close_object();
}

// All of it but the password's version.
void write_trust(JsonWriter& json, const Trust& trust) {
  json.open_object().member("id", fmt::format("device-{}", trust.number)).member("kind", name_of(trust.device.kind));
  json.member("label", trust.label).member("server", trust.server).member("rule", trust.rule);
  json.member("since", rfc3339(trust.since)).member("until", rfc3339(trust.until));
  json.member("last_seen", rfc3339(trust.last_seen));
  write_text(json, "country", trust.country);
  write_text(json, "network", trust.network);
  json.member("failures", static_cast<std::int64_t>(trust.failures)).member("burst", trust.burst);
  if (trust.ended) json.member("ended", name_of(*trust.ended));
  write_time(json, "ended_at", trust.ended_at);
  json.close_object();
}

void write_journeys(JsonWriter& json, const std::vector<Journey>& journeys) {
  if (journeys.empty()) return;
  json.key("travel").open_array();
  for (const Journey& journey : journeys)
    json.open_object().member("country", journey.country).member("until", rfc3339(journey.until)).close_object();
  json.close_array();
}

void write_status(JsonWriter& json, const StatusReply& reply) {
  json.member("user", reply.user).member("mfa", name_of(reply.mfa));
  write_time(json, "required_since", reply.required_since);
  write_factors(json, reply.factors);
  json.member("recovery_codes_left", static_cast<std::int64_t>(reply.recovery_codes_left));
  write_devices(json, reply.devices);
  write_time(json, "locked_until", reply.locked_until);
  write_time(json, "bypass_until", reply.bypass_until);
  if (reply.bypass_until) json.member("bypass_uses", std::int64_t{reply.bypass_uses});
  write_time(json, "exempt_until", reply.exempt_until);
  write_journeys(json, reply.journeys);
  write_time(json, "reported", reply.reported);
  if (reply.disabled) json.member("disabled", true);
  write_texts(json, "notices", reply.notices);
  write_text(json, "next", reply.next);
}

}  // namespace

WipedText to_json(const StatusReply& reply) {
  JsonWriter json;
  json.open_object();
  write_status(json, reply);
  return json.close_object().take();
}

WipedText to_json(const ShownReply& reply) {
  JsonWriter json;
  json.open_object();
  write_status(json, reply.status);
  write_time(json, "last_login", reply.last_login);
  write_time(json, "enrolment_code_until", reply.enrolment_code_until);
  json.key("events").open_array();
  for (const TrailRow& row : reply.events) write_row(json, row);
  json.close_array();
  write_text(json, "number", reply.number);
  return json.close_object().take();
}

WipedText to_json(const UnlockReply& reply) {
  JsonWriter json;
  return json.open_object().member("user", reply.user).member("unlocked", reply.unlocked).close_object().take();
}

WipedText to_json(const BypassReply& reply) {
  JsonWriter json;
  json.open_object().member("code", reply.code).member("uses", std::int64_t{reply.uses});
  return json.member("until", rfc3339(reply.until)).close_object().take();
}

WipedText to_json(const IdentifiedReply& reply) {
  JsonWriter json;
  json.open_object().member("user", reply.user).member("factor", reply.factor);
  return json.member("until", rfc3339(reply.until)).close_object().take();
}

WipedText to_json(const JourneyReply& reply) {
  JsonWriter json;
  json.open_object().member("user", reply.user).member("country", reply.country);
  write_time(json, "until", reply.until);
  return json.close_object().take();
}

WipedText to_json(const ExemptReply& reply) {
  JsonWriter json;
  json.open_object().member("user", reply.user);
  write_time(json, "until", reply.until);
  return json.close_object().take();
}

WipedText to_json(const ResetReply& reply) {
  JsonWriter json;
  json.open_object().key("removed").open_array();
  for (const FactorReply& factor : reply.removed) json.value(factor.factor);
  json.close_array();
  write_ended(json, reply.ended);
  write_text(json, "enrolment_code", reply.enrolment_code);
  write_time(json, "until", reply.until);
  return json.close_object().take();
}

WipedText to_json(const EnrolledReply& reply) {
  JsonWriter json;
  json.open_object().member("factor", reply.factor).member("kind", reply.kind);
  json.member("uri", reply.uri).member("secret", reply.secret);
  if (!reply.recovery_codes.empty()) write_texts(json, "recovery_codes", reply.recovery_codes);
  return json.close_object().take();
}

WipedText to_json(const FactorReply& reply) {
  JsonWriter json;
  json.open_object().member("factor", reply.factor).member("name", reply.name);
  if (reply.recovery_codes_left)
    json.member("recovery_codes_left", static_cast<std::int64_t>(*reply.recovery_codes_left));
  return json.close_object().take();
}

WipedText to_json(const RegisteredReply& reply) {
  JsonWriter json;
  json.open_object().member("factor", reply.factor).member("kind", reply.kind).member("detail", reply.detail);
  if (!reply.recovery_codes.empty()) write_texts(json, "recovery_codes", reply.recovery_codes);
  write_text(json, "enrolment_code", reply.enrolment_code);
  write_time(json, "until", reply.until);
  write_text(json, "default", reply.still_default);
  return json.close_object().take();
}

WipedText to_json(const SentReply& reply) {
  JsonWriter json;
  json.open_object().member("number", reply.number).member("status", reply.status);
  write_text(json, "gateway", reply.gateway);
  write_text(json, "detail", reply.detail);
  json.key("tried").open_array();
  for (const auto& one : reply.tries) {
    json.open_object().member("gateway", one.gateway).member("status", name_of(one.delivery));
    write_text(json, "detail", one.detail);
    json.close_object();
  }
  return json.close_array().close_object().take();
}

WipedText to_json(const DevicesReply& reply) {
  JsonWriter json;
  json.open_object();
  write_devices(json, reply.devices);
  return json.close_object().take();
}

WipedText to_json(const NewPasswordReply& reply) {
  JsonWriter json;
  json.open_object();
  write_devices(json, reply.devices);
  if (reply.bypass_ended) write_ended(json, std::array{Opening::bypass_code});
  return json.close_object().take();
}

WipedText to_json(const CodesReply& reply) {
  JsonWriter json;
  json.open_object().key("codes").open_array();
  for (const auto& entry : reply.codes) {
    json.open_object();
    write_text(json, "user", entry.user);
    write_text(json, "code", entry.code);
    if (entry.end != CodesReply::End::refused) json.member("until", rfc3339(entry.until));
    if (entry.end == CodesReply::End::kept) json.member("kept", true);
    write_text(json, "error", entry.why);
    json.close_object();
  }
  json.close_array();
  write_stopped(json, reply.stopped);
  return json.close_object().take();
}

WipedText to_json(const ImportReply& reply) {
  JsonWriter json;
  json.open_object().key("rows").open_array();
  for (const auto& row : reply.rows) {
    json.open_object().member("end", name_of(row.end));
    if (!row.factor.empty()) json.member("factor", row.factor);
    if (!row.why.empty()) json.member("why", row.why);
    json.close_object();
  }
  json.close_array();
  write_stopped(json, reply.stopped);
  return json.close_object().take();
}

WipedText to_json(const HistoryReply& reply) {
  JsonWriter json;
  json.open_object().key("events").open_array();
  for (const TrailRow& row : reply.rows) write_row(json, row);
  json.close_array();
  if (reply.before) json.member("before", *reply.before);
  return json.close_object().take();
}

WipedText to_json(const AuditReply& reply) {
  JsonWriter json;
  json.open_object().key("events").open_array();
  for (const TrailRow& row : reply.rows) write_row(json, row);
  json.close_array();
  if (reply.next) json.member("next", *reply.next);
  return json.close_object().take();
}

WipedText to_json(const TrailVerdict& verdict) {
  JsonWriter json;
  json.open_object().member("events", verdict.rows).member("purged", verdict.purged).member("last", verdict.last);
  json.member("head", verdict.head).key("damage").open_array();
  for (const DamagedRows& one : verdict.damage) {
    json.open_object().member("kind", name_of(one.damage)).member("seq", one.first);
    if (one.damage == TrailDamage::swapped)
      json.member("with", one.last);
    else if (one.last != one.first)
      json.member("to", one.last);
    json.close_object();
  }
  json.close_array();
  if (verdict.more_damage) json.member("more_damage", true);
  return json.close_object().take();
}

WipedText to_json(const HeadsReply& reply) {
  JsonWriter json;
  json.open_object().member("first", reply.first).member("head", reply.heads);
  return json.close_object().take();
}

WipedText to_json(const std::vector<LineOrigin>& lines) {
  JsonWriter json;
  json.open_object().key("lines").open_array();
  for (const LineOrigin line : lines) json.value(name_of(line));
  return json.close_array().close_object().take();
}

WipedText to_json(const PurgeReply& reply) {
  JsonWriter json;
  json.open_object().member("events", static_cast<std::int64_t>(reply.purged.events));
  json.member("before", rfc3339(reply.purged.before)).member("keep", window(reply.keep));
  return json.close_object().take();
}

WipedText to_json(const ReportReply& reply) {
  JsonWriter json;
  json.open_object().member("recorded", reply.recorded).member("helpdesk", reply.helpdesk);
  write_ended(json, reply.ended);
  return json.close_object().take();
}

WipedText to_json(const LanguageReply& reply) {
  JsonWriter json;
  json.open_object().member("language", reply.language).member("chosen", reply.chosen);
  json.member("changed", reply.changed).key("languages").open_array();
  for (const Language& language : reply.offered)
    json.open_object().member("tag", language.tag).member("name", language.name).close_object();
  return json.close_array().close_object().take();
}

WipedText to_json(const AskingReply& reply) {
  JsonWriter json;
  json.open_object().member("asked", reply.asked).member("changed", reply.changed);
  write_time(json, "required_since", reply.required_from);
  return json.close_object().take();
}

WipedText to_json(const PrivacyReply& reply) {
  JsonWriter json;
  json.open_object().key("kept").open_array();
  for (const auto& section : reply.kept) {
    json.open_object().member("what", section.what).member("why", section.why);
    json.member("how_long", section.how_long).close_object();
  }
  json.close_array().member("never", reply.never).member("who", reply.who).member("ask", reply.ask);
  return json.close_object().take();
}

WipedText to_json(const OwnDataReply& reply) {
  const auto number = [](auto value) { return static_cast<std::int64_t>(value); };
  JsonWriter json;
  json.open_object().member("user", reply.user).member("uid", number(reply.uid.value));
  if (reply.person) write_time(json, "known_since", reply.person->first_seen);
  if (reply.person) write_text(json, "language", reply.person->language);
  write_factors(json, reply.factors);
  json.member("recovery_codes_left", number(reply.recovery_codes_left)).key("devices").open_array();
  for (const Trust& trust : reply.trusts) write_trust(json, trust);
  json.close_array();
  if (reply.person) {
    const Person& person = *reply.person;
    json.member("wrong_codes", number(person.lockout.failures)).member("locks", number(person.lockout.locks));
    if (person.lockout.locked_until > person.lockout.locked_at)
      write_time(json, "locked_until", person.lockout.locked_until);
    json.member("failed_since_login", number(person.failed_since_login));
    json.member("enrol_by_code", person.enrol_by_code).member("disabled", person.asks_off);
    write_time(json, "reported", person.reported);
  }
  write_time(json, "set_up_until", reply.set_up_until);
  if (!reply.set_up_from.empty()) json.member("set_up_from", reply.set_up_from);
  write_time(json, "enrolment_code_until", reply.enrolment_code_until);
  if (reply.bypass) write_time(json, "bypass_until", reply.bypass->until);
  if (reply.bypass) json.member("bypass_uses", std::int64_t{reply.bypass->uses});
  if (reply.person) write_time(json, "exempt_until", reply.person->exempt_until);
  write_journeys(json, reply.journeys);
  return json.close_object().take();
}

WipedText to_json(const ExplainReply& reply) {
  JsonWriter json;
  json.open_object().member("user", reply.user).member("decision", name_of(reply.decision));
  json.member("rule", reply.rule).member("reason", reply.reason);
  if (reply.trust) json.member("trust", window(*reply.trust));
  write_texts(json, "factors", reply.factors);
  if (!reply.observed.empty()) write_texts(json, "observed", reply.observed);
  return json.close_object().take();
}

WipedText to_json(const ForecastReply& reply) {
  const auto number = [](std::size_t count) { return static_cast<std::int64_t>(count); };
  JsonWriter json;
  json.open_object().member("users", number(reply.users)).member("asked", number(reply.asked));
  json.member("enrol", number(reply.enrol))
      .member("trusted", number(reply.trusted))
      .member("skipped", number(reply.skipped));
  json.member("locked_out", number(reply.locked_out)).key("who").open_array();
  for (const auto& who : reply.who) {
    json.open_object().member("user", who.user).member("decision", name_of(who.decision));
    json.member("reason", who.reason).close_object();
  }
  return json.close_array().close_object().take();
}

WipedText to_json(const CheckReply& reply) {
  JsonWriter json;
  json.open_object().key("checks").open_array();
  for (const Finding& finding : judge_store(reply.store, reply.path)) write_finding(json, finding);
  return json.close_array().close_object().take();
}

WipedText codes_to_json(const std::vector<std::string>& codes) {
  JsonWriter json;
  json.open_object();
  write_texts(json, "codes", codes);
  return json.close_object().take();
}

}  // namespace mfa
