#include "common/service/monitor/try_limit.h"

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

}  // namespace mfa::monitor
