// Runs look-ups that may hang (a directory over the network) on threads of their own, with a limit of time.
//
// Whoever asks waits for the limit at most, and then leaves; the thread stays with the look-up and comes back when that
// ends. Threads are made on demand, up to a bound; when all of them are stuck, the next look-up fails at once. A hung
// directory so costs workers, never a session. Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace mfa {

class LookupPool {
 public:
  static constexpr std::size_t kMostWorkers = 32;
  static constexpr std::chrono::milliseconds kLimit{5000};

  explicit LookupPool(std::size_t most_workers = kMostWorkers, std::chrono::milliseconds limit = kLimit);
  LookupPool(const LookupPool&) = delete;
  LookupPool& operator=(const LookupPool&) = delete;
  // Waits for the workers that are not stuck; those that are keep what they need and end by themselves.
  ~LookupPool();

  // What `work` returns; nothing when it did not end in time, threw, or could not be started. The work may outlive
  // the call: it must own all it touches.
  template <class Work>
  [[nodiscard]] std::optional<std::invoke_result_t<Work>> run(Work work) {
    auto result = std::make_shared<std::optional<std::invoke_result_t<Work>>>();
    if (!finish([result, work = std::move(work)] { result->emplace(work()); })) return std::nullopt;
    return std::move(*result);
  }

 private:
  struct Job;
  struct Shared;
  [[nodiscard]] bool finish(std::function<void()> work);
  [[nodiscard]] static bool start_worker(const std::shared_ptr<Shared>& shared);
  static void work_on(const std::shared_ptr<Shared>& shared);

  std::shared_ptr<Shared> shared_;
  std::size_t most_workers_;
  std::chrono::milliseconds limit_;
};

}  // namespace mfa
