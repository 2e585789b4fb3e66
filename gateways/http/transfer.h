// One HTTP request over the network, by libcurl: certificates checked, no redirect followed, everything bounded.
#pragma once

#include <chrono>
#include <expected>
#include <string>

#include "common/domain/types.h"
#include "gateways/http/http_reply.h"
#include "gateways/http/http_request.h"

namespace mfa::http {

struct Connection {
  std::string ca_file;  // as HttpSettings
  std::string proxy;
  std::string username;  // empty: none is sent
  const Secret& password;
  std::chrono::milliseconds limit;  // for all of it
};

// The error is a sentence.
[[nodiscard]] std::expected<HttpAnswer, std::string> transfer(const HttpRequest& request, const Connection& connection);

}  // namespace mfa::http
