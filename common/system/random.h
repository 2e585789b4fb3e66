// Random bytes from the kernel, getrandom(2).
//
// Early at boot the kernel may have none yet: then it waits for them, at most three seconds.
#pragma once

#include "common/ports/system.h"

namespace mfa {

class KernelRandom final : public Random {
 public:
  [[nodiscard]] bool fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace mfa
