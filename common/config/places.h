// Places as they are written in the configuration: networks and countries.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "common/domain/policy.h"

namespace mfa {

// An address with or without "/bits", the rest of it being zero. `words` may stand in its stead, as the error says; the
// error is what follows the key's name in a message.
[[nodiscard]] std::expected<Network, std::string> parse_network(std::string_view text,
                                                                std::span<const std::string_view> words = {});

// Empty if it is a country's code (ISO 3166-1 alpha-2), else what is wrong with it.
[[nodiscard]] std::string check_country(const std::string& text);

}  // namespace mfa
