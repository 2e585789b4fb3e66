#include "common/service/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "common/json/json_writer.h"

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
    json.close_object();
  }
  json.close_array();
}

}  // namespace

std::string rfc3339(UnixTime time) {
  using std::chrono::sys_days;
  constexpr std::int64_t kYear0 = -62'167'219'200;     // 0000-01-01T00:00:00Z
  constexpr std::int64_t kYear9999 = 253'402'300'799;  // 9999-12-31T23:59:59Z
  const std::int64_t bounded = std::clamp(time.seconds, kYear0, kYear9999);
  const std::chrono::sys_seconds moment{std::chrono::seconds(bounded)};
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(moment - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

WipedText to_json(const StatusReply& reply) {
  JsonWriter json;
  json.open_object().member("user", reply.user).member("mfa", name_of(reply.mfa));
  write_time(json, "required_since", reply.required_since);
  json.key("factors").open_array();
  for (const auto& entry : reply.factors) write_entry(json, entry);
  json.close_array();
  json.member("recovery_codes_left", static_cast<std::int64_t>(reply.recovery_codes_left));
  write_devices(json, reply.devices);
  write_time(json, "locked_until", reply.locked_until);
  write_texts(json, "notices", reply.notices);
  if (!reply.next.empty()) json.member("next", reply.next);
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
  return json.close_object().take();
}

WipedText to_json(const DevicesReply& reply) {
  JsonWriter json;
  json.open_object();
  write_devices(json, reply.devices);
  return json.close_object().take();
}

WipedText to_json(const CodesReply& reply) {
  JsonWriter json;
  json.open_object().key("codes").open_array();
  for (const auto& entry : reply.codes) {
    json.open_object().member("user", entry.user);
    if (!entry.code.empty()) json.member("code", entry.code).member("until", rfc3339(entry.until));
    if (!entry.error.empty()) json.member("error", entry.error);
    json.close_object();
  }
  return json.close_array().close_object().take();
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
  json.member("trusted", number(reply.trusted)).member("skipped", number(reply.skipped));
  json.member("locked_out", number(reply.locked_out)).key("who").open_array();
  for (const auto& who : reply.who) {
    json.open_object().member("user", who.user).member("decision", name_of(who.decision));
    json.member("reason", who.reason).close_object();
  }
  return json.close_array().close_object().take();
}

WipedText codes_to_json(const std::vector<std::string>& codes) {
  JsonWriter json;
  json.open_object();
  write_texts(json, "codes", codes);
  return json.close_object().take();
}

}  // namespace mfa
