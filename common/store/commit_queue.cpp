#include "common/store/commit_queue.h"

#include <algorithm>

namespace mfa {

// All the room the leader needs is taken here, so that nothing can fail between taking commands up and serving them.
CommitQueue::CommitQueue(Serve serve, std::size_t most_in_batch, std::chrono::milliseconds limit)
    : serve_(std::move(serve)), most_in_batch_(std::max<std::size_t>(most_in_batch, 1)), limit_(limit) {
  taken_.reserve(most_in_batch_);
  batch_.reserve(most_in_batch_);
}

std::expected<void, StoreError> CommitQueue::submit(Command& command) {
  Lock lock(mutex_);
  // A work that calls the store would wait for itself for ever.
  if (led_ && leader_ == std::this_thread::get_id()) return std::unexpected(StoreError::unavailable);
  waiting_.push_back(&command);
  while (command.state_ != Command::State::done) {
    if (wait_for_turn(command, lock)) {
      lead(lock);
    } else if (command.state_ == Command::State::waiting) {
      std::erase(waiting_, &command);
      return std::unexpected(StoreError::busy);
    }
  }
  if (command.error) return std::unexpected(*command.error);
  return {};
}

// Whoever is first in the queue leads when nobody does. As the queue is served from the front, everyone comes to the
// front or is taken up by someone who was.
bool CommitQueue::wait_for_turn(Command& command, Lock& lock) {
  const auto may_lead = [&] {
    return !led_ && command.state_ == Command::State::waiting && waiting_.front() == &command;
  };
  const auto until = std::chrono::steady_clock::now() + limit_;
  const bool turned =
      command.woken_.wait_until(lock, until, [&] { return command.state_ != Command::State::waiting || may_lead(); });
  if (!turned) return false;
  if (may_lead()) return true;
  command.woken_.wait(lock, [&] { return command.state_ == Command::State::done; });
  return false;
}

void CommitQueue::lead(Lock& lock) {
  led_ = true;
  leader_ = std::this_thread::get_id();
  batch_.clear();
  for (; !waiting_.empty() && batch_.size() < most_in_batch_; waiting_.pop_front()) {
    waiting_.front()->state_ = Command::State::taken;
    batch_.push_back(waiting_.front());
  }
  taken_ = batch_;
  lock.unlock();
  bool failed = false;
  try {
    serve_(batch_);
  } catch (...) {
    failed = true;
  }
  lock.lock();
  for (Command* command : taken_) {
    if (failed && !command->error) command->error = StoreError::unavailable;
    finish(*command);
  }
  taken_.clear();
  led_ = false;
  leader_ = {};
  if (!waiting_.empty()) waiting_.front()->woken_.notify_one();
}

void CommitQueue::done(std::span<Command* const> commands) {
  const Lock lock(mutex_);
  for (Command* command : commands) {
    std::erase(taken_, command);
    finish(*command);
  }
}

std::size_t CommitQueue::waiting() const {
  const Lock lock(mutex_);
  return waiting_.size();
}

void CommitQueue::finish(Command& command) {
  command.state_ = Command::State::done;
  command.woken_.notify_one();
}

}  // namespace mfa
