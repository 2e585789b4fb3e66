// How often a wrong password may be tried: three times in any sixty seconds for a uid.
//
// A try counts from when it begins, so that no number of parallel ones gets a fourth guess, and is given back if the
// password was right: whoever knows it guesses nothing.
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

  // Whether one more is allowed now; then it counts, until it is given back.
  [[nodiscard]] bool take(Uid uid, Time now);
  // Where take() has just refused: until it allows one again. Whole seconds, rounded up.
  [[nodiscard]] std::chrono::seconds wait(Uid uid, Time now) const;
  // The one that began at `taken`; nothing if it is over.
  void give_back(Uid uid, Time taken);

  [[nodiscard]] std::size_t remembered() const { return tries_.size(); }  // uids

 private:
  std::map<Uid, std::deque<Time>> tries_;
};

}  // namespace mfa::monitor
