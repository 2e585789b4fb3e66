// The commit queue: one leads, all are served, in order, once; nobody is forgotten and nobody waits for ever.
#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>
#include <stdexcept>
#include <thread>

#include "common/store/commit_queue.h"

namespace mfa::test {
namespace {

constexpr std::chrono::milliseconds kLong{60'000};
const std::function<void(Transaction&)> kNothing = [](Transaction&) {};

// Works are told apart by the address of their function.
struct Work {
  std::function<void(Transaction&)> function = kNothing;
};

TEST(CommitQueue, Every_command_is_served_once_by_one_leader_at_a_time) {
  constexpr int kThreads = 16;
  constexpr int kEach = 500;
  std::atomic<int> leaders = 0;
  std::atomic<int> served = 0;
  std::size_t largest = 0;
  CommitQueue queue(
      [&](std::span<Command* const> batch) {
        EXPECT_EQ(leaders.fetch_add(1), 0);
        largest = std::max(largest, batch.size());
        served += static_cast<int>(batch.size());
        leaders.fetch_sub(1);
      },
      5, kLong);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) {
          Command command(CommandKind::write, kNothing);
          EXPECT_TRUE(queue.submit(command));
        }
      });
  }
  EXPECT_EQ(served, kThreads * kEach);
  EXPECT_LE(largest, 5U);
}

TEST(CommitQueue, Those_who_wait_share_the_next_batch_in_the_order_they_came) {
  std::binary_semaphore first_is_served{0};
  std::binary_semaphore go_on{0};
  std::vector<std::vector<const void*>> batches;
  CommitQueue queue(
      [&](std::span<Command* const> batch) {
        std::vector<const void*> works;
        for (const Command* command : batch) works.push_back(&command->work());
        batches.push_back(works);
        if (batches.size() == 1) {
          first_is_served.release();
          go_on.acquire();
        }
      },
      100, kLong);
  const std::vector<Work> works(10);
  std::vector<std::jthread> threads;
  std::atomic<int> queued = 0;
  const auto submit = [&](std::size_t i) {
    threads.emplace_back([&, i] {
      Command command(CommandKind::write, works[i].function);
      ++queued;
      EXPECT_TRUE(queue.submit(command));
    });
  };
  submit(0);
  first_is_served.acquire();
  for (std::size_t i = 1; i < works.size(); ++i) {
    submit(i);
    while (queue.waiting() != i) std::this_thread::yield();
  }
  go_on.release();
  threads.clear();
  ASSERT_EQ(batches.size(), 2U);
  ASSERT_EQ(batches[1].size(), works.size() - 1);
  for (std::size_t i = 1; i < works.size(); ++i) EXPECT_EQ(batches[1][i - 1], &works[i].function);
}

TEST(CommitQueue, Errors_reach_their_owners_alone) {
  CommitQueue queue(
      [](std::span<Command* const> batch) {
        for (Command* command : batch)
          if (command->kind() == CommandKind::read) command->error = StoreError::full;
      },
      100, kLong);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        Command command(t % 2 == 0 ? CommandKind::read : CommandKind::write, kNothing);
        EXPECT_EQ(queue.submit(command).has_value(), t % 2 == 1);
      }
    });
}

TEST(CommitQueue, A_leader_that_throws_fails_its_batch_and_the_queue_goes_on) {
  int batches = 0;
  CommitQueue queue(
      [&](std::span<Command* const>) {
        if (++batches == 1) throw std::runtime_error("no memory, say");
      },
      100, kLong);
  Command first(CommandKind::write, kNothing);
  EXPECT_EQ(queue.submit(first), std::unexpected(StoreError::unavailable));
  Command second(CommandKind::write, kNothing);
  EXPECT_TRUE(queue.submit(second));
}

TEST(CommitQueue, Who_is_not_taken_up_in_time_goes_away_busy_and_leaves_no_trace) {
  std::binary_semaphore leading{0};
  std::binary_semaphore go_on{0};
  std::atomic<int> served = 0;
  CommitQueue queue(
      [&](std::span<Command* const> batch) {
        served += static_cast<int>(batch.size());
        leading.release();
        go_on.acquire();
      },
      100, std::chrono::milliseconds(1));
  std::jthread leader([&] {
    Command command(CommandKind::write, kNothing);
    EXPECT_TRUE(queue.submit(command));  // taken up at once, so its time does not count
  });
  leading.acquire();
  for (int i = 0; i < 3; ++i) {
    Command late(CommandKind::write, kNothing);
    EXPECT_EQ(queue.submit(late), std::unexpected(StoreError::busy));
  }
  EXPECT_EQ(queue.waiting(), 0U);
  go_on.release();
  leader.join();
  EXPECT_EQ(served, 1);
}

TEST(CommitQueue, Who_is_done_early_does_not_wait_for_the_rest) {
  std::binary_semaphore leading{0};
  std::binary_semaphore early_is_back{0};
  std::binary_semaphore both_queued{0};
  CommitQueue* the_queue = nullptr;
  int batches = 0;
  CommitQueue queue(
      [&](std::span<Command* const> batch) {
        if (++batches == 1) {
          leading.release();
          both_queued.acquire();
          return;
        }
        ASSERT_EQ(batch.size(), 2U);
        const std::vector<Command*> reads{batch[0]->kind() == CommandKind::read ? batch[0] : batch[1]};
        the_queue->done(reads);
        early_is_back.acquire();  // for ever, if it had to wait for this batch
      },
      100, kLong);
  the_queue = &queue;
  std::jthread first([&] {
    Command command(CommandKind::write, kNothing);
    EXPECT_TRUE(queue.submit(command));
  });
  leading.acquire();
  // The write is first in the queue and so leads; the read is done early.
  std::jthread write([&] {
    Command command(CommandKind::write, kNothing);
    EXPECT_TRUE(queue.submit(command));
  });
  while (queue.waiting() != 1) std::this_thread::yield();
  std::jthread read([&] {
    Command command(CommandKind::read, kNothing);
    EXPECT_TRUE(queue.submit(command));
    early_is_back.release();
  });
  while (queue.waiting() != 2) std::this_thread::yield();
  both_queued.release();
}

}  // namespace
}  // namespace mfa::test
