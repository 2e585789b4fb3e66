#include "common/service/monitor/try_limit.h"

#include <algorithm>

namespace mfa::monitor {

bool TryLimit::take(Uid uid, Time now) {
  const auto is_over = [now](Time then) { return now - then >= kWindow; };
  // So that it holds the uids of one window at most.
  std::erase_if(tries_, [&](const auto& entry) { return is_over(entry.second.back()); });
  auto& tries = tries_[uid];
  while (!tries.empty() && is_over(tries.front())) tries.pop_front();
  if (tries.size() >= kTries) return false;
  tries.push_back(now);
  return true;
}

std::chrono::seconds TryLimit::wait(Uid uid, Time now) const {
  const auto found = tries_.find(uid);
  if (found == tries_.end()) return std::chrono::seconds(0);
  return std::chrono::ceil<std::chrono::seconds>(found->second.front() + kWindow - now);
}

void TryLimit::give_back(Uid uid, Time taken) {
  const auto found = tries_.find(uid);
  if (found == tries_.end()) return;
  auto& tries = found->second;
  if (const auto one = std::ranges::find(tries, taken); one != tries.end()) tries.erase(one);
  if (tries.empty()) tries_.erase(found);
}

}  // namespace mfa::monitor
