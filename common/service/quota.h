// Counts a listener's sessions, in all and for each uid, and says who may have another. Not thread-safe: the listener
// asks under its own lock. Takes all its memory at the start.
#pragma once

#include <cstddef>
#include <vector>

#include "common/domain/types.h"
#include "common/service/limits.h"

namespace mfa {

class Quota {
 public:
  explicit Quota(const Caps& caps) : caps_(caps) { each_.reserve(caps.all); }

  // Counts one more for `uid`, or returns false. Each true is to be followed by one leave().
  [[nodiscard]] bool enter(Uid uid);
  void leave(Uid uid);
  [[nodiscard]] std::size_t held() const { return all_; }

 private:
  struct Held {
    Uid uid;
    std::size_t sessions = 0;  // never 0
  };
  [[nodiscard]] std::vector<Held>::iterator of(Uid uid);

  Caps caps_;
  std::size_t all_ = 0;
  std::vector<Held> each_;
};

}  // namespace mfa
