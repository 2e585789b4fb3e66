// Who comes while nobody is at work leads: serves all who wait, in the order they came, in one go. The others wait.
//
// So a hundred sessions share one commit, and one alone pays nothing for it. Whoever waits longer than the limit
// without having been taken up goes away with `busy`; once taken up a command is seen through, since its work refers to
// the caller's stack. No thread of its own, no lost wake-up: each command is woken under the lock.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "common/ports/store.h"

namespace mfa {

enum class CommandKind : std::uint8_t {
  read,
  write,
  alone,  // makes its own transactions, or none
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
  std::condition_variable woken_;
  State state_ = State::waiting;
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
  bool wait_for_turn(Command& command, Lock& lock);  // true: lead
  void lead(Lock& lock);
  static void finish(Command& command);  // under the lock; the command may be gone afterwards

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
