// Enrolment codes: handed over by the helpdesk or by root, they show that it is really the person who sets up a factor.
//
// Where somebody has factors but nothing that could be typed (security keys alone), such a code stands in for one at
// the shell and in an enrolment, so that they get to recovery codes without a clerk reading those.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "common/flows/requests.h"

namespace mfa {

// In normal form, or an error if there is no randomness.
[[nodiscard]] std::expected<std::string, RequestError> new_enrolment_code(Engine& engine);

// Keeps it for kEnrolmentCodeLasts if the person has no factor or recovery code that could be typed: until when. With
// its event, of which `about` is all but the kind.
[[nodiscard]] std::optional<UnixTime> hand_over_code(Transaction& tx, Person person, std::string_view code,
                                                     const Event& about);

// Whether codes of that factor can be typed.
[[nodiscard]] bool can_be_typed(const Factor& factor);

}  // namespace mfa
