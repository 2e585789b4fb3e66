#include "common/service/calls_under_way.h"

#include <exception>
#include <system_error>
#include <thread>
#include <utility>

namespace mfa {

CallsUnderWay::~CallsUnderWay() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return count_ == 0; });
}

bool CallsUnderWay::begin(std::function<void()> call) {
  const std::lock_guard lock(mutex_);
  if (count_ >= kMost) return false;
  try {
    std::thread([this, call = std::move(call)]() mutable {
      run(call);
      call = nullptr;  // whatever it holds goes before anybody hears that it has ended
      const std::lock_guard ending(mutex_);
      --count_;
      ended_.notify_all();
    }).detach();
  } catch (const std::system_error&) {
    return false;
  }
  ++count_;
  return true;
}

bool CallsUnderWay::wait_for_end(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return ended_.wait_for(lock, limit, [this] { return count_ == 0; });
}

std::size_t CallsUnderWay::count() {
  const std::lock_guard lock(mutex_);
  return count_;
}

void CallsUnderWay::run(const std::function<void()>& call) noexcept {
  try {
    call();
  } catch (const std::exception&) {
    try {
      journal_.note(Severity::error, "a call ended in an error of the program");
    } catch (...) {
      return;
    }
  }
}

}  // namespace mfa
