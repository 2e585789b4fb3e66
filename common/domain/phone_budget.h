// How many texts and calls may be sent: each costs money, and a stolen password is enough to ask for one.
//
// Pure: what was sent lately, the limits and the time in; a grant or the reason against it out. It is asked in the
// transaction that records the message, before anything is sent. Numbers that are still being registered have limits of
// their own, so that nobody who makes up numbers uses up what proven ones need.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>

#include "common/domain/phone_number.h"
#include "common/domain/types.h"

namespace mfa {

// [phone] of the configuration.
struct PhoneBudget {
  std::chrono::seconds resend_after{30};        // to the same number, for the same person
  std::uint32_t per_user_per_hour = 6;          // to proven numbers
  std::uint32_t per_user_per_day = 20;          // likewise
  std::uint32_t proven_per_day = 5000;          // of all people together
  std::uint32_t unproven_per_user_per_day = 3;  // to numbers that are being registered
  std::uint32_t unproven_per_day = 500;         // of all people together
};

inline constexpr std::chrono::seconds kProvenWindow{60 * 60};         // for one person
inline constexpr std::chrono::seconds kUnprovenWindow{24 * 60 * 60};  // likewise
inline constexpr std::chrono::seconds kBudgetDay{24 * 60 * 60};       // for all: any 24 hours
inline constexpr std::chrono::seconds kCallsRest{10 * 60};            // after one that nobody answered
inline constexpr std::chrono::seconds kFailedWindow{10 * 60};         // for what no gateway took on, of one person
inline constexpr std::uint32_t kFailedTries = 3;                      // within that, proven and unproven together

enum class MessageEnd : std::uint8_t {  // as kept in the store
  open = 1,                             // under way, or nobody lived to say
  taken = 2,                            // sent, or answered; or it may have been sent
  unanswered = 3,                       // it came to nothing at the other end
  failed = 4,                           // no gateway took it on: nothing was sent or will be; it counts for no budget
};

// A text or call as it counts.
struct MessageRecord {
  UnixTime at;
  PhoneNumber number = {};  // NOLINT(readability-redundant-member-init)
  PhoneUse use = PhoneUse::text;
  bool proven = false;
};

// What was recorded before, but for what failed: proven and unproven apart, down to `oldest_of_day`.
struct MessageTally {
  std::uint32_t of_person = 0;                           // within kProvenWindow or kUnprovenWindow
  std::uint32_t of_person_in_day = 0;                    // within kBudgetDay
  std::uint32_t of_number = 0;                           // within kProvenWindow or kUnprovenWindow, of all people
  std::uint32_t of_all = 0;                              // within kBudgetDay
  std::optional<UnixTime> oldest = std::nullopt;         // of those of the person
  std::optional<UnixTime> oldest_of_day = std::nullopt;  // likewise, within kBudgetDay
  std::optional<UnixTime> last = std::nullopt;           // to this number for this person, by the same means
  std::optional<UnixTime> last_call = std::nullopt;      // for this person that is not known to have been answered
  std::optional<UnixTime> open_call = std::nullopt;      // likewise, and whose end is not known
  bool open_here = false;                                // that one went to this number
  std::uint32_t failed = 0;                              // of this person, within kFailedWindow
  std::optional<UnixTime> oldest_failed = std::nullopt;  // of those
};

enum class BudgetRefusal : std::uint8_t {
  too_soon,
  person_used_up,
  number_used_up,
  all_used_up,
  call_unanswered,
  rings,         // a call for this person is under way, as far as is known
  failing,       // no gateway took on the last ones
  half_used_up,  // of what this person may have, by others who ask for it: the other half is for their own logins
};
struct BudgetGranted {
  bool nearly_used_up = false;  // this one reaches 80 % of what all may have in a day
  bool used_up = false;         // this one is the last
};
struct BudgetRefused {
  BudgetRefusal why{};
  std::chrono::seconds wait{0};  // until it is worth asking again, at the most; zero: not known
  bool same_code = true;         // of too_soon and rings: what was sent just now is live, and for the same purpose
  bool in_vain = false;          // of too_soon: it was for the same, and came to nothing
};

[[nodiscard]] std::variant<BudgetGranted, BudgetRefused> weigh_message(const PhoneBudget& budget,
                                                                       const MessageRecord& message,
                                                                       const MessageTally& before);

}  // namespace mfa
