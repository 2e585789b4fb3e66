// What the helpdesk grants for a while: bypass codes, exemptions, notes of a journey, its word who somebody is; and
// what else lets somebody in, or begin anew, without a factor of theirs.
//
// Pure. A grant holds until its moment, and never for longer from now than its kind may: a clock that was set back
// makes none of them longer.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/domain/types.h"

namespace mfa {

// What stands open beside a person's factors, and is over once somebody says "that was not me" or begins anew: whoever
// talked the helpdesk into it, or had the phone in their hands, goes on with it otherwise.
enum class Opening : std::uint8_t { bypass_code, exemption, journeys, enrolment_code, asking_off };
// "bypass_code", for scripts.
[[nodiscard]] std::string_view name_of(Opening opening);
// For the trail, in front of what else is said: "ended: bypass code, exemption"; of none nothing.
[[nodiscard]] std::string ended_terms(std::span<const Opening> ended);
// Whether a reason begins with them.
[[nodiscard]] bool tells_of_ended(std::string_view reason);

inline constexpr std::chrono::hours kUsualBypass{24};
inline constexpr std::chrono::hours kLongestBypass{7 * 24};
inline constexpr std::uint32_t kMostBypassUses = 10;
inline constexpr std::chrono::hours kLongestExemption{31 * 24};
inline constexpr std::chrono::hours kLongestJourney{367 * 24};
inline constexpr std::size_t kMostJourneys = 20;             // of one person
inline constexpr std::chrono::minutes kIdentifiedLasts{15};  // for that clerk and that person

[[nodiscard]] bool still_holds(UnixTime until, UnixTime now, std::chrono::seconds longest);

inline constexpr std::size_t kBypassDigits = 8;
inline constexpr std::size_t kBypassBytes = 8;  // of randomness to make one from
// "04711337": what is hashed and compared.
[[nodiscard]] std::string bypass_code(std::span<const std::uint8_t, kBypassBytes> random);
// "0471 1337": what people see.
[[nodiscard]] std::string shown_bypass_code(std::string_view code);

}  // namespace mfa
