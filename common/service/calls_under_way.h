// Calls that go on while their code is asked for, each on a thread of its own, and no more of them than there may be.
//
// What runs here may outlive the session that began it, and reaches nothing that belongs to one. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>

#include "common/ports/system.h"

namespace mfa {

class CallsUnderWay {
 public:
  static constexpr std::size_t kMost = 64;

  explicit CallsUnderWay(Journal& journal) : journal_(journal) {}
  CallsUnderWay(const CallsUnderWay&) = delete;
  CallsUnderWay& operator=(const CallsUnderWay&) = delete;
  // Waits for all of them.
  ~CallsUnderWay();

  // False: as many as there may be are under way, or there is no thread to be had. Then nothing was begun.
  [[nodiscard]] bool begin(std::function<void()> call);
  // Whether none is left within that time.
  [[nodiscard]] bool wait_for_end(std::chrono::milliseconds limit);
  [[nodiscard]] std::size_t count();

 private:
  void run(const std::function<void()>& call) noexcept;

  Journal& journal_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t count_ = 0;
};

}  // namespace mfa
