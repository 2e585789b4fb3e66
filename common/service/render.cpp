#include "common/service/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "common/service/json_writer.h"

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
  write_time(json, "locked_until", reply.locked_until);
  write_texts(json, "notices", reply.notices);
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

WipedText codes_to_json(const std::vector<std::string>& codes) {
  JsonWriter json;
  json.open_object();
  write_texts(json, "codes", codes);
  return json.close_object().take();
}

}  // namespace mfa
