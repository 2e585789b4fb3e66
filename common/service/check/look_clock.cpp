#include <sys/timex.h>

#include <chrono>

#include "common/check/clock_judge.h"
#include "common/service/check/look.h"

namespace mfa {

// The kernel knows how far off the clock may be, since whatever keeps it in time tells it so (adjtimex(2)).
Findings look_at_clock() {
  timex state{};
  const int answer = adjtimex(&state);
  if (answer < 0) return judge_clock(std::nullopt);
  const bool unkept =
      answer == TIME_ERROR && (static_cast<unsigned>(state.status) & static_cast<unsigned>(STA_UNSYNC)) != 0;
  return judge_clock(ClockFacts{.kept = !unkept, .off = std::chrono::microseconds(state.maxerror)});
}

}  // namespace mfa
