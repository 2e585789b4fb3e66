// What is kept about people, and why, in words; with the numbers of the configuration in force.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "common/flows/requests.h"

namespace mfa {

struct PrivacyReply {
  struct Section {
    std::string what;  // is kept
    std::string why;
    std::string how_long;
  };
  std::vector<Section> kept;
  std::string never;  // what is not kept
  std::string who;    // sees it
  std::string ask;    // whom to ask about it
};
[[nodiscard]] std::expected<PrivacyReply, RequestError> privacy(Engine& engine, const Asker& asker);

}  // namespace mfa
