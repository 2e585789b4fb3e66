#include "common/system/lookup_pool.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

namespace mfa {

struct LookupPool::Job {
  enum class State : std::uint8_t { queued, running, abandoned, done, failed } state = State::queued;
  std::function<void()> work;
  std::condition_variable ended;
};

struct LookupPool::Shared {
  std::mutex mutex;
  std::condition_variable something_to_do;
  std::condition_variable worker_left;
  std::deque<std::shared_ptr<Job>> queue;
  std::size_t workers = 0;
  std::size_t idle = 0;
  std::size_t stuck = 0;  // workers whose asker has left
  bool stopping = false;
};

LookupPool::LookupPool(std::size_t most_workers, std::chrono::milliseconds limit)
    : shared_(std::make_shared<Shared>()), most_workers_(most_workers), limit_(limit) {}

LookupPool::~LookupPool() {
  std::unique_lock lock(shared_->mutex);
  shared_->stopping = true;
  shared_->something_to_do.notify_all();
  shared_->worker_left.wait(lock, [this] { return shared_->workers == shared_->stuck; });
}

bool LookupPool::finish(std::function<void()> work) {
  const auto deadline = std::chrono::steady_clock::now() + limit_;
  const auto job = std::make_shared<Job>();
  job->work = std::move(work);

  std::unique_lock lock(shared_->mutex);
  if (shared_->stuck >= most_workers_) return false;
  shared_->queue.push_back(job);
  if (shared_->idle < shared_->queue.size() && shared_->workers < most_workers_) {
    // With no thread to be had, one of those there are may still take it in time.
    if (start_worker(shared_)) ++shared_->workers;
  }
  shared_->something_to_do.notify_one();

  job->ended.wait_until(lock, deadline,
                        [&] { return job->state == Job::State::done || job->state == Job::State::failed; });
  if (job->state == Job::State::queued) std::erase(shared_->queue, job);
  if (job->state == Job::State::running) {
    job->state = Job::State::abandoned;
    ++shared_->stuck;
    shared_->worker_left.notify_all();
  }
  return job->state == Job::State::done;
}

bool LookupPool::start_worker(const std::shared_ptr<Shared>& shared) {
  try {
    std::thread(work_on, shared).detach();
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

void LookupPool::work_on(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  while (true) {
    ++shared->idle;
    shared->something_to_do.wait(lock, [&] { return shared->stopping || !shared->queue.empty(); });
    --shared->idle;
    if (shared->stopping) break;
    const auto job = std::move(shared->queue.front());
    shared->queue.pop_front();
    job->state = Job::State::running;

    lock.unlock();
    bool good = true;
    try {
      job->work();
    } catch (const std::exception&) {
      good = false;
    }
    job->work = nullptr;
    lock.lock();

    if (job->state == Job::State::abandoned) {
      --shared->stuck;
    } else {
      job->state = good ? Job::State::done : Job::State::failed;
      job->ended.notify_one();
    }
  }
  --shared->workers;
  shared->worker_left.notify_all();
}

}  // namespace mfa
