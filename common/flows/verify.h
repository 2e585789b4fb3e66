// Is this answer right? Decided inside one transaction: an attempt is counted, then the answer compared, then a right
// one spent, so that neither parallel sessions nor a crash can make more of a code than one login.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <variant>

#include "common/domain/answer.h"
#include "common/domain/settings.h"
#include "common/flows/identity.h"

namespace mfa {

struct RightAnswer {
  std::string factor;             // "totp-1", "recovery" or "bypass"
  std::size_t recovery_left = 0;  // codes left, when one was used; of a bypass code its uses
};
struct WrongAnswer {
  std::uint32_t tries_left = 0;  // none: locked until `locked_until`
  UnixTime locked_until;
  bool worn_out = false;  // the code that was sent has been tried too often
  bool replaced = false;  // as in ReplacedAnswer
};
struct ReplayedAnswer {  // right, but spent
  FactorKind kind = FactorKind::totp;
  bool recovery = false;  // a recovery code, and of no kind
};
struct ExpiredAnswer {};  // the code that was sent, too late
// Not compared, not counted: the newest code that went to a phone is for something else, and took the place of whatever
// was sent for this.
struct ReplacedAnswer {};
struct LockedAnswer {  // not compared
  UnixTime until;
};
// Not compared, not counted: what the dialogue rests on has ended meanwhile, by a report or a change of how the person
// logs in.
struct EndedMeanwhile {};
struct NotACode {};      // not shaped like anything we asked for; not compared, not counted
struct NoSuchPerson {};  // the store's person is not, or no longer, this account
using Verification = std::variant<RightAnswer, WrongAnswer, ReplayedAnswer, ExpiredAnswer, ReplacedAnswer, LockedAnswer,
                                  EndedMeanwhile, NotACode, NoSuchPerson>;

// What an answer is for, and how it is recorded.
struct VerifyFor {
  const Account& account;
  const std::set<FactorKind>& factors;  // that may answer; recovery codes always may, at a login bypass codes, too
  EventKind passed;
  EventKind failed;
  Event about;              // user, service, from, server, and when the dialogue began; the rest is filled in
  bool first_wrong = true;  // of this login: counted for the notice at the next one
  // The password (or key) was right, and so is what a passed login has told: it is over with that.
  bool past_first_factor = true;
  // Asked by root's programs. What others may repeat without limit (a spent code, any code while locked) is no row of
  // theirs, lest they fill the trail.
  bool from_root = true;
  // What codes that were sent are to be good for (CodePurpose::key); empty: none counts.
  std::string phone_purpose = {};  // NOLINT(readability-redundant-member-init)
  std::uint32_t epoch = 0;         // Person::epoch when the dialogue began
};

// That # was pressed in this call to this phone.
struct Approval {
  std::uint32_t factor = 0;
  MessageId message;
};

// An enrolment code: an attempt is counted like any other; a right one is not spent by that.
[[nodiscard]] Verification verify_enrolment_code(Transaction& tx, const Settings& settings, UnixTime now,
                                                 const Account& account, const Event& refused, std::string_view code);

[[nodiscard]] Verification verify(Transaction& tx, const Settings& settings, UnixTime now, const VerifyFor& purpose,
                                  const Answer& answer);

// Takes an approval, once. Whoever is locked out meanwhile has none, nor has a phone that is gone.
[[nodiscard]] Verification verify_approval(Transaction& tx, const Settings& settings, UnixTime now,
                                           const VerifyFor& purpose, const Approval& approval);

}  // namespace mfa
