// Replies to what root does with the store as a whole and with people who changed names or left.

#include "common/json/json_writer.h"
#include "common/service/render.h"

namespace mfa {

namespace {

void write_ids(JsonWriter& json, std::string_view name, const std::vector<std::string>& ids) {
  json.key(name).open_array();
  for (const std::string& id : ids) json.value(id);
  json.close_array();
}

void write_facts(JsonWriter& json, const CopyFacts& facts) {
  json.member("size", facts.size).member("people", facts.people).member("rows", facts.last);
  json.member("schema", facts.schema).member("key", facts.key);
}

}  // namespace

WipedText to_json(const RenamedReply& reply) {
  JsonWriter json;
  json.open_object().member("user", reply.user).member("was", reply.was);
  write_ids(json, "factors", reply.factors);
  json.member("devices", static_cast<std::int64_t>(reply.devices));
  return json.close_object().take();
}

WipedText to_json(const RetiredReply& reply) {
  JsonWriter json;
  json.open_object().member("user", reply.user).member("uid", std::int64_t{reply.uid.value});
  write_ids(json, "removed", reply.removed);
  json.member("recovery_codes", static_cast<std::int64_t>(reply.recovery_codes));
  json.member("devices", static_cast<std::int64_t>(reply.devices));
  return json.close_object().take();
}

WipedText to_json(const CopyFacts& reply) {
  JsonWriter json;
  json.open_object();
  write_facts(json, reply);
  return json.close_object().take();
}

WipedText to_json(const Restored& reply) {
  JsonWriter json;
  json.open_object();
  write_facts(json, reply.facts);
  if (!reply.aside.empty()) json.member("aside", reply.aside);
  json.member("continued", reply.continued);
  if (reply.all_that_came_back > 0) {
    json.member("all_that_came_back", reply.all_that_came_back).key("came_back").open_array();
    for (const auto& [user, factor] : reply.came_back) {
      json.open_object().member("user", user);
      if (!factor.empty()) json.member("factor", factor);
      json.close_object();
    }
    json.close_array();
  }
  if (reply.all_by_code > 0) {
    json.member("all_by_code", reply.all_by_code).key("by_code").open_array();
    for (const std::string& user : reply.by_code) json.value(user);
    json.close_array();
  }
  if (!reply.named_as_before.empty()) {
    json.key("named_as_before").open_array();
    for (const auto& [user, was] : reply.named_as_before)
      json.open_object().member("user", user).member("was", was).close_object();
    json.close_array();
  }
  if (reply.bad) json.member("bad", *reply.bad);
  return json.close_object().take();
}

// Each kind has its number, so that whoever reads them need not know which there are.
WipedText to_json(const StatsReply& reply) {
  JsonWriter json;
  json.open_object().member("users", reply.users).member("enrolled", reply.enrolled);
  json.key("by_factor").open_object();
  for (const FactorKind kind :
       {FactorKind::totp, FactorKind::hotp, FactorKind::sms, FactorKind::call, FactorKind::key}) {
    const auto found = reply.by_factor.find(kind);
    json.member(name_of(kind), found == reply.by_factor.end() ? std::int64_t{0} : found->second);
  }
  json.close_object();
  json.key("logins_24h").open_object();
  json.member("asked", reply.asked).member("passed", reply.passed).member("failed", reply.failed);
  json.member("trusted", reply.trusted);
  if (!reply.whole) json.member("whole", false);
  json.close_object();
  return json.member("locked", reply.locked).close_object().take();
}

WipedText to_json(const KeyRotation& reply) {
  JsonWriter json;
  json.open_object().member("key", reply.now).member("was", reply.before).member("sealed", reply.sealed);
  if (reply.old_stays) json.member("old_stays", true);
  return json.close_object().take();
}

}  // namespace mfa
