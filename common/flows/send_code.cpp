#include "common/flows/send_code.h"
#include "common/language/language.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/domain/country_names.h"
#include "common/domain/lockout.h"
#include "common/flows/texts.h"

namespace mfa {
namespace {

// What was recorded, and what is to be sent.
struct Reserved {
  MessageId message;
  PhoneCode code;
  BudgetGranted granted;
  std::uint64_t all = 0;  // of that sort in a day
};
using Reservation = std::variant<Reserved, WasSent, NoPhone, Outdated, BudgetRefused>;

constexpr std::chrono::seconds kTimeToType{60};

bool is_proven(const Sending& sending) { return sending.factor != kUnfinishedPhone; }

// The factor's id, empty for a phone that is none yet; nothing: it is not there any more.
std::optional<std::string> id_of(Transaction& tx, PersonId person, const Sending& sending) {
  if (!is_proven(sending)) return "";
  for (const Factor& factor : tx.factors(person)) {
    const auto* phone = std::get_if<PhoneFactor>(&factor.detail);
    if (phone != nullptr && factor.number == sending.factor && phone->number == sending.number) return factor.id();
  }
  return std::nullopt;
}

// How a message ended is for the next one: if it cannot be kept, the message counts as under way. Holds what it needs,
// since a call may end after the dialogue that asked for it.
struct Ending {
  Store& store;
  Clock& clock;
  Journal& journal;
  Account account;
  std::uint32_t factor;
  MessageId message;
  MessageMode mode;
  UnixTime made;  // the code
  UnixTime until;
  Secret code;
  Event failed;

  RingingCall::End note(const DeliveryReport& report) const {
    const bool sent = report.delivery == Delivery::sent && mode == MessageMode::code;
    const bool unclear = report.delivery == Delivery::unclear;
    const auto kept = store.write([&](Transaction& tx) {
      const Found found = find_person(tx, account);
      if (!found.person || found.mismatch || !end(tx, found.person->id, report)) return;
      if (!sent) {
        Event event = failed;
        event.at = clock.now();
        event.reason += fmt::format(" {}", report.delivery == Delivery::refused ? "refused"
                                           : unclear                            ? "unclear"
                                                                                : "failed");
        tx.append(event);
      }
      if (!sent && !unclear) return;
      auto current = tx.phone_code(found.person->id, factor);
      if (!current || current->made != made || current->code != code) return;
      current->sent = true;
      tx.keep_phone_code(found.person->id, factor, *current);
    });
    if (!kept) journal.note(Severity::warning, "how a message ended could not be recorded");
    const std::chrono::seconds lives = mode == MessageMode::code ? until - clock.now() : std::chrono::seconds(0);
    if (sent) return WasSent{.before = false, .lives = lives};
    if (unclear) return MayCome{.lives = mode == MessageMode::code ? std::max(lives, std::chrono::seconds(1)) : lives};
    if (report.delivery == Delivery::refused) return NotTaken{report.why};
    return NotSent{};
  }
  // False: it has ended before. What may have gone out counts as if it had; what was turned away for want of a place is
  // nobody's fault, and counts for nothing.
  bool end(Transaction& tx, PersonId person, const DeliveryReport& report) const {
    const bool code_went =
        mode == MessageMode::code && (report.delivery == Delivery::sent || report.delivery == Delivery::unclear);
    if (report.delivery == Delivery::failed && report.full) {
      tx.forget_message(person, message);
      return true;
    }
    return tx.end_message(person, message,
                          code_went                             ? MessageEnd::taken
                          : report.delivery == Delivery::failed ? MessageEnd::failed
                                                                : MessageEnd::unanswered);
  }
  [[nodiscard]] bool approved(const DeliveryReport& report) const {
    return mode == MessageMode::press && report.delivery == Delivery::approved;
  }
};

// Whether there are gateways for it, and all of them let somebody wait in vain.
bool nobody_answers(const Engine& engine, PhoneUse use, MessageMode mode) {
  const auto silent = [&](const std::string& name) {
    return std::ranges::find(engine.silent_gateways, name) != engine.silent_gateways.end();
  };
  return carried(engine.settings.gateways, use, mode) &&
         std::ranges::all_of(engine.settings.gateways, [&](const GatewaySettings& gateway) {
           return !carries(gateway, use, mode) || silent(gateway.name);
         });
}

// The texts and calls that others (the helpdesk) had sent to this person, by the trail: a clerk who asks over and over
// keeps nobody from their own logins.
std::optional<BudgetRefused> others_share(Transaction& tx, const std::string& user, const PhoneBudget& budget,
                                          UnixTime now) {
  constexpr std::size_t kRows = 200;
  constexpr int kMostReads = 5;  // whoever fills the trail so far has nothing left to send
  std::vector<UnixTime> times;   // newest first
  std::size_t unsent = 0;        // of what comes next: no gateway took it on
  std::int64_t before = INT64_MAX;
  for (int reads = 0; reads < kMostReads; ++reads) {
    const auto rows = tx.events_about(user, before, kRows);
    for (const TrailRow& row : rows) {
      const Event& event = row.event;
      if (event.actor.empty() || event.actor == user || now - event.at >= kBudgetDay) continue;
      const auto says = [&](std::string_view end) {  // of a code; a notice is none
        return event.reason == fmt::format("{}{}", name_of(PhoneUse::text), end) ||
               event.reason == fmt::format("{}{}", name_of(PhoneUse::call), end);
      };
      if (event.kind == EventKind::message_failed && says(" failed")) {
        ++unsent;
      } else if (event.kind == EventKind::message_sent && says("")) {
        if (unsent > 0) {
          --unsent;
        } else {
          times.push_back(event.at);
        }
      }
    }
    if (rows.size() < kRows || now - rows.back().event.at >= kBudgetDay) break;
    before = rows.back().seq;
  }
  const auto half = [](std::uint32_t all) { return std::max<std::size_t>(all / 2, 1); };
  for (const auto& [most, length] : {std::pair{half(budget.per_user_per_hour), kProvenWindow},
                                     std::pair{half(budget.per_user_per_day), kBudgetDay}}) {
    if (times.size() < most) continue;
    const auto wait = length - std::chrono::abs(now - times[most - 1]);
    if (wait.count() > 0) return BudgetRefused{.why = BudgetRefusal::half_used_up, .wait = wait};
  }
  return std::nullopt;
}

class OneMessage {
 public:
  OneMessage(Engine& engine, const Sending& sending) : engine_(engine), sending_(sending), now_(engine.clock.now()) {}

