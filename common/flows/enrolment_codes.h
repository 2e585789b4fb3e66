// Enrolment codes: handed over by the helpdesk or by root, they show that it is really the person who sets up a factor.
//
// Where somebody has factors but nothing that could be typed (security keys alone), such a code stands in for one at
// the shell and in an enrolment, so that they get to recovery codes without a clerk reading those.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/flows/requests.h"

namespace mfa {

inline constexpr std::chrono::hours kEnrolmentCodeLasts{24};

struct CodesRequest {
  const std::vector<std::optional<Subject>>& people;  // kMostImportRows at most; nothing: that is nobody's name
  bool replace = false;                               // also for whoever has one that is good still: that is then void
  bool only_tries = false;                            // says what would happen, and changes nothing
};

struct CodesReply {
  enum class End : std::uint8_t {
    made,
    kept,  // they have one that is good until then
    refused,
  };
  struct Entry {
    End end{};
    std::string user;
    std::string code;  // made: shown form, told once; a try makes none
    UnixTime until;    // made, kept
    std::string why;   // refused: a sentence
  };
  std::vector<Entry> codes;             // in the order of the request
  std::optional<RequestError> stopped;  // the store failed behind these, which hold
};
// root only: a code for each. Whoever has a factor gets none. That there is such an account is for whoever asks to
// know.
[[nodiscard]] std::expected<CodesReply, RequestError> provision_codes(Engine& engine, const Asker& asker,
                                                                      const CodesRequest& request);

// In normal form, or an error if there is no randomness.
[[nodiscard]] std::expected<std::string, RequestError> new_enrolment_code(Engine& engine);

// Keeps it for kEnrolmentCodeLasts if the person has no factor or recovery code that could be typed: until when. With
// its event, of which `about` is all but the kind.
[[nodiscard]] std::optional<UnixTime> hand_over_code(Transaction& tx, Person person, std::string_view code,
                                                     const Event& about);

// Whether codes of that factor can be typed.
[[nodiscard]] bool can_be_typed(const Factor& factor);

}  // namespace mfa
