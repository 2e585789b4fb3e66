// The http gateway: one request to a provider's interface, as its settings say. mfa-gateway(7).
#include <chrono>

#include "gateways/gateway_program.h"
#include "gateways/http/http_reply.h"
#include "gateways/http/http_request.h"
#include "gateways/http/http_settings.h"
#include "gateways/http/transfer.h"

namespace {

using namespace mfa;

GatewayReply failed(std::string detail) { return {.delivery = Delivery::failed, .detail = std::move(detail)}; }

// A tenth of the time is left for saying so when the provider does not answer.
std::chrono::milliseconds limit_of(const GatewayRequest& request) {
  return std::chrono::milliseconds(request.timeout) * 9 / 10;
}

GatewayReply carry(const std::string& path, const GatewayRequest& request) {
  if (request.message.mode == MessageMode::press) return failed("the http gateway cannot wait for a key to be pressed");
  const auto settings = http::read_http_settings(path);
  if (!settings) return failed(settings.error());
  const auto made = http::make_request(*settings, request.message);
  if (!made) return failed(made.error());
  const auto answer = http::transfer(*made, {.ca_file = settings->ca_file,
                                             .proxy = settings->proxy,
                                             .username = settings->basic ? settings->username : std::string(),
                                             .password = settings->password,
                                             .limit = limit_of(request)});
  if (answer) return http::judge(*settings, *answer);
  return {.delivery = answer.error().asked ? Delivery::unclear : Delivery::failed, .detail = answer.error().why};
}

std::string wrong_with(const std::string& path) {
  const auto settings = http::read_http_settings(path);
  return settings ? unreadable("ca_file", settings->ca_file) : settings.error();
}

}  // namespace

int main(int count, char** arguments) {
  return mfa::run_gateway(count, arguments,
                          {.carry = carry, .wrong = wrong_with, .texts = true, .calls = true, .press = false});
}
