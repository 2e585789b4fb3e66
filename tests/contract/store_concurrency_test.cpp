// Many sessions at the same instant: what only one may have only one gets, and nobody else is held up by it.
#include <algorithm>
#include <atomic>
#include <barrier>
#include <thread>

#include "tests/contract/store_contract.h"

namespace mfa::test {
namespace {

constexpr int kSessions = 32;
constexpr int kRounds = 20;

// Runs the act in all sessions at once.
void at_once(const std::function<void(int)>& act) {
  std::barrier start(kSessions);
  std::vector<std::jthread> sessions;
  sessions.reserve(kSessions);
  for (int i = 0; i < kSessions; ++i)
    sessions.emplace_back([&, i] {
      start.arrive_and_wait();
      act(i);
    });
}

TEST_P(StoreContract, One_code_given_in_32_sessions_is_accepted_once) {
  const Person alice = person_called("alice", 1001);
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.add_factor(alice.id, totp_factor(1, "key")); }));
  for (int round = 1; round <= kRounds; ++round) {
    std::atomic<int> accepted = 0;
    std::atomic<int> failed = 0;
    at_once([&](int) {
      const auto mine = writing(*store, [&](Transaction& tx) { return consume_step(tx, alice.id, 1000 + round); });
      if (!mine) ++failed;
      if (mine.value_or(false)) ++accepted;
    });
    EXPECT_EQ(accepted, 1) << "round " << round;
    EXPECT_EQ(failed, 0) << journal.notes();
  }
}

TEST_P(StoreContract, One_recovery_code_given_in_32_sessions_is_accepted_once) {
  const Person alice = person_called("alice", 1001);
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<std::string> codes{"7k3m92qxd4tp"};
    ASSERT_TRUE(store->write([&](Transaction& tx) { tx.replace_recovery_codes(alice.id, codes); }));
    std::atomic<int> accepted = 0;
    at_once([&](int) {
      if (writing(*store, [&](Transaction& tx) { return tx.use_recovery_code(alice.id, codes[0]); }).value_or(false))
        ++accepted;
    });
    EXPECT_EQ(accepted, 1) << "round " << round;
  }
}

TEST_P(StoreContract, Attempts_counted_by_32_sessions_are_all_counted) {
  person_called("alice", 1001);
  at_once([&](int) {
    for (int i = 0; i < 10; ++i)
      EXPECT_TRUE(store->write([](Transaction& tx) {
        Person alice = *tx.person_by_name({"alice"});
        alice.lockout.failures++;
        tx.save(alice);
      }));
  });
  const auto alice = reading(*store, [](Transaction& tx) { return *tx.person_by_name({"alice"}); });
  ASSERT_TRUE(alice.has_value());
  EXPECT_EQ(alice->lockout.failures, 10U * kSessions);
}

TEST_P(StoreContract, Thirty_two_people_at_once_all_get_in) {
  std::vector<PersonId> people;
  for (std::uint32_t i = 0; i < kSessions; ++i)
    people.push_back(person_called("user" + std::to_string(i), 2000 + i).id);
  for (const PersonId person : people)
    ASSERT_TRUE(store->write([&](Transaction& tx) { tx.add_factor(person, totp_factor(1, "key")); }));
  std::atomic<int> accepted = 0;
  at_once([&](int i) {
    const PersonId person = people[static_cast<std::size_t>(i)];
    for (int step = 1; step <= 5; ++step) {
      const auto mine = writing(*store, [&](Transaction& tx) {
        const bool fresh = consume_step(tx, person, step);
        tx.append(event_about("user" + std::to_string(i)));
        return fresh;
      });
      if (mine.value_or(false)) ++accepted;
      // Its own write is there for whoever asks next.
      const auto seen = reading(*store, [&](Transaction& tx) {
        return std::get<TotpFactor>(tx.factors(person).front().detail).last_step.value;
      });
      EXPECT_EQ(seen, step);
    }
  });
  EXPECT_EQ(accepted, 5 * kSessions) << journal.notes();
}

TEST_P(StoreContract, One_command_that_fails_takes_none_of_its_neighbours_along) {
  at_once([&](int i) {
    for (int round = 0; round < 5; ++round) {
      const auto uid = static_cast<std::uint32_t>(3000 + 100 * i + round);
      const auto done = store->write([&](Transaction& tx) {
        tx.add_person({"user" + std::to_string(uid)}, {uid}, kStart);
        tx.append(event_about(std::to_string(uid)));
        if (i % 3 == 0) tx.save(Person{});
        if (i % 3 == 1) throw std::runtime_error("a fault of the caller");
      });
      EXPECT_EQ(done.has_value(), i % 3 == 2);
    }
  });
  for (int i = 0; i < kSessions; ++i) {
    const auto uid = static_cast<std::uint32_t>(3000 + 100 * i);
    const auto there = reading(*store, [&](Transaction& tx) { return tx.person_by_uid({uid}).has_value(); });
    EXPECT_EQ(there, i % 3 == 2) << i;
  }
}

TEST_P(StoreContract, Events_of_many_sessions_are_numbered_without_gap_and_told_in_order) {
  at_once([&](int i) {
    for (int n = 0; n < 5; ++n)
      EXPECT_EQ(store
                    ->write([&](Transaction& tx) {
                      tx.append(event_about(std::to_string(i), EventKind::login_failed, std::to_string(n)));
                      if (n == 2) tx.save(Person{});
                    })
                    .has_value(),
                n != 2);
  });
  const auto events = journal.events();
  ASSERT_EQ(events.size(), 4U * kSessions);
  for (std::size_t i = 1; i < events.size(); ++i) EXPECT_EQ(events[i].second.seq, events[i - 1].second.seq + 1);
  // Each session's own, in the order it wrote them.
  for (int i = 0; i < kSessions; ++i) {
    std::string order;
    for (const auto& [event, mark] : events)
      if (event.user == std::to_string(i)) order += event.reason;
    EXPECT_EQ(order, "0134");
  }
}

TEST_P(StoreContract, A_read_sees_one_state_while_others_write) {
  person_called("left", 1);
  person_called("right", 2);
  std::atomic<bool> over = false;
  std::jthread writer([&] {
    for (std::uint32_t i = 1; i <= 100; ++i)
      EXPECT_TRUE(store->write([&](Transaction& tx) {
        for (const char* name : {"left", "right"}) {
          Person person = *tx.person_by_name({name});
          person.failed_since_login = i;
          tx.save(person);
        }
      }));
    over = true;
  });
  std::uint32_t last = 0;
  while (!over) {
    const auto both = reading(*store, [](Transaction& tx) {
      return std::pair{tx.person_by_name({"left"})->failed_since_login,
                       tx.person_by_name({"right"})->failed_since_login};
    });
    ASSERT_TRUE(both.has_value());
    EXPECT_EQ(both->first, both->second);
    EXPECT_GE(both->first, last);
    last = both->first;
  }
}

}  // namespace
}  // namespace mfa::test