  SendResult run() {
    if (nobody_answers(engine_, sending_.use, sending_.mode)) return NotSent{.silent = true};
    std::array<std::uint8_t, kPhoneCodeBytes> random{};
    if (!engine_.random.fill(random)) return NotSent{};
    fresh_ = phone_code(random);
    random.fill(0);
    auto reservation = writing(engine_.store, [&](Transaction& tx) { return reserve(tx); });
    if (!reservation) return reservation.error();
    if (const auto* sent = std::get_if<WasSent>(&*reservation)) return *sent;
    if (std::holds_alternative<NoPhone>(*reservation)) return NoPhone{};
    if (std::holds_alternative<Outdated>(*reservation)) return Outdated{};
    if (const auto* refused = std::get_if<BudgetRefused>(&*reservation)) return *refused;
    return send(std::get<Reserved>(*reservation));
  }

 private:
  Reservation reserve(Transaction& tx) {
    if (!begins_as_in(sending_.number, engine_.settings.phone.countries)) return NoPhone{};
    Found found = find_person(tx, sending_.account);
    if (found.mismatch) return NoPhone{};
    if ((found.person ? found.person->epoch : 0) != sending_.epoch) return Outdated{};
    if (!found.person && is_proven(sending_)) return NoPhone{};
    if (!found.person) found.person = tx.add_person(sending_.account.name, sending_.account.uid, now_);
    const PersonId person = found.person->id;
    const auto id = id_of(tx, person, sending_);
    if (!id || locked_out(found.person->lockout, now_)) return NoPhone{};
    id_ = *id;
    const auto kept = tx.phone_code(person, sending_.factor);
    Reserved reserved{.message = {}, .code = code_after(kept), .granted = {}, .all = 0};
    if (sending_.unasked && reserved.code.sent) return WasSent{.before = true, .lives = reserved.code.until - now_};

    const MessageRecord record{
        .at = now_, .number = sending_.number, .use = sending_.use, .proven = is_proven(sending_)};
    const PhoneBudget& budget = engine_.settings.phone.budget;
    MessageTally before = tx.messages_before(person, record);
    // After a code that let somebody in, the next one need not wait: it is none that is sent again. A call that #
    // answers has none, and always waits, or one after the other would wear down whoever is called.
    if (sending_.mode == MessageMode::code && (!kept || kept->used)) before.last.reset();
    const auto weighed = weigh_message(budget, record, before);
    if (const auto* refused = std::get_if<BudgetRefused>(&weighed)) {
      return refused_with(*refused, reserved.code);
    }
    if (sending_.for_another)
      if (const auto refused = others_share(tx, sending_.account.name.value, budget, now_)) return *refused;
    reserved.granted = std::get<BudgetGranted>(weighed);
    reserved.all = record.proven ? budget.proven_per_day : budget.unproven_per_day;
    // # answers a call by itself: no code goes along.
    if (sending_.mode == MessageMode::code) tx.keep_phone_code(person, sending_.factor, reserved.code);
    reserved.message = tx.add_message(person, record);
    tx.append(event(EventKind::message_sent));
    return reserved;
  }

