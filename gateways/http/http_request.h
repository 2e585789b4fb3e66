// One message as one HTTP request, by the settings' templates. Pure.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "common/domain/gateway.h"
#include "gateways/http/http_settings.h"

namespace mfa::http {

struct HttpRequest {
  std::string method;
  std::string url;
  std::vector<std::string> headers;  // "Name: value"
  std::optional<std::string> body;
};

// Each place is written as where it stands wants it: percent-encoded in an address and a form, as the inside of a JSON
// string, on one line in a header. The error is a sentence: a header that would need several lines.
[[nodiscard]] std::expected<HttpRequest, std::string> make_request(const HttpSettings& settings,
                                                                   const PhoneMessage& message);

}  // namespace mfa::http
