// How often a password may be tried: three times in any sixty seconds for a uid.
//
// The time is a monotonic clock's: setting the clock gives nobody another try.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>

#include "common/domain/types.h"

namespace mfa::monitor {

class TryLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kTries = 3;
  static constexpr std::chrono::seconds kWindow{60};

  // Whether one more is allowed now; then it counts, whatever comes of it.
  [[nodiscard]] bool take(Uid uid, Time now);

  [[nodiscard]] std::size_t remembered() const { return tries_.size(); }  // uids

 private:
  std::map<Uid, std::deque<Time>> tries_;
};

}  // namespace mfa::monitor