  // Whether what went out before serves here, too.
  [[nodiscard]] BudgetRefused refused_with(BudgetRefused refused, const PhoneCode& code) const {
    const bool new_one = sending_.mode == MessageMode::press || code.code == fresh_;
    refused.same_code = refused.why == BudgetRefusal::rings ? refused.same_code && !new_one : code.sent;
    refused.in_vain = !new_one && !code.sent;
    return refused;
  }

  // The one that is live and stays so until it has come and was typed, or a new one.
  PhoneCode code_after(const std::optional<PhoneCode>& kept) const {
    if (sending_.mode == MessageMode::press) return {};
    const auto time_to_type = std::min(kTimeToType, engine_.settings.phone.code_ttl / 2);
    if (kept && kept->purpose == sending_.purpose.key && kept->number == sending_.number &&
        state_of(*kept, now_) == CodeState::live && kept->until - now_ >= time_to_type)
      return *kept;
    return {.purpose = sending_.purpose.key,
            .number = sending_.number,
            .code = fresh_,
            .made = now_,
            .until = now_ + engine_.settings.phone.code_ttl};
  }

  SendResult send(const Reserved& reserved) {
    alarm(reserved);
    const Speaking speaking(sending_.language);
    const PhoneMessage message{.id = fmt::format("{:x}-{:x}", reserved.message.value, now_.seconds),
                               .use = sending_.use,
                               .mode = sending_.mode,
                               .to = sending_.number,
                               .text = texts::message(engine_.settings, engine_.server, sending_.use, sending_.mode,
                                                      sending_.purpose, reserved.code.code),
                               .code = reserved.code.code,
                               .language = sending_.language,
                               .pass_over = engine_.silent_gateways,
                               .unproven = !is_proven(sending_)};
    Ending ending = ending_of(reserved);
    if (sending_.use == PhoneUse::call && !sending_.waits) return call(message, std::move(ending));
    if (sending_.use == PhoneUse::call && sending_.rings) sending_.rings();
    const DeliveryReport report = engine_.gateway.send(message);
    for (const DeliveryReport::Try& one : report.tries)
      if (one.silent) engine_.silent_gateways.push_back(one.gateway);
    if (ending.approved(report)) return WasApproved{reserved.message};
    auto end = ending.note(report);
    const bool silent = nobody_answers(engine_, sending_.use, sending_.mode);
    if (auto* unsent = std::get_if<NotSent>(&end)) unsent->silent = silent;
    if (auto* lost = std::get_if<MayCome>(&end)) lost->silent = silent;
    return in_full(end);
  }

