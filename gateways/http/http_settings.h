// The settings of the http gateway: how a provider is asked, and what in its answer counts as sent.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/domain/types.h"
#include "gateways/http/template_text.h"

namespace mfa::http {

struct JsonMember;
using JsonMembers = std::vector<JsonMember>;
struct JsonTemplate {
  std::variant<TemplateText, std::int64_t, bool, std::vector<JsonTemplate>, JsonMembers> is;
};
struct JsonMember {
  std::string name;
  JsonTemplate value;
};

using NamedTemplates = std::vector<std::pair<std::string, TemplateText>>;

enum class BodyFormat : std::uint8_t { form, json };

// All that is set must hold.
struct Judgement {
  std::vector<int> status;          // any of them; empty: any at all
  std::string field;                // of the answer's JSON: "messages.0.status"; empty: not looked at
  std::vector<std::string> values;  // any of which it must have
  std::string text;                 // that the answer must hold; empty: not looked at
};

struct HttpSettings {
  std::string url_start;  // scheme and host, without places
  TemplateText url_path;
  std::string method;  // "GET", "POST", "PUT"
  std::string username;
  Secret password;
  bool basic = false;  // they are sent as RFC 7617 says; false where a place has the password
  NamedTemplates headers, query;
  std::optional<TemplateText> content;  // a body as it stands; or
  BodyFormat format = BodyFormat::form;
  std::optional<JsonMembers> body;
  std::string ca_file;  // PEM, in place of the system's authorities; empty: those
  std::string proxy;
  Judgement success;
  std::optional<Judgement> refused;
  std::optional<Judgement> failed;
  std::string reason;  // the field with the provider's words, as Judgement::field
};

// The error is a sentence with file, line and column.
[[nodiscard]] std::expected<HttpSettings, std::string> read_http_settings(const std::string& path);

}  // namespace mfa::http
