// Counts wrong passwords that become no row each, and says so in the journal: one line a minute at most, however many.
#pragma once

#include <cstdint>
#include <mutex>

#include "common/ports/system.h"
#include "common/service/limits.h"

namespace mfa {

class CountedFailures final : public FailedPasswords {
 public:
  static constexpr std::chrono::seconds kEvery{60};

  CountedFailures(Journal& journal, const Limits& limits) : journal_(journal), limits_(limits) {}
  void add() override;

 private:
  Journal& journal_;
  const Limits& limits_;
  std::mutex mutex_;
  std::uint64_t untold_ = 0;
  std::optional<Limits::Steady::time_point> told_;
};

}  // namespace mfa
