#include "gateways/http/http_reply.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mfa::http {
namespace {

constexpr int kBadGateway = 502;      // RFC 9110 §15.6
constexpr int kGatewayTimeout = 504;  // likewise

using nlohmann::json;

// "messages.0.status" in it; null if there is no such thing.
const json* field_in(const json& answer, std::string_view path) {
  const json* at = &answer;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    const std::string_view name = path.substr(0, dot);
    path.remove_prefix(std::min(dot + 1, path.size()));
    if (at->is_array()) {
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
      if (error != std::errc() || end != name.data() + name.size() || index >= at->size()) return nullptr;
      at = &(*at)[index];
    } else {
      if (!at->is_object()) return nullptr;
      const auto member = at->find(std::string(name));
      if (member == at->end()) return nullptr;
      at = &*member;
    }
  }
  return at;
}

std::optional<std::string> text_at(const json& answer, std::string_view path) {
  if (path.empty()) return std::nullopt;
  const json* found = field_in(answer, path);
  if (found == nullptr || found->is_structured()) return std::nullopt;
  return found->is_string() ? found->get<std::string>() : found->dump();
}

bool holds(const Judgement& judgement, const HttpAnswer& answer, const json& parsed) {
  if (!judgement.status.empty() && std::ranges::find(judgement.status, answer.status) == judgement.status.end())
    return false;
  if (!judgement.text.empty() && !answer.body.contains(judgement.text)) return false;
  if (judgement.field.empty()) return true;
  const auto value = text_at(parsed, judgement.field);
  return value && std::ranges::find(judgement.values, *value) != judgement.values.end();
}

std::string_view meaning(long status) {
  if (status >= 200 && status < 300) return "the provider answered, but not what counts as sent";
  if (status >= 300 && status < 400) return "the provider points to another address: put that into url";
  switch (status) {
    case 400:
    case 422:
      return "the provider does not understand the request";
    case 401:
    case 403:
    case 407:
      return "the provider does not accept the username and password";
    case 402:
      return "there is no credit left with the provider";
    case 404:
    case 405:
    case 410:
      return "the provider has nothing at that address: is url right?";
    case 408:
    case 504:
      return "the provider waited in vain";
    case 413:
    case 414:
    case 431:
      return "the message is too long for the provider";
    case 429:
      return "the provider takes no more messages for now";
    default:
      return status >= 500 ? "the provider has a fault of its own" : "the provider declined";
  }
}

// Whether the provider is there and does not want this message: another may be fine.
bool is_of_message(long status) {
  return (status >= 200 && status < 300) || status == 400 || status == 413 || status == 414 || status == 422 ||
         status == 431;
}

}  // namespace

GatewayReply judge(const HttpSettings& settings, const HttpAnswer& answer) {
  const json parsed = json::parse(answer.body, nullptr, false);
  auto reason = text_at(parsed, settings.reason);
  // Some say which password was wrong.
  if (reason && !settings.password.empty() && reason->contains(settings.password.text())) reason = "***";
  const auto in_words = [&](std::string_view what) {
    return fmt::format("{} (HTTP {}){}{}", what, answer.status, reason ? ": " : "", reason.value_or(""));
  };
  if (settings.refused && holds(*settings.refused, answer, parsed))
    return {.delivery = Delivery::refused, .detail = in_words("the provider does not take this number")};
  const bool fine = answer.status >= 200 && answer.status < 300;
  if ((fine || !settings.success.status.empty()) && holds(settings.success, answer, parsed))
    return {.delivery = Delivery::sent, .detail = {}};
  const bool passed_on =
      answer.status == kBadGateway || answer.status == kGatewayTimeout;  // and nobody knows with what
  const bool took_nothing = (!fine && !passed_on) || (settings.failed && holds(*settings.failed, answer, parsed));
  return {.delivery = took_nothing ? Delivery::failed : Delivery::unclear,
          .detail = in_words(meaning(answer.status)),
          .of_message = is_of_message(answer.status)};
}

}  // namespace mfa::http
