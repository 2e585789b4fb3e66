#include "common/system/clock.h"

#include <ctime>

namespace mfa {

UnixTime SystemClock::now() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);  // cannot fail: the clock exists and the pointer is good
  return {time.tv_sec};
}

}  // namespace mfa
