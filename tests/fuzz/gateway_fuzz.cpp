// What gateways say, what providers say to the http gateway and telephone systems to the sip gateway; sound, and texts
// of settings with places. The first byte chooses.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include "common/domain/utf8.h"
#include "common/gateways/gateway_message.h"
#include "gateways/http/http_reply.h"
#include "gateways/http/template_text.h"
#include "gateways/sip/sound.h"
#include "gateways/sip/srtp_key.h"
#include "gateways/sms_alphabet.h"

namespace {

using namespace mfa;

void require(bool holds) {
  if (!holds) std::abort();
}

PhoneMessage message(MessageMode mode) {
  return {.id = "1",
          .use = mode == MessageMode::press ? PhoneUse::call : PhoneUse::text,
          .mode = mode,
          .to = {"+64211234567"},
          .text = Secret("Your code is 402913."),
          .code = Secret(mode == MessageMode::press ? "" : "402913"),
          .language = "en"};
}

// Fit for a line of syslog, with neither code nor number.
void require_discreet(std::string_view detail) {
  require(detail.size() <= 800 && valid_utf8(detail) && !has_control_characters(detail));
  require(!detail.contains("402913") && !detail.contains("64211234567") && !detail.contains("11234567"));
}

void check(std::string_view text) {
  const auto read = read_check(text);
  if (!read) return;
  require(read->result != GatewayCheck::Result::bad || !read->detail.empty());
  const auto again = read_check(write_check(*read));
  require(again && again->result == read->result && again->detail == read->detail && again->texts == read->texts &&
          again->calls == read->calls && again->press == read->press);
}

void reply(std::string_view text) {
  check(text);
  for (const MessageMode mode : {MessageMode::code, MessageMode::press}) {
    const GatewayReply read = read_reply(text, message(mode));
    require(read.delivery != (mode == MessageMode::press ? Delivery::sent : Delivery::approved));
    if (mode == MessageMode::code) require_discreet(read.detail);
    const GatewayReply again = read_reply(write_reply(read), message(mode));
    require(again.delivery == read.delivery && again.detail == read.detail);
  }
}

void request(std::string_view text) {
  const auto read = read_request(text);
  if (!read) return;
  require(parse_e164(read->message.to.e164).has_value() && read->timeout.count() > 0);
  const auto again = read_request(write_request(*read).text());
  require(again && again->message.to == read->message.to && again->message.text == read->message.text);
}

void answer(std::string_view text) {
  http::HttpSettings settings;
  settings.success = {.status = {}, .field = "messages.0.status", .values = {"0"}, .text = ""};
  settings.refused = http::Judgement{.status = {400}, .field = "code", .values = {"21610"}, .text = ""};
  settings.reason = "message";
  for (const long status : {200L, 400L, 500L}) {
    const GatewayReply judged = http::judge(settings, {.status = status, .body = std::string(text)});
    require(judged.delivery != Delivery::approved && (status == 200 || judged.delivery != Delivery::sent));
    require_discreet(discreet(judged.detail, {"+64211234567"}, "402913"));
  }
}

void places(std::string_view text) {
  const http::Parts parts{"+64211234567", "64211234567", "{code} & <\"'>\n", "402913", "en", "1", "mfa", "p", "0"};
  if (const auto made = http::TemplateText::parse(text)) {
    const std::string written = made->with(parts, http::Escape::url);
    require(made->has(http::Part::code) == written.contains("402913") || text.contains("402913"));
  }
  for (const auto escape : {http::Escape::url, http::Escape::json, http::Escape::xml}) {
    const std::string safe = http::escaped(text, escape);
    if (escape == http::Escape::json) require(!safe.contains('\n') && !safe.contains('\0'));
    if (escape == http::Escape::xml) require(!safe.contains('<') && !safe.contains('"') && !safe.contains('\0'));
    if (escape == http::Escape::url) require(!safe.contains('&') && !safe.contains('\n') && !safe.contains(' '));
  }
  if (fits_default_alphabet(text)) require(valid_utf8(text));
  require(in_ucs2(text).size() % 2 == 0);
}

void sound(std::string_view text) {
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  if (const auto samples = sip::read_wave(bytes)) require(samples->size() <= text.size() / 2);
  const Secret key = sip::key_in(text);
  require(key.empty() || sip::key_in(sip::crypto_with(key)) == key);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  constexpr void (*kSubjects[])(std::string_view) = {reply, request, answer, places, sound};
  kSubjects[bytes[0] % std::size(kSubjects)](text);
  return 0;
}
