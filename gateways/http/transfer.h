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

struct NoAnswer {
  std::string why;     // a sentence
  bool asked = false;  // the request, or some of it, went out: what became of it nobody knows
};
[[nodiscard]] std::expected<HttpAnswer, NoAnswer> transfer(const HttpRequest& request, const Connection& connection);

}  // namespace mfa::http
