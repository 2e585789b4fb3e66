// The sip gateway: calls a number through a telephone system, reads out the code or waits for #. mfa-gateway(7).
#include <chrono>

#include "common/system/programs.h"
#include "gateways/gateway_program.h"
#include "gateways/sip/call.h"
#include "gateways/sip/sip_settings.h"
#include "gateways/sip/speech.h"

namespace {

using namespace mfa;

GatewayReply failed(std::string detail) { return {.delivery = Delivery::failed, .detail = std::move(detail)}; }

GatewayReply carry(const std::string& path, const GatewayRequest& request) {
  using namespace std::chrono_literals;
  const auto began = std::chrono::steady_clock::now();
  const PhoneMessage& message = request.message;
  if (message.use != PhoneUse::call) return failed("the sip gateway sends no texts");
  const auto settings = sip::read_sip_settings(path);
  if (!settings) return failed(settings.error());
  const auto sound = sip::spoken(message.text, message.language, settings->speech, 5s);
  if (!sound) return failed(sound.error());
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  return sip::call(*settings, message.to, *sound, message.mode,
                   std::chrono::milliseconds(request.timeout) - spent - 1s);
}

std::string wrong_with(const std::string& path) {
  const auto settings = sip::read_sip_settings(path);
  if (!settings) return settings.error();
  if (const std::string objection = objection_to_program(settings->speech); !objection.empty())
    return "speech: " + objection;
  return unreadable("ca_file", settings->ca_file);
}

}  // namespace

int main(int count, char** arguments) {
  return mfa::run_gateway(count, arguments,
                          {.carry = carry, .wrong = wrong_with, .texts = false, .calls = true, .press = true});
}
