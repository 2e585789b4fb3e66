#include "gateways/http/http_request.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/domain/utf8.h"
#include "common/json/json_writer.h"
#include "gateways/sms_alphabet.h"

namespace mfa::http {
namespace {

Parts parts_of(const HttpSettings& settings, const PhoneMessage& message) {
  Parts parts;
  const auto set = [&](Part part, std::string_view value) { parts[static_cast<std::size_t>(part)] = value; };
  set(Part::to, message.to.e164);
  set(Part::to_digits, std::string_view(message.to.e164).substr(1));
  set(Part::text, message.text.text());
  set(Part::code, message.code.text());
  set(Part::language, message.language);
  set(Part::id, message.id);
  set(Part::username, settings.username);
  set(Part::password, settings.password.text());
  set(Part::coding, fits_default_alphabet(message.text.text()) ? "0" : "2");  // as Kannel numbers them
  return parts;
}

void add_pair(std::string& text, std::string_view name, std::string_view value) {
  if (!text.empty()) text += '&';
  text += escaped(name, Escape::url) + "=" + escaped(value, Escape::url);
}

std::string query(const NamedTemplates& pairs, const Parts& parts) {
  std::string text;
  for (const auto& [name, value] : pairs) add_pair(text, name, value.with(parts));
  return text;
}

std::string form(const JsonMembers& members, const Parts& parts) {
  std::string text;
  for (const auto& [name, value] : members) {
    if (const auto* written = std::get_if<TemplateText>(&value.is)) add_pair(text, name, written->with(parts));
    if (const auto* number = std::get_if<std::int64_t>(&value.is)) add_pair(text, name, std::to_string(*number));
    if (const auto* truth = std::get_if<bool>(&value.is)) add_pair(text, name, *truth ? "true" : "false");
  }
  return text;
}

void write(JsonWriter& json, const JsonMembers& members, const Parts& parts);

void write(JsonWriter& json, const JsonTemplate& value, const Parts& parts) {
  if (const auto* text = std::get_if<TemplateText>(&value.is)) {
    json.value(std::string_view(text->with(parts)));
  } else if (const auto* number = std::get_if<std::int64_t>(&value.is)) {
    json.value(*number);
  } else if (const auto* truth = std::get_if<bool>(&value.is)) {
    json.value(*truth);
  } else if (const auto* list = std::get_if<std::vector<JsonTemplate>>(&value.is)) {
    json.open_array();
    for (const JsonTemplate& one : *list) write(json, one, parts);
    json.close_array();
  } else {
    write(json, std::get<JsonMembers>(value.is), parts);
  }
}

void write(JsonWriter& json, const JsonMembers& members, const Parts& parts) {
  json.open_object();
  for (const auto& [name, value] : members) {
    json.key(name);
    write(json, value, parts);
  }
  json.close_object();
}

bool has_header(const HttpRequest& request, std::string_view name) {
  return std::ranges::any_of(request.headers, [&](std::string_view header) {
    return header.size() > name.size() && header[name.size()] == ':' &&
           std::ranges::equal(header.substr(0, name.size()), name,
                              [](char a, char b) { return (a | 0x20) == (b | 0x20); });
  });
}

}  // namespace

std::expected<HttpRequest, std::string> make_request(const HttpSettings& settings, const PhoneMessage& message) {
  const Parts parts = parts_of(settings, message);
  HttpRequest request{.method = settings.method,
                      .url = settings.url_start + settings.url_path.with(parts, Escape::url),
                      .headers = {},
                      .body = std::nullopt};
  if (const std::string pairs = query(settings.query, parts); !pairs.empty())
    request.url += (request.url.contains('?') ? '&' : '?') + pairs;
  for (const auto& [name, written] : settings.headers) {
    const std::string value = written.with(parts);
    if (!valid_utf8(value) || has_control_characters(value))
      return std::unexpected("the header " + name + " would have several lines: put that into the body");
    request.headers.push_back(value.empty() ? name + ";" : fmt::format("{}: {}", name, value));
  }
  const auto set_type = [&](std::string_view type) {
    if (!has_header(request, "Content-Type")) request.headers.push_back("Content-Type: " + std::string(type));
  };
  if (settings.content) {
    request.body = settings.content->with(parts);
    set_type("text/plain; charset=UTF-8");
  } else if (settings.body && settings.format == BodyFormat::json) {
    JsonWriter json;
    write(json, *settings.body, parts);
    request.body = std::string(std::string_view(json.text()));
    set_type("application/json");
  } else if (settings.body) {
    request.body = form(*settings.body, parts);
    set_type("application/x-www-form-urlencoded");
  } else if (settings.method != "GET") {
    request.body = "";
  }
  return request;
}

}  // namespace mfa::http
