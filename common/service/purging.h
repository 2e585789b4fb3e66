// The service's own purge of old events, once a day, in batches with pauses between them, on a thread of its own.
//
// A session without a service purges nothing: there `mfa-enroll admin purge` does. What went wrong is noted, and tried
// again a day later.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "common/service/current_configuration.h"
#include "common/service/limits.h"
#include "common/service/workings.h"

namespace mfa {

class Purging {
 public:
  // Borrows all three.
  Purging(const CurrentConfiguration& configuration, const Limits& limits, Workings& workings)
      : configuration_(configuration), limits_(limits), workings_(workings) {}
  Purging(const Purging&) = delete;
  Purging& operator=(const Purging&) = delete;
  ~Purging() { stop(); }

  [[nodiscard]] bool start();
  void stop();  // waits for the batch at hand

 private:
  void run() noexcept;
  void purge_once();
  void note_trouble(const char* what) noexcept;
  [[nodiscard]] bool rest(std::chrono::milliseconds length) noexcept;  // false: it is to end

  const CurrentConfiguration& configuration_;
  const Limits& limits_;
  Workings& workings_;
  std::mutex mutex_;  // guards the one below
  bool stopping_ = false;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace mfa
