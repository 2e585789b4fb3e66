// The time of day of this machine.
#pragma once

#include "common/ports/system.h"

namespace mfa {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] UnixTime now() override;
};

}  // namespace mfa
