// What the programs of gateways say of their settings, held against what the configuration wants of them.
#pragma once

#include <span>
#include <string>

#include "common/check/finding.h"
#include "common/domain/gateway.h"

namespace mfa {

[[nodiscard]] Findings judge_gateways(std::span<const GatewayCheck> checks);

// Of a program that may not be run: why not, in words that begin with the path at fault, and what mends it.
[[nodiscard]] Finding judge_program(const std::string& gateway, const std::string& path, const std::string& objection,
                                    const std::string& when_missing);

// Why no program can be run that is kept out of a folder, as far as the service's user can tell.
struct TrialFacts {
  std::string folder;
  std::string trouble;
  bool enters_folder = true;
  bool opens_null = true;  // /dev/null, for reading and writing
};
[[nodiscard]] Finding judge_trial(const TrialFacts& facts);

}  // namespace mfa
