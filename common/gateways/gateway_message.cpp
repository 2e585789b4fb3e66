#include "common/gateways/gateway_message.h"

#include <nlohmann/json.hpp>

#include "common/domain/utf8.h"
#include "common/json/json_writer.h"

namespace mfa {
namespace {

using nlohmann::json;

constexpr std::int64_t kVersion = 1;
constexpr std::chrono::seconds kLongestTimeout{600};
constexpr std::string_view kFaultOfMessage = "message";
constexpr std::string_view kGood = "good";
constexpr std::string_view kBad = "bad";

json parse(std::string_view text, std::size_t most) {
  if (text.size() > most) return json(json::value_t::discarded);
  return json::parse(text, nullptr, false);
}

// Empty if there is none that is a string.
std::string text_in(const json& object, const char* name) {
  const auto member = object.find(name);
  return member == object.end() || !member->is_string() ? std::string() : member->get<std::string>();
}

}  // namespace

Secret write_request(const GatewayRequest& request) {
  const PhoneMessage& message = request.message;
  JsonWriter json;
  json.open_object()
      .member("version", kVersion)
      .member("id", std::string_view(message.id))
      .member("channel", name_of(message.use))
      .member("mode", name_of(message.mode))
      .member("to", std::string_view(message.to.e164))
      .member("text", message.text.text());
  if (!message.code.empty()) json.member("code", message.code.text());
  json.member("language", std::string_view(message.language))
      .member("timeout", std::int64_t{request.timeout.count()})
      .close_object();
  return Secret(json.text());
}

std::optional<GatewayRequest> read_request(std::string_view text) {
  const json object = parse(text, kLargestRequest);
  if (!object.is_object() || object.value("version", json()) != kVersion) return std::nullopt;
  const auto use = phone_use(text_in(object, "channel"));
  const auto mode = message_mode(text_in(object, "mode"));
  const auto to = parse_e164(text_in(object, "to"));
  const json timeout = object.value("timeout", json());
  const bool has_time = timeout.is_number_integer() && timeout > 0 && timeout <= kLongestTimeout.count();
  const std::string said = text_in(object, "text");
  if (!use || !mode || !to || !has_time || said.empty()) return std::nullopt;
  return GatewayRequest{.message = {.id = text_in(object, "id"),
                                    .use = *use,
                                    .mode = *mode,
                                    .to = *to,
                                    .text = Secret(said),
                                    .code = Secret(text_in(object, "code")),
                                    .language = text_in(object, "language")},
                        .timeout = std::chrono::seconds(timeout.get<std::int64_t>())};
}

std::string write_reply(const GatewayReply& reply) {
  JsonWriter json;
  json.open_object().member("status", name_of(reply.delivery));
  if (reply.of_message) json.member("fault", kFaultOfMessage);
  if (reply.delivery == Delivery::refused && reply.why != Refusal::unknown) json.member("fault", name_of(reply.why));
  if (!reply.detail.empty()) json.member("detail", std::string_view(reply.detail));
  json.close_object();
  return std::string(std::string_view(json.text()));
}

GatewayReply read_reply(std::string_view text, const PhoneMessage& message) {
  if (text.size() > kLargestReply) return {.delivery = Delivery::unclear, .detail = "answered too much"};
  const json object = parse(text, kLargestReply);
  const auto status = object.is_object() ? delivery(text_in(object, "status")) : std::nullopt;
  if (!status) return {.delivery = Delivery::unclear, .detail = "answered something else than mfa-gateway(7) says"};
  const bool asks = message.mode == MessageMode::press;
  if (*status == Delivery::approved && !asks)
    return {.delivery = Delivery::unclear, .detail = "says that # was pressed, which was not asked for"};
  if (*status == Delivery::sent && asks)
    return {.delivery = Delivery::unclear, .detail = "does not say whether # was pressed"};
  const std::string fault = text_in(object, "fault");
  const std::string detail = discreet(text_in(object, "detail"), message.to, message.code.text());
  const bool no = *status == Delivery::refused || was_in_vain(*status);
  return {.delivery = *status,
          .detail = detail.empty() && no ? "gives no reason" : detail,
          .of_message = was_in_vain(*status) && fault == kFaultOfMessage,
          .why = *status == Delivery::refused ? refusal(fault).value_or(Refusal::unknown) : Refusal::unknown};
}

std::string write_check(const GatewayCheck& check) {
  JsonWriter json;
  json.open_object().member("status", check.result == GatewayCheck::Result::good ? kGood : kBad);
  if (!check.detail.empty()) json.member("detail", std::string_view(check.detail));
  if (check.texts || check.calls) {
    json.key("channel").open_array();
    for (const auto& [can, use] : {std::pair{check.texts, PhoneUse::text}, std::pair{check.calls, PhoneUse::call}})
      if (can.value_or(false)) json.value(name_of(use));
    json.close_array();
  }
  if (check.press) json.member("press", *check.press);
  json.close_object();
  return std::string(std::string_view(json.text()));
}

std::optional<GatewayCheck> read_check(std::string_view text) {
  const json object = parse(text, kLargestReply);
  if (!object.is_object()) return std::nullopt;
  const std::string status = text_in(object, "status");
  if (status != kGood && status != kBad) return std::nullopt;
  GatewayCheck check;
  check.result = status == kGood ? GatewayCheck::Result::good : GatewayCheck::Result::bad;
  check.detail = text_in(object, "detail");
  if (check.result == GatewayCheck::Result::bad && check.detail.empty()) check.detail = "its program gives no reason";
  if (const auto list = object.find("channel"); list != object.end() && list->is_array()) {
    const auto has = [&](PhoneUse use) { return std::ranges::find(*list, json(name_of(use))) != list->end(); };
    check.texts = has(PhoneUse::text);
    check.calls = has(PhoneUse::call);
  }
  if (const auto press = object.find("press"); press != object.end() && press->is_boolean())
    check.press = press->get<bool>();
  return check;
}

}  // namespace mfa
