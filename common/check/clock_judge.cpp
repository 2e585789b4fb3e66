#include "common/check/clock_judge.h"

#include <fmt/format.h>

namespace mfa {
namespace {

constexpr const char* kName = "clock";
constexpr const char* kMend = "apt install chrony  or, where systemd keeps the time: timedatectl set-ntp true";
constexpr std::chrono::seconds kMostDrift{5};

}  // namespace

Findings judge_clock(const std::optional<ClockFacts>& clock) {
  if (!clock) return {good(kName, "whether anything keeps the clock in time cannot be told here")};
  if (!clock->kept)
    return {
        fault(kName, "nothing keeps the clock in time; codes of apps are wrong when it is half a minute off", kMend)};
  if (clock->off > kMostDrift)
    return {fault(kName,
                  fmt::format("the clock may be {} seconds off",
                              std::chrono::duration_cast<std::chrono::seconds>(clock->off).count()),
                  kMend)};
  return {good(kName, "something keeps the clock in time")};
}

}  // namespace mfa
