#include "common/service/quota.h"

#include <algorithm>

namespace mfa {

std::vector<Quota::Held>::iterator Quota::of(Uid uid) { return std::ranges::find(each_, uid, &Held::uid); }

bool Quota::enter(Uid uid) {
  const bool root = uid.value == 0;
  if (all_ + (root ? 0 : caps_.kept_for_root) >= caps_.all) return false;
  const auto held = of(uid);
  if (held == each_.end()) {
    if (!root && caps_.each == 0) return false;
    each_.push_back({.uid = uid, .sessions = 1});
  } else {
    if (!root && held->sessions >= caps_.each) return false;
    ++held->sessions;
  }
  ++all_;
  return true;
}

void Quota::leave(Uid uid) {
  const auto held = of(uid);
  if (held == each_.end()) return;
  if (--held->sessions == 0) each_.erase(held);
  --all_;
}

}  // namespace mfa
