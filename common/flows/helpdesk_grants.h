// What the helpdesk grants for a while: a code for who has their phone elsewhere, a word for a country that the rules
// deny, no second factor at all until a day.
//
// Each takes the place of an earlier one of its kind; a moment that is past ends a journey or an exemption.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>

#include "common/domain/grant.h"
#include "common/flows/helpdesk.h"

namespace mfa {

struct BypassReply {
  std::string user;
  std::string code;  // eight digits, told once
  std::uint32_t uses = 0;
  UnixTime until;
};
// Good where a login asks for a code, and nowhere else. For who has a factor that it can stand in for.
[[nodiscard]] std::expected<BypassReply, RequestError> helpdesk_bypass(Engine& engine, const Asker& asker,
                                                                       const HelpdeskRequest& request,
                                                                       std::chrono::seconds length, std::uint32_t uses);

struct JourneyReply {
  std::string user;
  std::string country;            // ISO 3166-1 alpha-2
  std::optional<UnixTime> until;  // nothing: it was ended
};
// `country`: its name, code or dialling prefix, as people write it. Lifts denials that name countries; whatever else
// the rules say stays.
[[nodiscard]] std::expected<JourneyReply, RequestError> helpdesk_travel(Engine& engine, const Asker& asker,
                                                                        const HelpdeskRequest& request,
                                                                        const std::string& country, UnixTime until);

struct ExemptReply {
  std::string user;
  std::optional<UnixTime> until;  // nothing: it was ended
};
[[nodiscard]] std::expected<ExemptReply, RequestError> helpdesk_exempt(Engine& engine, const Asker& asker,
                                                                       const HelpdeskRequest& request, UnixTime until);

}  // namespace mfa
