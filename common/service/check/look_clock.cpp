#include <sys/timex.h>

#include <chrono>

#include <fmt/format.h>

#include "common/service/check/look.h"

namespace mfa {
namespace {

constexpr const char* kName = "clock";
constexpr const char* kMend = "apt install chrony  or, where systemd keeps the time: timedatectl set-ntp true";
constexpr std::chrono::microseconds kMostDrift = std::chrono::seconds(5);

}  // namespace

// The kernel knows how far off the clock may be, since whatever keeps it in time tells it so (adjtimex(2)).
Findings look_at_clock() {
  timex state{};
  const int answer = adjtimex(&state);
  if (answer < 0) return {good(kName, "whether anything keeps the clock in time cannot be told here")};
  if (answer == TIME_ERROR && (static_cast<unsigned>(state.status) & static_cast<unsigned>(STA_UNSYNC)) != 0)
    return {
        fault(kName, "nothing keeps the clock in time; codes of apps are wrong when it is half a minute off", kMend)};
  const std::chrono::microseconds off(state.maxerror);
  if (off > kMostDrift)
    return {fault(
        kName,
        fmt::format("the clock may be {} seconds off", std::chrono::duration_cast<std::chrono::seconds>(off).count()),
        kMend)};
  return {good(kName, "something keeps the clock in time")};
}

}  // namespace mfa
