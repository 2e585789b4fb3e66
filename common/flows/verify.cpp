#include "common/flows/verify.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "common/domain/grant.h"
#include "common/domain/import_row.h"

namespace mfa {
namespace {

// What an answer of digits is to the factors that may answer.
struct Match {
  bool asked = false;              // some factor may answer with digits
  std::optional<Factor> accepted;  // with the step or counter it spends
  std::optional<FactorKind> replayed;
  std::vector<Factor> out_of_step;  // tokens of which a wrong answer changes what the next one may be
  bool expired = false;             // it is a code that was sent too long ago
  bool replaced = false;            // the code that was sent last is for something else
  std::optional<PhoneCode> spent;   // the code that was sent, where it is accepted
  std::vector<std::pair<std::uint32_t, PhoneCode>> tried;  // live codes of phones that it is not
};

enum class Fit : std::uint8_t { wrong, right, replayed, expired, no_code };

bool may_answer(const std::set<FactorKind>& kinds, const Factor& factor) {
  return kinds.empty() || std::ranges::any_of(factor.kinds(), [&](FactorKind kind) { return kinds.contains(kind); });
}

struct FitOf {
  const Settings& settings;
  UnixTime now;
  std::string_view digits;
  const std::string& purpose;            // of codes that are sent
  const std::optional<PhoneCode>& sent;  // to this factor, if it is a phone

