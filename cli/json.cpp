#include "cli/json.h"

#include "cli/plain_text.h"

namespace mfa::cli {

namespace {

const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace

std::optional<Json> parse_json(std::string_view text) {
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

std::string json_line(const Json& value) {
  return printable_json(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string text_of(const Json& object, const char* key) {
  const Json* value = member(object, key);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

bool flag_of(const Json& object, const char* key) {
  const Json* value = member(object, key);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

std::optional<std::int64_t> number_of(const Json& object, const char* key) {
  const Json* value = member(object, key);
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  return value->get<std::int64_t>();
}

std::vector<std::string> texts_of(const Json& object, const char* key) {
  std::vector<std::string> texts;
  const Json* value = member(object, key);
  if (value == nullptr || !value->is_array()) return texts;
  for (const Json& item : *value)
    if (item.is_string()) texts.push_back(item.get<std::string>());
  return texts;
}

std::vector<Json> objects_of(const Json& object, const char* key) {
  std::vector<Json> objects;
  const Json* value = member(object, key);
  if (value == nullptr || !value->is_array()) return objects;
  for (const Json& item : *value)
    if (item.is_object()) objects.push_back(item);
  return objects;
}

}  // namespace mfa::cli
