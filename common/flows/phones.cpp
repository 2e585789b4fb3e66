#include "common/flows/phones.h"
#include "common/flows/choose_language.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/domain/country_names.h"
#include "common/flows/add_factor.h"
#include "common/flows/enrol.h"
#include "common/flows/helpdesk.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"
#include "common/language/language.h"

namespace mfa {
namespace {

RequestError no_phones_here(const Engine& engine, PhoneUse use) {
  if (use == PhoneUse::call && can_set_up(engine.settings, PhoneUse::text))
    return refused(say("Phones cannot be called from here, but texted."), say("Leave out --call: mfa-enroll phone"));
  if (use == PhoneUse::text && can_set_up(engine.settings, PhoneUse::call))
    return refused(say("Phones cannot be texted from here, but called."), say("Add one with: mfa-enroll phone --call"));
  return refused(say("Phones cannot be added here."),
                 say("Add an authenticator app: mfa-enroll totp. Or ask {}.", texts::helpdesk(engine.settings)));
}

// Asked before anything is typed or sent, and again where it is kept.
std::expected<void, RequestError> name_is_free(Engine& engine, const Asker& asker, const Account& account,
                                               const std::string& name, std::string_view whose) {
  const auto factors = reading(engine.store, [&](Transaction& tx) {
    const Found found = find_person(tx, account);
    return found.person && !found.mismatch ? tx.factors(found.person->id) : std::vector<Factor>{};
  });
  if (!factors) return std::unexpected(store_failed(engine, asker, factors.error()));
  if (auto free = name_for_new_factor(*factors, name, texts::kDefaultPhoneName, whose); !free)
    return std::unexpected(free.error());
  return {};
}

// Which factor logins name first, if it is another one than this.
std::string other_default(Transaction& tx, const Account& account, const std::string& added) {
  const Found found = find_person(tx, account);
  if (!found.person || found.mismatch) return "";
  const auto entries = entries_of(tx.factors(found.person->id), *found.person);
  const auto first = std::ranges::find_if(entries, &StatusReply::Entry::is_default);
  return first == entries.end() || first->id == added ? "" : first->id;
}

// `clerk`: who does it for somebody else; null for all others.
std::expected<RegisteredReply, RequestError> keep(Engine& engine, const Asker& asker, const PhoneFactor& phone,
                                                  Addition addition, const Clerk* clerk) {
  const UnixTime now = engine.clock.now();
  RegisteredReply reply{.factor = "",
                        .kind = phone.use == PhoneUse::text ? "sms" : "call",
                        .detail = masked(phone.number),
                        .recovery_codes = shown(addition.codes),
                        .enrolment_code = "",
                        .until = {}};
  addition.factor.detail = phone;
  auto added = writing(engine.store, [&](Transaction& tx) -> Added {
    if (clerk != nullptr) {
      if (auto error = no_act_left(tx, engine, *clerk))
        return {.refusal = std::move(error), .id = "", .codes_kept = false};
    }
    Added result = add_factor(tx, engine, now, addition);
    if (clerk != nullptr && !result.refusal) reply.still_default = other_default(tx, addition.account, result.id);
    return result;
  });
  for (std::string& code : addition.codes) wipe(code);
  const bool told = added && !added->refusal && added->codes_kept;
  for (std::string& code : reply.recovery_codes) {
    if (!told) wipe(code);
  }
  if (!told) reply.recovery_codes.clear();
  if (!added) return std::unexpected(store_failed(engine, asker, added.error()));
  if (added->refusal) return std::unexpected(*std::move(added->refusal));
  reply.factor = added->id;
  if (clerk != nullptr) {
    Event act = request_event(engine, addition.account, now, addition.kind);
    act.actor = addition.actor;
    act.factor = added->id;
    tell_by_text(engine, addition.account, clerk->phones, act);
  }
  return reply;
}

// Of a test: what the configuration says already. Nothing: there is one.
std::optional<RequestError> no_such_gateway(const Settings& settings, PhoneUse use, MessageMode mode,
                                            const std::string& wanted) {
  const std::string what = use == PhoneUse::text        ? say("carries texts")
                           : mode == MessageMode::press ? say("waits for # in a call")
                                                        : say("places calls");
  const std::string mend =
      say("Its [[gateway]] in mfa.toml needs {}.",
          mode == MessageMode::press ? std::string("press = true") : say("\"{}\" in channel", name_of(use)));
  if (wanted.empty()) {
    if (carried(settings.gateways, use, mode)) return std::nullopt;
    return refused(
        say("There is no gateway that {}.", what),
        settings.gateways.empty() ? say("Add a [[gateway]] to mfa.toml; mfa-gateway(7) has an example.") : mend);
  }
  std::string names;
  for (const GatewaySettings& gateway : settings.gateways) {
    names += (names.empty() ? "" : ", ") + gateway.name;
    if (gateway.name != wanted) continue;
    if (carries(gateway, use, mode)) return std::nullopt;
    return refused(say("The gateway {} is not one that {}.", wanted, what), mend);
  }
  return refused(say("There is no gateway {}.", wanted),
                 names.empty() ? say("mfa.toml has none.") : say("Those of mfa.toml: {}", names));
}

std::string what_to_do_with(const UnusableNumber& number, std::string otherwise) {
  if (number.refusal == NumberRefusal::landline_for_texts) return say("For calls: --call");
  return otherwise;
}

}  // namespace

RequestError phone_stopped(Engine& engine, const Asker& asker, const PhoneStopped& stopped, std::string_view next) {
  switch (stopped.how) {
    case PhoneEnd::broken_off:
    case PhoneEnd::conversation:
      return dialogue_failed(DialogueError::gone);
    case PhoneEnd::store_failed:
      return store_failed(engine, asker, stopped.error);
    case PhoneEnd::back:
    case PhoneEnd::app:
      return refused("", say("Nothing was changed."));  // as they wished
    case PhoneEnd::no_number:
    case PhoneEnd::no_code:
      break;
  }
  return refused(stopped.why.empty() ? say("No phone was added.") : stopped.why,
                 say("Nothing was changed. Try again, or set up an authenticator app: {}", next));
}

std::expected<RegisteredReply, RequestError> enrol_phone(Engine& engine, const Asker& asker, const std::string& name,
                                                         const PhoneWanted& wanted) {
  const auto account = who_asks(engine, asker);
  if (!account) return std::unexpected(account.error());
  if (!can_set_up(engine.settings, wanted.use)) return std::unexpected(no_phones_here(engine, wanted.use));
  if (auto free = name_is_free(engine, asker, *account, name, ""); !free) return std::unexpected(free.error());
  const auto proven = step_up(engine, asker, *account, access_of(Verb::phone).step_up);
  if (!proven) return std::unexpected(proven.error());
  auto enrolment_code = prove_enrolment_code(engine, asker, *account);
  if (!enrolment_code) return std::unexpected(enrolment_code.error());
  const Event about = request_event(engine, *account, engine.clock.now(), EventKind::message_sent);
  const auto phone = set_up_phone(engine, asker.dialogue, *account, wanted, about);
  if (!phone) return std::unexpected(phone_stopped(engine, asker, phone.error(), "mfa-enroll totp"));
  auto codes = new_recovery_codes(engine);
  if (!codes) return std::unexpected(codes.error());
  return keep(engine, asker, phone->phone,
              {.account = *account,
               .factor = {},
               .wanted_name = name,
               .usual_name = texts::kDefaultPhoneName,
               .codes = *std::move(codes),
               .kind = EventKind::factor_added,
               .actor = "",
               .reason = "",
               .enrolment_code = *std::move(enrolment_code),
               .claim = claim_of(engine, *account, *proven),
               .terminal = asker.terminal},
              nullptr);
}

std::expected<RegisteredReply, RequestError> helpdesk_phone(Engine& engine, const Asker& asker,
                                                            const HelpdeskPhone& request) {
  const Act act{.verb = Verb::helpdesk_phone, .reason = request.reason, .checked = request.checked};
  auto both = may_act(engine, asker, request.user, act);
  if (!both) return std::unexpected(both.error());
  const std::string& user = both->subject.name.value;
  if (auto free = name_is_free(engine, asker, both->subject, request.name, user); !free)
    return std::unexpected(free.error());
  const auto facts = usable_number(engine, request.wanted.number, request.wanted.country, request.wanted.use);
  if (!facts)
    return std::unexpected(refused(facts.error().why, what_to_do_with(facts.error(), say("Nothing was changed."))));
  const std::string theirs = language_of(engine, {.uid = both->subject.uid});
  const PhoneFactor phone{.number = facts->number, .use = request.wanted.use, .language = theirs};
  const auto against = reading(engine.store, [&](Transaction& tx) {
    const Found found = find_person(tx, both->subject);
    return why_not_this_number(tx, found.person ? found.person->id : PersonId{}, phone, user);
  });
  if (!against) return std::unexpected(store_failed(engine, asker, against.error()));
  if (*against) return std::unexpected(refused(**against, say("Nothing was changed.")));
  if (auto error = go_ahead(engine, asker, *both)) {
    if (error->kind == RequestError::Kind::only_checked)
      error->text = fmt::format("{} ({})", facts->written, in_words(country_name(facts->country)));
    return std::unexpected(*std::move(error));
  }
  // No recovery codes: they would be the clerk's to read.
  return keep(engine, asker, phone,
              {.account = both->subject,
               .factor = {},
               .wanted_name = request.name,
               .usual_name = texts::kDefaultPhoneName,
               .codes = {},
               .kind = EventKind::helpdesk_phone_added,
               .actor = both->clerk.name.value,
               .reason = reason_of(*both, act),
               .enrolment_code = {},
               .claim = std::nullopt,
               .terminal = std::nullopt},
              &*both);
}

std::expected<SentReply, RequestError> send_test(Engine& engine, const Asker& asker, const TestWanted& wanted) {
  if (!may(asker.caller.uid, Verb::send_test))
    return std::unexpected(refused(say("Only root may send a test."), say("Run it with sudo.")));
  const PhoneUse use = wanted.phone.use;
  const MessageMode mode = wanted.press ? MessageMode::press : MessageMode::code;
  const auto facts = usable_number(engine, wanted.phone.number, wanted.phone.country, use);
  if (!facts) {
    const auto& refusal = facts.error().refusal;
    const bool of_countries = !refusal || *refusal == NumberRefusal::country_not_listed;
    return std::unexpected(
        refused(facts.error().why,
                what_to_do_with(facts.error(),
                                of_countries ? say("The countries are those of phone.countries in mfa.toml.") : "")));
  }
  if (auto error = no_such_gateway(engine.settings, use, mode, wanted.gateway))
    return std::unexpected(*std::move(error));
  Event sent;
  sent.kind = EventKind::test_sent;
  sent.at = engine.clock.now();
  sent.actor = "root";
  sent.service = "mfa-enroll";
  sent.server = engine.server;
  sent.reason = fmt::format("{} {}", masked(facts->number), name_of(use));
  if (auto kept = engine.store.write([&](Transaction& tx) { tx.append(sent); }); !kept)
    return std::unexpected(store_failed(engine, asker, kept.error()));
  const Secret text(texts::test_message(engine.settings, engine.server, mode));
  DeliveryReport report =
      engine.gateway.send({.id = fmt::format("test-{:x}", sent.at.seconds),
                           .use = use,
                           .mode = mode,
                           .to = facts->number,
                           .text = text,
                           .code = Secret(std::string_view(mode == MessageMode::code ? "000000" : "")),
                           .language = spoken(),
                           .only = wanted.gateway});
  return SentReply{.number = facts->written,
                   .status = std::string(name_of(report.delivery)),
                   .gateway = std::move(report.gateway),
                   .detail = std::move(report.detail),
                   .tries = std::move(report.tries)};
}

}  // namespace mfa