  SendResult call(PhoneMessage message, Ending ending) const {
    auto call = std::make_shared<RingingCall>();
    if (sending_.mode == MessageMode::press) message.unwanted = call->unwanted();
    engine_.gateway.begin(message, [call, ending = std::move(ending)](const DeliveryReport& report) {
      call->ends(ending.approved(report) ? WasApproved{ending.message} : ending.note(report));
    });
    const auto end = call->end();
    if (end && !std::holds_alternative<WasApproved>(*end)) return in_full(*end);
    return IsRinging{std::move(call)};
  }

  static SendResult in_full(const RingingCall::End& end) {
    return std::visit([](const auto& one) -> SendResult { return one; }, end);
  }

  Ending ending_of(const Reserved& reserved) const {
    return {.store = engine_.store,
            .clock = engine_.clock,
            .journal = engine_.journal,
            .account = sending_.account,
            .factor = sending_.factor,
            .message = reserved.message,
            .mode = sending_.mode,
            .made = reserved.code.made,
            .until = reserved.code.until,
            .code = reserved.code.code,
            .failed = event(EventKind::message_failed)};
  }

  // Somebody should look before nobody gets a code any more.
  void alarm(const Reserved& reserved) {
    if (!reserved.granted.nearly_used_up && !reserved.granted.used_up) return;
    engine_.journal.note(Severity::warning, fmt::format("messages {} numbers={} per_day={}",
                                                        reserved.granted.used_up ? "used up" : "at 80 percent",
                                                        is_proven(sending_) ? "proven" : "unproven", reserved.all));
  }

  Event event(EventKind kind) const {
    Event made = sending_.about;
    made.kind = kind;
    made.at = now_;
    made.user = sending_.account.name.value;
    made.reason = name_of(sending_.use);
    made.factor = id_;
    if (!is_proven(sending_)) made.reason = fmt::format("{} {} {}", made.reason, masked(sending_.number), "new_number");
    return made;
  }

  Engine& engine_;
  const Sending& sending_;
  const UnixTime now_;
  Secret fresh_;
  std::string id_;  // of the factor
};

}  // namespace

std::optional<RingingCall::End> RingingCall::end() const {
  const std::lock_guard lock(mutex_);
  return end_;
}

void RingingCall::ends(const End& end) {
  const std::lock_guard lock(mutex_);
  end_ = end;
}

SendResult send_code(Engine& engine, const Sending& sending) { return OneMessage(engine, sending).run(); }

std::optional<BudgetRefused> resting(Engine& engine, const Account& account, PhoneUse use,
                                     std::span<const PhoneNumber> numbers, Sender sender) {
  const UnixTime now = engine.clock.now();
  const auto found = reading(engine.store, [&](Transaction& tx) -> std::optional<BudgetRefused> {
    std::optional<BudgetRefused> first;
    const Found person = find_person(tx, account);
    if (!person.person || person.mismatch) return first;
    if (sender == Sender::another) first = others_share(tx, account.name.value, engine.settings.phone.budget, now);
    if (first) return first;
    for (const PhoneNumber& number : numbers) {
      const MessageRecord record{.at = now, .number = number, .use = use, .proven = sender != Sender::registers};
      MessageTally before = tx.messages_before(person.person->id, record);
      before.last.reset();  // half a minute is no rest
      const auto weighed = weigh_message(engine.settings.phone.budget, record, before);
      const auto* refused = std::get_if<BudgetRefused>(&weighed);
      if (refused == nullptr || refused->why == BudgetRefusal::rings) return std::nullopt;
      if (!first) first = *refused;
      if (refused->why != BudgetRefusal::number_used_up) break;
    }
    return first;
  });
  return found.value_or(std::nullopt);
}

bool can_send(const Settings& settings, PhoneUse use, const PhoneNumber& number) {
  return can_send(settings, use) && begins_as_in(number, settings.phone.countries);
}

bool can_send(const Settings& settings, PhoneUse use) {
  return std::ranges::any_of(settings.gateways, [&](const GatewaySettings& gateway) {
    if (use == PhoneUse::text) return gateway.texts;
    return gateway.calls && (settings.phone.calls == MessageMode::code || gateway.press);
  });
}

}  // namespace mfa