  Fit operator()(TotpFactor& totp) const {
    const TotpResult result = verify_totp(totp.key, totp.parameters, digits, now, settings.totp_window, totp.last_step);
    if (const auto* accepted = std::get_if<TotpAccepted>(&result)) {
      totp.last_step = accepted->step;
      return Fit::right;
    }
    return std::holds_alternative<TotpReplayed>(result) ? Fit::replayed : Fit::wrong;
  }
  Fit operator()(HotpFactor& hotp) const {
    const HotpResult result = verify_hotp(hotp.key, hotp.digits, digits, hotp.state);
    hotp.state = after(hotp.state, result);
    if (std::holds_alternative<HotpAccepted>(result)) return Fit::right;
    return std::holds_alternative<HotpReplayed>(result) ? Fit::replayed : Fit::wrong;
  }
  Fit operator()(KeyFactor&) const { return Fit::no_code; }  // proves itself by none
  Fit operator()(PhoneFactor& phone) const {
    if (!sent || sent->purpose != purpose || purpose.empty() || sent->number != phone.number || sent->code.empty())
      return Fit::no_code;
    const CodeState state = state_of(*sent, now);
    if (state == CodeState::worn_out || sent->code != Secret(digits)) return Fit::wrong;
    return state == CodeState::live ? Fit::right : state == CodeState::used ? Fit::replayed : Fit::expired;
  }
};

// Compares with every factor that may answer, so that the time taken does not tell which of them was near.
Match match_digits(Transaction& tx, const Settings& settings, UnixTime now, const VerifyFor& purpose,
                   const Person& person, const Answer& answer) {
  Match match;
  for (Factor& factor : tx.factors(person.id)) {
    if (!may_answer(purpose.factors, factor)) continue;
    const auto* token = std::get_if<HotpFactor>(&factor.detail);
    const std::optional<HotpState> before = token != nullptr ? std::optional(token->state) : std::nullopt;
    std::optional<PhoneCode> sent;
    if (std::holds_alternative<PhoneFactor>(factor.detail)) sent = tx.phone_code(person.id, factor.number);
    const Fit fit = std::visit(FitOf{settings, now, answer.normal.text(), purpose.phone_purpose, sent}, factor.detail);
    // Since this dialogue began: what was used, or is over, took the place of nothing that was sent here.
    if (sent && !purpose.phone_purpose.empty() && sent->purpose != purpose.phone_purpose && !sent->code.empty() &&
        sent->made >= purpose.about.at && state_of(*sent, now) == CodeState::live)
      match.replaced = true;
    if (fit == Fit::no_code) continue;
    match.asked = true;
    if (fit == Fit::replayed && !match.replayed) match.replayed = factor.kind();
    if (fit == Fit::expired) match.expired = true;
    if (fit == Fit::wrong && token != nullptr && token->state != before) match.out_of_step.push_back(factor);
    if (fit == Fit::wrong && sent && state_of(*sent, now) == CodeState::live)
      match.tried.emplace_back(factor.number, *sent);
    if (fit == Fit::right && !match.accepted) {
      factor.last_used = now;
      match.accepted = std::move(factor);
      match.spent = std::move(sent);
    }
  }
  return match;
}

Event event(const VerifyFor& purpose, EventKind kind, UnixTime now, std::string factor, std::string reason) {
  Event event = purpose.about;
  event.kind = kind;
  event.at = now;
  event.factor = std::move(factor);
  if (!reason.empty()) event.reason = std::move(reason);
  return event;
}

Verification accept(Transaction& tx, UnixTime now, const VerifyFor& purpose, Person person, RightAnswer right) {
  person.lockout = {};
  if (purpose.passed == EventKind::login_passed) {
    if (purpose.past_first_factor) person.failed_since_login = 0;
    if (person.reported_version.empty()) person.reported.reset();
  }
  tx.save(person);
  tx.append(event(purpose, purpose.passed, now, right.factor, ""));
  return right;
}

Verification refuse(Transaction& tx, UnixTime now, const VerifyFor& purpose, Person person, const Reserved& reserved) {
  person.lockout = reserved.next;
  if (purpose.failed == EventKind::login_failed && purpose.first_wrong && purpose.past_first_factor)
    ++person.failed_since_login;
  tx.save(person);
  tx.append(event(purpose, purpose.failed, now, "", "wrong"));
  if (reserved.tries_left == 0) tx.append(event(purpose, EventKind::locked_out, now, "", "too_many_wrong"));
  return WrongAnswer{.tries_left = reserved.tries_left, .locked_until = reserved.next.locked_until};
}

// Whether a bypass code holds that an answer of so many digits could be. It lets in, and does no more than that: what
// else takes a code would make it outlast its time.
bool bypass_may_answer(Transaction& tx, UnixTime now, const VerifyFor& purpose, PersonId person, const Answer& answer) {
  if (purpose.passed != EventKind::login_passed || answer.normal.size() != kBypassDigits) return false;
  const auto bypass = tx.bypass_code(person);
  return bypass && still_holds(bypass->until, now, kLongestBypass);
}

// Codes of eight digits that came with an imported app (domain/import_row.h) are among the recovery codes. They are for
// their owner alone: nobody reads them out to the helpdesk, nor learns there which were used.
bool may_be_scratch(const VerifyFor& purpose, const Answer& answer) {
  return purpose.passed != EventKind::helpdesk_identified && answer.normal.size() == kScratchDigits;
}

// No failure: the reservation is not kept. Nor is it a row each time: whoever has a spent code has it for ever.
constexpr std::size_t kMostReplays = 10;  // of a person, that are rows within an hour
void note_replay(Transaction& tx, UnixTime now, const VerifyFor& purpose, std::string factor) {
  constexpr std::chrono::hours kHour{1};
  if (purpose.from_root && tx.replays_since(purpose.about.user, now - kHour) < kMostReplays)
    tx.append(event(purpose, purpose.failed, now, std::move(factor), "replayed"));
}

// Of each live code that the answer was not. True: one of them has no more.
bool count_tries(Transaction& tx, UnixTime now, PersonId person,
                 std::vector<std::pair<std::uint32_t, PhoneCode>>& codes) {
  bool worn_out = false;
  for (auto& [factor, code] : codes) {
    ++code.tries;
    tx.keep_phone_code(person, factor, code);
    worn_out = worn_out || state_of(code, now) == CodeState::worn_out;
  }
  return worn_out;
}

}  // namespace

Verification verify_enrolment_code(Transaction& tx, const Settings& settings, UnixTime now, const Account& account,
                                   const Event& refused, std::string_view code) {
  const Found found = find_person(tx, account);
  if (found.mismatch) return NoSuchPerson{};
  // Somebody of whom nothing is known yet: their wrong codes count all the same.
  Person person = found.person ? *found.person : tx.add_person(account.name, account.uid, now);
  const Reservation reservation = reserve_attempt(person.lockout, settings.lockout, now);
  if (const auto* locked = std::get_if<LockedOut>(&reservation)) return LockedAnswer{locked->until};
  const auto& reserved = std::get<Reserved>(reservation);
  if (tx.enrolment_code_holds(person.id, code, now)) return RightAnswer{.factor = "enrolment", .recovery_left = 0};
  person.lockout = reserved.next;
  tx.save(person);
  tx.append(refused);
  return WrongAnswer{.tries_left = reserved.tries_left, .locked_until = reserved.next.locked_until};
}

Verification verify(Transaction& tx, const Settings& settings, UnixTime now, const VerifyFor& purpose,
                    const Answer& answer) {
  if (!could_be_code(answer)) return NotACode{};
  const Found found = find_person(tx, purpose.account);
  if (found.mismatch || !found.person) return NoSuchPerson{};
  Person person = *found.person;
  if (person.epoch != purpose.epoch) return EndedMeanwhile{};

  const Reservation reservation = reserve_attempt(person.lockout, settings.lockout, now);
  if (const auto* locked = std::get_if<LockedOut>(&reservation)) {
    if (person.lockout != locked->next) {
      person.lockout = locked->next;
      tx.save(person);
    }
    if (purpose.from_root) tx.append(event(purpose, EventKind::login_refused, now, "", "locked"));
    return LockedAnswer{locked->until};
  }
  const auto& reserved = std::get<Reserved>(reservation);

  if (answer.shape == AnswerShape::recovery) {
    const std::string_view code = answer.normal.text();
    if (tx.recovery_code_was_used(person.id, code)) {
      note_replay(tx, now, purpose, "recovery");
      return ReplayedAnswer{.kind = {}, .recovery = true};
    }
    if (!tx.use_recovery_code(person.id, code)) return refuse(tx, now, purpose, person, reserved);
    return accept(tx, now, purpose, person, {.factor = "recovery", .recovery_left = tx.recovery_codes_left(person.id)});
  }
  Match match = match_digits(tx, settings, now, purpose, person, answer);
  const bool bypass = bypass_may_answer(tx, now, purpose, person.id, answer);
  const bool scratch = may_be_scratch(purpose, answer) && tx.recovery_codes_left(person.id) > 0;
  const bool replaced =
      match.replaced && answer.shape == AnswerShape::digits && answer.normal.size() == kPhoneCodeDigits;
  if (!match.asked && !bypass && !scratch) {  // nothing that may answer has digits: no guess
    if (replaced) return ReplacedAnswer{};
    return NotACode{};
  }
  if (match.accepted) {
    tx.save_factor(person.id, *match.accepted);
    if (match.spent) {
      match.spent->used = true;
      tx.keep_phone_code(person.id, match.accepted->number, *match.spent);
    }
    return accept(tx, now, purpose, person, {.factor = match.accepted->id()});
  }
  if (bypass && tx.use_bypass_code(person.id, answer.normal.text(), now)) {
    const auto left = tx.bypass_code(person.id);
    return accept(tx, now, purpose, person, {.factor = "bypass", .recovery_left = left ? left->uses : 0});
  }
  if (scratch && tx.use_recovery_code(person.id, answer.normal.text()))
    return accept(tx, now, purpose, person, {.factor = "recovery", .recovery_left = tx.recovery_codes_left(person.id)});
  if (!match.replayed && may_be_scratch(purpose, answer) &&
      tx.recovery_code_was_used(person.id, answer.normal.text())) {
    note_replay(tx, now, purpose, "recovery");
    return ReplayedAnswer{.kind = {}, .recovery = true};
  }
  if (match.replayed) {
    note_replay(tx, now, purpose, "");
    return ReplayedAnswer{.kind = *match.replayed, .recovery = false};
  }
  if (match.expired) {
    if (purpose.from_root) tx.append(event(purpose, purpose.failed, now, "", "code_expired"));
    return ExpiredAnswer{};
  }
  for (const Factor& token : match.out_of_step) tx.save_factor(person.id, token);
  Verification refused = refuse(tx, now, purpose, person, reserved);
  auto& wrong = std::get<WrongAnswer>(refused);
  wrong.worn_out = count_tries(tx, now, person.id, match.tried);
  wrong.replaced = replaced;
  return refused;
}

Verification verify_approval(Transaction& tx, const Settings& settings, UnixTime now, const VerifyFor& purpose,
                             const Approval& approval) {
  const Found found = find_person(tx, purpose.account);
  if (found.mismatch || !found.person) return NoSuchPerson{};
  const Person& person = *found.person;
  if (person.epoch != purpose.epoch) return EndedMeanwhile{};
  const Reservation reservation = reserve_attempt(person.lockout, settings.lockout, now);
  if (const auto* locked = std::get_if<LockedOut>(&reservation)) return LockedAnswer{locked->until};
  for (Factor& factor : tx.factors(person.id)) {
    if (factor.number != approval.factor || !std::holds_alternative<PhoneFactor>(factor.detail)) continue;
    if (!may_answer(purpose.factors, factor)) continue;
    if (!tx.end_message(person.id, approval.message, MessageEnd::taken)) continue;
    factor.last_used = now;
    tx.save_factor(person.id, factor);
    return accept(tx, now, purpose, person, {.factor = factor.id()});
  }
  return NoSuchPerson{};
}

}  // namespace mfa
