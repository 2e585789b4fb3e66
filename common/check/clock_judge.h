// Whether the clock is right, by what the kernel knows of it.
#pragma once

#include <chrono>
#include <optional>

#include "common/check/finding.h"

namespace mfa {

struct ClockFacts {
  bool kept = false;              // something keeps it in time
  std::chrono::microseconds off;  // how far off it may be at most
};
// Nothing: it cannot be told.
[[nodiscard]] Findings judge_clock(const std::optional<ClockFacts>& clock);

}  // namespace mfa
