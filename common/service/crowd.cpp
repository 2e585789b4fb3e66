#include "common/service/crowd.h"

namespace mfa {

Crowd::Place::Place(Crowd& crowd, const LoginFacts& facts)
    : crowd_(crowd),
      invoker_(!facts.ruser.empty() && facts.rhost.empty()),
      key_(invoker_ ? "invoker " + facts.ruser : "user " + facts.user + " from " + facts.rhost) {
  const std::lock_guard lock(crowd_.mutex_);
  std::size_t& held = crowd_.open_[key_];
  taken_ = held < (invoker_ ? crowd_.caps_.invoker : crowd_.caps_.each) &&
           (!invoker_ || crowd_.invokers_ < crowd_.caps_.invokers);
  if (taken_) {
    ++held;
    if (invoker_) ++crowd_.invokers_;
  } else if (held == 0) {
    crowd_.open_.erase(key_);
  }
}

Crowd::Place::~Place() {
  if (!taken_) return;
  const std::lock_guard lock(crowd_.mutex_);
  const auto held = crowd_.open_.find(key_);
  if (held != crowd_.open_.end() && --held->second == 0) crowd_.open_.erase(held);
  if (invoker_) --crowd_.invokers_;
}

}  // namespace mfa
