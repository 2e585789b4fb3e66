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

WipedText to_json(const KeyRotation& reply) {
  JsonWriter json;
  json.open_object().member("key", reply.now).member("was", reply.before).member("sealed", reply.sealed);
  return json.close_object().take();
}

}  // namespace mfa
