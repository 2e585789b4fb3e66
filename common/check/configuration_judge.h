// Mistakes of the configuration, each with what mends it.
#pragma once

#include <string>
#include <vector>

#include "common/check/finding.h"
#include "common/config/configuration.h"

namespace mfa {

// `files`: that were read.
[[nodiscard]] Findings judge_configuration(const std::vector<ConfigurationError>& errors,
                                           const std::vector<std::string>& files);

}  // namespace mfa
