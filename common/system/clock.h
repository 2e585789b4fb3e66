// The time of day of this machine.
#pragma once

#include <string>

#include "common/ports/system.h"

namespace mfa {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] UnixTime now() override;
  [[nodiscard]] std::string date_in_words(UnixTime time) override;
  [[nodiscard]] std::string time_in_words(UnixTime time) override;
};

}  // namespace mfa
