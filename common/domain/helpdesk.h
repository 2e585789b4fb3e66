// Whether a member of the helpdesk may act on a person: a pure function over what is known of both, one reason a row.
//
// What cannot be looked up counts against the act. Root acts on anybody and needs no group; reason and identification
// are asked of root too, for the trail's sake.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/domain/access.h"
#include "common/domain/policy.h"
#include "common/domain/types.h"

namespace mfa {

inline constexpr std::uint32_t kFirstPersonalUid = 1000;  // below are root and the system's accounts

// What a verb of the helpdesk asks for beside the right to act on that person.
struct ActNeeds {
  bool reason = true;    // why it is done
  bool identity = true;  // how the clerk knows who the person is
  bool counted = true;   // against the day's cap
};
[[nodiscard]] ActNeeds needs_of(Verb verb);

struct HelpdeskAct {
  Uid clerk;
  Uid subject;
  Membership clerk_in_helpdesk = Membership::unknown;  // any of helpdesk_groups
  Membership subject_in_helpdesk = Membership::unknown;
  Membership subject_protected = Membership::unknown;  // any of protected_groups
  Membership subject_in_scope = Membership::unknown;   // any of helpdesk_scope; member where that is empty
  ActNeeds needs;
  bool has_reason = false;
  bool identified = false;  // --checked was given, or `identify` passed lately
  std::uint32_t acts_today = 0;
  std::uint32_t most_acts = 0;
};

enum class HelpdeskRefusal : std::uint8_t {
  not_helpdesk,
  oneself,
  system_account,
  colleague,
  protected_person,
  out_of_scope,
  no_reason,
  not_identified,
  too_many_acts,
  not_proven,  // no step-up; decided by the flow
  unknown,     // a group could not be looked up
};
[[nodiscard]] std::string_view name_of(HelpdeskRefusal refusal);

// Nothing: the act may be done. The first thing that stands against it.
[[nodiscard]] std::optional<HelpdeskRefusal> why_not(const HelpdeskAct& act);

}  // namespace mfa
