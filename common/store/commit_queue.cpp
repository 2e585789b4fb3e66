#include "common/store/commit_queue.h"

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace mfa {

Signal::Signal() { (void)sem_init(&given_, /*pshared=*/0, 0); }

Signal::~Signal() { (void)sem_destroy(&given_); }

void Signal::give() {
  seen_.store(true, std::memory_order_release);
  (void)sem_post(&given_);
}

void Signal::wait() {
  while (sem_wait(&given_) != 0) {  // a signal handler ran
  }
}

bool Signal::wait_until(std::chrono::steady_clock::time_point until) {
  const auto since_boot = until.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
  const timespec time{.tv_sec = seconds.count(),
                      .tv_nsec = std::chrono::duration_cast<std::chrono::nanoseconds>(since_boot - seconds).count()};
  while (sem_clockwait(&given_, CLOCK_MONOTONIC, &time) != 0)
    if (errno != EINTR) return false;
  (void)seen_.load(std::memory_order_acquire);
  return true;
}

// All the room the leader needs is taken here, so that nothing can fail between taking commands up and serving them.
CommitQueue::CommitQueue(Serve serve, std::size_t most_in_batch, std::chrono::milliseconds limit)
    : serve_(std::move(serve)), most_in_batch_(std::max<std::size_t>(most_in_batch, 1)), limit_(limit) {
  taken_.reserve(most_in_batch_);
  batch_.reserve(most_in_batch_);
}

std::expected<void, StoreError> CommitQueue::submit(Command& command) {
  const auto until = std::chrono::steady_clock::now() + limit_;
  Lock lock(mutex_);
  // A work that calls the store would wait for itself for ever.
  if (led_ && leader_ == std::this_thread::get_id()) return std::unexpected(StoreError::unavailable);
  waiting_.push_back(&command);
  while (wait_for_turn(command, until, lock)) lead(lock);
  if (lock.owns_lock()) {
    std::erase(waiting_, &command);
    lock.unlock();
    for (; command.heard_ < (command.roused_ ? 1 : 0); ++command.heard_) command.signal_.wait();  // it is under way
    return std::unexpected(StoreError::busy);
  }
  if (command.error) return std::unexpected(*command.error);
  return {};
}

// Whoever comes while nobody leads does, and takes along those who wait, also one that was just roused to lead. As the
// queue is served from the front, everyone is taken up in the end. False with the lock held: it was not, in time. False
// without: it is done, and no signal is due any more.
bool CommitQueue::wait_for_turn(Command& command, std::chrono::steady_clock::time_point until, Lock& lock) {
  bool in_time = true;
  while (command.state_ == Command::State::waiting) {
    if (!lock.owns_lock()) {
      lock.lock();
      continue;
    }
    if (!led_) return true;
    if (!in_time) return false;
    lock.unlock();
    in_time = command.signal_.wait_until(until);
    if (in_time) ++command.heard_;
  }
  if (lock.owns_lock()) lock.unlock();
  while (command.state_ != Command::State::done || command.heard_ < (command.roused_ ? 2 : 1)) {
    command.signal_.wait();
    ++command.heard_;
  }
  return false;
}

// Gives the lock back.
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
  Command* served = nullptr;
  for (Command* command : taken_) {
    if (failed && !command->error) command->error = StoreError::unavailable;
    command->next_ = std::exchange(served, command);
    command->state_ = Command::State::done;
  }
  taken_.clear();
  led_ = false;
  leader_ = {};
  Command* const next = waiting_.empty() ? nullptr : waiting_.front();
  if (next != nullptr) next->roused_ = true;
  lock.unlock();
  if (next != nullptr) next->signal_.give();
  while (served != nullptr) std::exchange(served, served->next_)->signal_.give();
}

void CommitQueue::done(std::span<Command* const> commands) {
  {
    const Lock lock(mutex_);
    for (Command* command : commands) {
      std::erase(taken_, command);
      command->state_ = Command::State::done;
    }
  }
  for (Command* command : commands) command->signal_.give();
}

std::size_t CommitQueue::waiting() const {
  const Lock lock(mutex_);
  return waiting_.size();
}

}  // namespace mfa
