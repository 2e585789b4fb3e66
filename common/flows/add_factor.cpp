#include "common/flows/add_factor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/flows/helpdesk.h"
#include "common/flows/phone_set_up.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"
#include "common/language/language.h"

namespace mfa {

Added add_factor(Transaction& tx, const Engine& engine, UnixTime now, const Addition& addition) {
  Found found = find_person(tx, addition.account);
  const bool own = addition.actor.empty();
  if (found.mismatch)
    return {.refusal = own ? refused(texts::other_person(engine.settings)) : changed_hands(addition.account),
            .id = "",
            .codes_kept = false};
  const std::string_view whose = own ? std::string_view() : addition.account.name.value;
  if (addition.claim) {
    if (auto error = why_outdated(tx, addition.account, *addition.claim))
      return {.refusal = std::move(error), .id = "", .codes_kept = false};
  }
  Person person = found.person ? *found.person : tx.add_person(addition.account.name, addition.account.uid, now);
  const std::vector<Factor> factors = tx.factors(person.id);
  if (own) {
    if (auto error = no_change_left(tx, engine, addition.account))
      return {.refusal = std::move(error), .id = "", .codes_kept = false};
  }
  if (!addition.enrolment_code.empty() && !tx.enrolment_code_holds(person.id, addition.enrolment_code.text(), now))
    return {.refusal = refused("That enrolment code is not good any more.", "Ask for another."),
            .id = "",
            .codes_kept = false};
  auto name = name_for_new_factor(factors, addition.wanted_name, addition.usual_name, whose);
  if (!name) return {.refusal = name.error(), .id = "", .codes_kept = false};

  if (const auto* phone = std::get_if<PhoneFactor>(&addition.factor.detail)) {
    if (auto why = why_not_this_number(tx, person.id, *phone, whose))
      return {.refusal = refused(*std::move(why)), .id = "", .codes_kept = false};
  }

  Factor factor = addition.factor;
  factor.name = *std::move(name);
  factor.number = person.next_factor++;
  factor.added = now;
  tx.add_factor(person.id, factor);
  tx.drop_enrolment_code(person.id);
  tx.drop_phone_code(person.id, kUnfinishedPhone);
  person.enrol_by_code = false;
  if (factors.empty()) person.asks_off = false;  // whoever begins anew wants it
  outdate(tx, person);
  if (addition.terminal && addition.claim)
    keep_step_up(tx, person, *addition.terminal, addition.claim->proven, now + kStepUpLasts);
  Event event = addition.about.value_or(request_event(engine, addition.account, now, addition.kind));
  event.kind = addition.kind;
  event.at = now;
  event.actor = addition.actor;
  event.reason = addition.reason;
  event.factor = factor.id();
  tx.append(event);

  Added added{.refusal = std::nullopt,
              .id = factor.id(),
              .codes_kept = !addition.codes.empty() && tx.recovery_codes_left(person.id) == 0};
  if (added.codes_kept) {
    tx.replace_recovery_codes(person.id, addition.codes);
    event.kind = EventKind::recovery_codes_made;
    event.reason.clear();
    event.factor = "recovery";
    tx.append(event);
  }
  return added;
}

std::expected<std::string, RequestError> name_for_new_factor(const std::vector<Factor>& factors,
                                                             const std::string& wanted, std::string_view usual,
                                                             std::string_view whose) {
  const std::string has = whose.empty() ? say("You have") : say("{} has", whose);
  if (factors.size() >= kMostFactors)
    return std::unexpected(refused(say("{} {} factors already, the most there can be.", has, factors.size()),
                                   whose.empty()
                                       ? say("Remove one first: mfa-enroll remove FACTOR")
                                       : say("Remove one first: mfa-enroll helpdesk reset {} --factor ID", whose)));
  const auto taken = [&](std::string_view name) {
    return std::ranges::any_of(factors, [&](const Factor& factor) { return factor.name == name; });
  };
  if (!wanted.empty()) {
    if (!valid_factor_name(wanted))
      return std::unexpected(refused("That cannot be the name of a factor.",
                                     say("Use 1 to {} printable characters, not like totp-1.", kLongestFactorName)));
    if (taken(wanted))
      return std::unexpected(refused(say("{} a factor of that name already.", has), "Choose another name."));
    return wanted;
  }
  std::string name(usual);
  for (int number = 2; taken(name); ++number) name = fmt::format("{} {}", usual, number);
  return name;
}

}  // namespace mfa
