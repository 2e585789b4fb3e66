#include "common/service/failed_passwords.h"

#include <fmt/format.h>

#include <utility>

namespace mfa {

void CountedFailures::add() {
  std::uint64_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    ++untold_;
    const auto now = limits_.now();
    if (told_ && now - *told_ < kEvery) return;
    told_ = now;
    count = std::exchange(untold_, 0);
  }
  journal_.note(Severity::info, fmt::format("wrong passwords from devices without trust count={}", count));
}

}  // namespace mfa
