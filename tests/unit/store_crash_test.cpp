// Processes that come and go: many at once, and killed at any moment. What was acknowledged stays; a spent step is
// never accepted again; the store is sound.
#include <fcntl.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <random>

#include "tests/unit/store_fixture.h"

namespace mfa::test {
namespace {

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  void close_end(std::size_t end) {
    if (ends.at(end) >= 0) close(std::exchange(ends.at(end), -1));
  }
};

class StoreProcesses : public StoreFolder {
 protected:
  // Whoever comes last waits for all others, which takes its time on a busy machine.
  static StoreOptions patient() { return {.mode = StoreMode::per_command, .busy_limit = std::chrono::minutes(5)}; }

  // Children wait at the line until all are there.
  std::vector<int> run_at_once(int count, const std::function<bool(int)>& work) {
    Pipe line;
    std::vector<pid_t> children;
    for (int i = 0; i < count; ++i)
      children.push_back(in_a_process([&] {
        line.close_end(1);
        char none = 0;
        if (read(line.ends[0], &none, 1) != 0) return false;
        return work(i);
      }));
    line.close_end(1);
    std::vector<int> statuses;
    statuses.reserve(children.size());
    for (const pid_t child : children) statuses.push_back(status_of(child));
    return statuses;
  }
  bool take(PersonId person, std::int64_t step) {
    SqliteStore store(path, keys, journal, patient());
    return writing(store,
                   [&](Transaction& tx) {
                     tx.append(event_about("alice"));
                     return consume_step(tx, person, step);
                   })
        .value_or(false);
  }
};

TEST_F(StoreProcesses, One_code_in_32_processes_is_accepted_once) {
  create();
  const PersonId alice = enrol_alice();
  for (int round = 1; round <= 5; ++round) {
    const auto statuses = run_at_once(32, [&](int) { return take(alice, round); });
    EXPECT_EQ(std::ranges::count(statuses, 0), 1) << "round " << round;
    EXPECT_EQ(std::ranges::count(statuses, 1), 31) << "round " << round;
  }
  EXPECT_EQ(integrity(), "ok");
}

TEST_F(StoreProcesses, Thirty_two_people_in_as_many_processes_all_get_in) {
  create();
  {
    auto store = open();
    ASSERT_TRUE((*store)->write([](Transaction& tx) {
      for (std::uint32_t i = 0; i < 32; ++i) {
        const Person person = tx.add_person({"user" + std::to_string(i)}, {2000 + i}, kStart);
        tx.add_factor(person.id, totp_factor(1, "key"));
      }
    }));
  }
  const auto statuses = run_at_once(32, [&](int i) {
    SqliteStore store(path, keys, journal, patient());
    for (int step = 1; step <= 3; ++step) {
      const auto in = writing(store, [&](Transaction& tx) {
        const auto person = tx.person_by_uid({2000 + static_cast<std::uint32_t>(i)});
        tx.append(event_about(person->name.value));
        return consume_step(tx, person->id, step);
      });
      if (!in.value_or(false)) return false;
    }
    return true;
  });
  EXPECT_EQ(std::ranges::count(statuses, 0), 32);
  auto store = open();
  const auto trail = (*store)->verify_trail([] {});
  ASSERT_TRUE(trail.has_value());
  EXPECT_TRUE(trail->damage.empty());
  EXPECT_EQ(trail->rows, 1 + 32 * 3);
}

// A writer takes one step after the other and acknowledges each through a pipe; it is killed in the midst of it.
class StoreKilled : public StoreProcesses, public testing::WithParamInterface<StoreMode> {
 protected:
  void write_until_killed(PersonId alice, std::int64_t from, int acknowledge) {
    auto store = open(GetParam());
    if (!store) return;
    for (std::int64_t step = from;; ++step) {
      const auto taken = writing(**store, [&](Transaction& tx) {
        tx.append(event_about("alice"));
        return consume_step(tx, alice, step);
      });
      if (!taken.value_or(false) || write(acknowledge, &step, sizeof step) != sizeof step) return;
    }
  }
  // Returns the last step acknowledged.
  std::int64_t kill_in_the_midst(PersonId alice, std::int64_t from, std::minstd_rand& random) {
    Pipe acknowledged;
    const pid_t writer = in_a_process([&] {
      acknowledged.close_end(0);
      write_until_killed(alice, from, acknowledged.ends[1]);
      return false;
    });
    acknowledged.close_end(1);
    std::int64_t last = from - 1;
    const auto next = [&] { return read(acknowledged.ends[0], &last, sizeof last) == sizeof last; };
    for (auto some = random() % 60; some > 0 && next(); --some) {
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(random() % 1000);
    while (std::chrono::steady_clock::now() < until) {
    }
    EXPECT_EQ(kill(writer, SIGKILL), 0);
    while (next()) {
    }
    EXPECT_EQ(status_of(writer), 256 + SIGKILL);
    return last;
  }
};

TEST_P(StoreKilled, At_any_moment_keeps_what_was_acknowledged) {
  create();
  const PersonId alice = enrol_alice();
  const auto seed = static_cast<std::uint32_t>(getpid());
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::minstd_rand random(seed);
  ASSERT_TRUE(take(alice, 0));  // a writer may be killed before its first step
  std::int64_t acknowledged = 0;
  std::int64_t from = 1;
  for (int round = 0; round < 40; ++round) {
    acknowledged = std::max(acknowledged, kill_in_the_midst(alice, from, random));
    auto store = open(GetParam());
    ASSERT_TRUE(store.has_value()) << journal.notes();
    const auto found = reading(**store, [&](Transaction& tx) {
      return std::get<TotpFactor>(tx.factors(alice).front().detail).last_step.value;
    });
    ASSERT_TRUE(found.has_value());
    EXPECT_GE(*found, acknowledged);
    EXPECT_LE(*found, std::max(acknowledged, from - 1) + 1);  // one may be on disk that was not acknowledged any more
    EXPECT_EQ(writing(**store, [&](Transaction& tx) { return consume_step(tx, alice, acknowledged); }), false);
    from = *found + 1;
    const auto trail = (*store)->verify_trail([] {});
    ASSERT_TRUE(trail.has_value());
    EXPECT_TRUE(trail->damage.empty());
    EXPECT_EQ(trail->rows, *found + 2);  // an event each, in the same transaction, and the creation
  }
  EXPECT_GT(acknowledged, 40);
  EXPECT_EQ(integrity(), "ok");
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++files;
  EXPECT_EQ(files, 2U);
}

INSTANTIATE_TEST_SUITE_P(Modes, StoreKilled, testing::Values(StoreMode::resident, StoreMode::per_command),
                         [](const auto& mode) {
                           return mode.param == StoreMode::resident ? "Resident" : "PerCommand";
                         });

// Killed while it is made: there is a whole store or none, and the next one makes it.
TEST_F(StoreProcesses, Killed_while_it_is_created_there_is_a_whole_one_or_none) {
  std::minstd_rand random(static_cast<std::uint32_t>(getpid()));
  int whole = 0;
  int none = 0;
  for (int round = 0; round < 60; ++round) {
    const pid_t maker = in_a_process([&] { return SqliteStore::create(path, keys, journal, kStart).has_value(); });
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(random() % 8000);
    while (std::chrono::steady_clock::now() < until) {
    }
    kill(maker, SIGKILL);
    static_cast<void>(status_of(maker));
    if (std::filesystem::exists(path)) {
      EXPECT_TRUE(open().has_value()) << journal.notes();
      ++whole;
    } else {
      EXPECT_TRUE(SqliteStore::create(path, keys, journal, kStart)) << journal.notes();
      ++none;
    }
    EXPECT_FALSE(SqliteStore::create(path, keys, journal, kStart));
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const auto name = entry.path().filename().string();
      EXPECT_TRUE(name == "mfa.db" || name == "mfa.db-wal") << name;
      std::filesystem::remove(entry.path());
    }
  }
  RecordProperty("whole", whole);
  RecordProperty("none", none);
}

}  // namespace
}  // namespace mfa::test
