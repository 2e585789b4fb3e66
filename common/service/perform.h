// A request carried out: from the verb to its flow, and from the flow's reply to JSON.
#pragma once

#include <expected>

#include "common/flows/requests.h"
#include "common/json/wiped_text.h"
#include "common/service/request.h"

namespace mfa {

[[nodiscard]] std::expected<WipedText, RequestError> perform(Engine& engine, const Asker& asker,
                                                             const Request& request);

}  // namespace mfa
