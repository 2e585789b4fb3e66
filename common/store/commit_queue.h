// Who comes while nobody is at work leads: serves all who wait, in the order they came, in one go. The others wait.
//
// So a hundred sessions share one commit, and one alone pays nothing for it. Whoever waits longer than the limit
// without having been taken up goes away with `busy`; once taken up a command is seen through, since its work refers to
// the caller's stack. No thread of its own. Each command has a signal of its own, given when nobody holds the lock any
// more: whoever wakes goes on at once, and need not take the lock to find that it is done.
#pragma once

#include <semaphore.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "common/ports/store.h"

namespace mfa {

enum class CommandKind : std::uint8_t {
  read,
  write,
  alone,  // makes its own transactions, or none
};

// Given as often as it is waited for; it may be gone as soon as whoever waits for the last one has it (sem_post(3)).
class Signal {
 public:
  Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  ~Signal();
  void give();
  void wait();
  [[nodiscard]] bool wait_until(std::chrono::steady_clock::time_point until);  // false: it did not come

 private:
  sem_t given_{};
  std::atomic<bool> seen_ = false;  // says nothing but to ThreadSanitizer, which does not know sem_clockwait(3)
};

// Lives on the stack of the thread that waits for it.
class Command {
 public:
  // What is to be done may be anything; the one that serves knows.
  Command(CommandKind kind, const std::function<void(Transaction&)>& work) : kind_(kind), work_(&work) {}
  explicit Command(const std::function<void()>& work) : kind_(CommandKind::alone), alone_(&work) {}

  [[nodiscard]] CommandKind kind() const { return kind_; }
  [[nodiscard]] const std::function<void(Transaction&)>& work() const { return *work_; }
  [[nodiscard]] const std::function<void()>& work_alone() const { return *alone_; }  // of that kind

  // The leader's, until it says done().
  std::optional<StoreError> error;

 private:
  friend class CommitQueue;
  enum class State : std::uint8_t { waiting, taken, done };

  CommandKind kind_;
  const std::function<void(Transaction&)>* work_ = nullptr;
  const std::function<void()>* alone_ = nullptr;
  Signal signal_;
  std::atomic<State> state_ = State::waiting;  // changed under the lock
  bool roused_ = false;                        // to lead, once at most: one more signal is due. Changed under the lock
  int heard_ = 0;                              // signals; its owner's
  Command* next_ = nullptr;                    // of those that are done, the leader's
};

class CommitQueue {
 public:
  // Serves a batch on the leader's thread, one at a time: sets errors, may say done() of some; the others are done
  // when it returns. What it throws makes the rest `unavailable`.
  using Serve = std::function<void(std::span<Command* const>)>;

  CommitQueue(Serve serve, std::size_t most_in_batch, std::chrono::milliseconds limit);

  [[nodiscard]] std::expected<void, StoreError> submit(Command& command);
  void done(std::span<Command* const> commands);  // for the leader: their owners need not wait for the rest
  [[nodiscard]] std::size_t waiting() const;      // commands nobody has taken up

 private:
  using Lock = std::unique_lock<std::mutex>;
  bool wait_for_turn(Command& command, std::chrono::steady_clock::time_point until, Lock& lock);  // true: lead
  void lead(Lock& lock);

  Serve serve_;
  std::size_t most_in_batch_;
  std::chrono::milliseconds limit_;
  mutable std::mutex mutex_;
  std::deque<Command*> waiting_;
  std::vector<Command*> taken_;  // by the leader, and not done yet
  std::vector<Command*> batch_;  // the leader's
  bool led_ = false;
  std::thread::id leader_;
};

}  // namespace mfa
