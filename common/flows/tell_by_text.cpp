#include "common/flows/tell_by_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/flows/notices.h"
#include "common/flows/phone_texts.h"
#include "common/flows/send_code.h"
#include "common/language/language.h"

namespace mfa {
namespace {

bool record(Engine& engine, const Event& event) {
  if (engine.store.write([&](Transaction& tx) { tx.append(event); })) return true;
  engine.journal.note(Severity::warning, "a text about an act of the helpdesk could not be recorded");
  return false;
}

}  // namespace

std::vector<TextedPhone> texted_phones(const std::vector<Factor>& factors) {
  std::vector<TextedPhone> phones;
  for (const Factor& factor : factors) {
    const auto* phone = std::get_if<PhoneFactor>(&factor.detail);
    if (phone == nullptr || phone->use != PhoneUse::text || phones.size() == kMostTexted) continue;
    if (std::ranges::find(phones, phone->number, &TextedPhone::number) != phones.end()) continue;
    phones.push_back({.factor = factor.id(), .number = phone->number, .language = phone->language});
  }
  return phones;
}

void tell_by_text(Engine& engine, const Account& account, const std::vector<TextedPhone>& phones, const Event& act) {
  if (phones.empty()) return;
  const std::array<TrailRow, 1> news{TrailRow{.seq = 0, .event = act}};
  Event event = act;
  event.user = account.name.value;
  for (const TextedPhone& phone : phones) {
    if (!can_send(engine.settings, PhoneUse::text, phone.number)) continue;
    const Speaking speaking(phone.language);
    const auto lines = change_notices(engine.clock, news, {});
    if (lines.empty()) return;
    const Secret text(texts::changed_message(engine.settings, engine.server, lines.front()));
    event.kind = EventKind::message_sent;
    event.at = engine.clock.now();
    event.factor = phone.factor;
    event.reason = fmt::format("{} {}", name_of(PhoneUse::text), "notice");
    if (!record(engine, event)) return;
    const DeliveryReport report =
        engine.gateway.send({.id = fmt::format("notice-{}-{:x}", phone.factor, act.at.seconds),
                             .use = PhoneUse::text,
                             .mode = MessageMode::code,
                             .to = phone.number,
                             .text = text,
                             .code = {},
                             .language = phone.language});
    if (report.delivery == Delivery::sent) continue;
    const bool failed = report.delivery == Delivery::failed;
    event.kind = EventKind::message_failed;
    event.at = engine.clock.now();
    event.reason += fmt::format(" {}", name_of(report.delivery));
    if (!record(engine, event) || failed) return;  // no gateway works: none would for the next number
  }
}

}  // namespace mfa
