#include "common/domain/helpdesk.h"

namespace mfa {
namespace {

std::optional<HelpdeskRefusal> why_not_this_person(const HelpdeskAct& act) {
  if (act.subject.value < kFirstPersonalUid || act.subject == kOverflowUid || act.subject == kNoUid)
    return HelpdeskRefusal::system_account;
  if (act.subject_in_helpdesk == Membership::member) return HelpdeskRefusal::colleague;
  if (act.subject_protected == Membership::member) return HelpdeskRefusal::protected_person;
  if (act.subject_in_scope == Membership::not_member) return HelpdeskRefusal::out_of_scope;
  const bool known = act.subject_in_helpdesk != Membership::unknown && act.subject_protected != Membership::unknown &&
                     act.subject_in_scope != Membership::unknown;
  return known ? std::nullopt : std::optional(HelpdeskRefusal::unknown);
}

}  // namespace

ActNeeds needs_of(Verb verb) {
  switch (verb) {
    case Verb::helpdesk_show:
      return {.reason = false, .identity = false, .counted = false};
    case Verb::helpdesk_identify:  // changes nothing but what a code is worth
      return {.reason = true, .identity = false, .counted = false};
    case Verb::helpdesk_unlock:  // lets nobody in who has no code
    case Verb::helpdesk_travel:  // nor does this: a code is asked for all the same
      return {.reason = true, .identity = false, .counted = true};
    default:
      return {};
  }
}

std::string_view name_of(HelpdeskRefusal refusal) {
  switch (refusal) {
    case HelpdeskRefusal::not_helpdesk:
      return "not_helpdesk";
    case HelpdeskRefusal::oneself:
      return "oneself";
    case HelpdeskRefusal::system_account:
      return "system_account";
    case HelpdeskRefusal::colleague:
      return "colleague";
    case HelpdeskRefusal::protected_person:
      return "protected";
    case HelpdeskRefusal::out_of_scope:
      return "out_of_scope";
    case HelpdeskRefusal::no_reason:
      return "no_reason";
    case HelpdeskRefusal::not_identified:
      return "not_identified";
    case HelpdeskRefusal::too_many_acts:
      return "too_many_acts";
    case HelpdeskRefusal::not_proven:
      return "not_proven";
    case HelpdeskRefusal::unknown:
      return "lookup_failed";
  }
  return {};
}

std::optional<HelpdeskRefusal> why_not(const HelpdeskAct& act) {
  const bool root = act.clerk == Uid{0};
  if (!root) {
    if (act.clerk == kOverflowUid || act.clerk == kNoUid || act.clerk_in_helpdesk == Membership::not_member)
      return HelpdeskRefusal::not_helpdesk;
    if (act.clerk_in_helpdesk == Membership::unknown) return HelpdeskRefusal::unknown;
    if (act.clerk == act.subject) return HelpdeskRefusal::oneself;
    if (const auto refusal = why_not_this_person(act)) return refusal;
  }
  if (act.needs.reason && !act.has_reason) return HelpdeskRefusal::no_reason;
  if (act.needs.identity && !act.identified) return HelpdeskRefusal::not_identified;
  if (!root && act.needs.counted && act.acts_today >= act.most_acts) return HelpdeskRefusal::too_many_acts;
  return std::nullopt;
}

}  // namespace mfa
