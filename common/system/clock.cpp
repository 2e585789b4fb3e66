#include "common/system/clock.h"

#include <chrono>

namespace mfa {

UnixTime SystemClock::now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::floor<std::chrono::seconds>(since_epoch).count()};
}

}  // namespace mfa
