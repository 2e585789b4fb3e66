// A write is all or nothing; a read changes nothing; events come along with what they record, numbered and in order.
#include <stdexcept>

#include "tests/contract/store_contract.h"

namespace mfa::test {
namespace {

TEST_P(StoreContract, A_failed_operation_undoes_the_whole_command) {
  const Person alice = person_called("alice", 1001);
  bool went_on = false;
  const auto events_before = journal.events().size();
  const auto done = store->write([&](Transaction& tx) {
    tx.add_person({"bob"}, {1002}, kStart);
    tx.add_factor(alice.id, totp_factor(1, "key"));
    tx.append(event_about("alice"));
    tx.add_person({"alice"}, {1003}, kStart);  // there already
    went_on = true;
  });
  EXPECT_FALSE(done.has_value());
  EXPECT_FALSE(went_on);
  EXPECT_EQ(journal.events().size(), events_before);
  ASSERT_TRUE(store->read([&](Transaction& tx) {
    EXPECT_EQ(tx.person_by_name({"bob"}), std::nullopt);
    EXPECT_TRUE(tx.factors(alice.id).empty());
  }));
}

TEST_P(StoreContract, An_exception_of_the_work_undoes_it_and_stays_inside) {
  for (const bool standard : {true, false}) {
    std::expected<void, StoreError> done;
    EXPECT_NO_THROW(done = store->write([&](Transaction& tx) {
      tx.add_person({"bob"}, {1002}, kStart);
      if (standard) throw std::runtime_error("a fault of the caller");
      throw 42;  // NOLINT(hicpp-exception-baseclass)
    }));
    EXPECT_EQ(done, std::unexpected(StoreError::unavailable));
  }
  EXPECT_NO_THROW(EXPECT_FALSE(store->read([](Transaction&) { throw std::runtime_error("a fault of the caller"); })));
  ASSERT_TRUE(store->read([](Transaction& tx) { EXPECT_EQ(tx.person_by_name({"bob"}), std::nullopt); }));
  person_called("bob", 1002);
}

TEST_P(StoreContract, A_report_about_somebody_is_found_by_its_time) {
  Event report = event_about("alice", EventKind::reported);
  report.at = kStart;
  const auto since = [&](const std::string& user, UnixTime time) {
    bool found = false;
    EXPECT_TRUE(store->read([&](Transaction& tx) { found = tx.reported_since(user, time); }));
    return found;
  };
  EXPECT_FALSE(since("alice", kStart));
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.append(report);
    tx.append(event_about("alice", EventKind::login_failed, "wrong"));
    tx.append(event_about("bob", EventKind::login_failed, "wrong"));
    EXPECT_TRUE(tx.reported_since("alice", kStart)) << "in the same command too";
  }));
  EXPECT_TRUE(since("alice", kStart));
  EXPECT_FALSE(since("alice", kStart + std::chrono::seconds(1)));
  EXPECT_FALSE(since("bob", kStart));
}

// However much else there is about somebody: what is bounded by time is not to be pushed out of sight.
TEST_P(StoreContract, What_is_bounded_is_counted_by_its_time_whatever_else_happened) {
  const auto at = [](Event event, std::int64_t seconds) {
    event.at = kStart + std::chrono::seconds(seconds);
    return event;
  };
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.append(at(event_about("alice", EventKind::factor_renamed), 0));
    tx.append(at(event_about("alice", EventKind::factor_default), 1));
    tx.append(at(event_about("bob", EventKind::factor_removed), 1));
    tx.append(at(event_about("alice", EventKind::factor_tested), 1));
    tx.append(at(event_about("alice", EventKind::reported), 1));
    tx.append(at(event_about("alice", EventKind::login_failed, "replayed"), 1));
    tx.append(at(event_about("alice", EventKind::step_up_failed, "replayed"), 2));
    tx.append(at(event_about("bob", EventKind::login_failed, "replayed"), 2));
    for (int i = 0; i < 200; ++i) tx.append(at(event_about("alice", EventKind::login_failed, "wrong"), 3));
  }));
  ASSERT_TRUE(store->read([&](Transaction& tx) {
    EXPECT_EQ(tx.changes_since("alice", kStart), 2U);
    EXPECT_EQ(tx.changes_since("alice", kStart + std::chrono::seconds(1)), 1U);
    EXPECT_EQ(tx.changes_since("alice", kStart + std::chrono::seconds(2)), 0U);
    EXPECT_TRUE(tx.reported_since("alice", kStart + std::chrono::seconds(1)));
    EXPECT_FALSE(tx.reported_since("alice", kStart + std::chrono::seconds(2)));
    EXPECT_EQ(tx.replays_since("alice", kStart), 2U);
    EXPECT_EQ(tx.replays_since("alice", kStart + std::chrono::seconds(2)), 1U);
    EXPECT_EQ(tx.replays_since("bob", kStart + std::chrono::seconds(3)), 0U);
  }));
}

TEST_P(StoreContract, Recovery_codes_are_each_there_once) {
  const Person alice = person_called("alice", 1001);
  const std::vector<std::string> codes{"7k3m92qxd4tp", "zzzzzzzzzzzz", "7k3m92qxd4tp"};
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.replace_recovery_codes(alice.id, codes); }));
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.replace_recovery_codes(alice.id, std::span(codes).first(2)); }));
  ASSERT_TRUE(store->read([&](Transaction& tx) { EXPECT_EQ(tx.recovery_codes_left(alice.id), 2U); }));
}

TEST_P(StoreContract, A_read_that_changes_something_fails_and_changes_nothing) {
  const Person alice = person_called("alice", 1001);
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.add_factor(alice.id, totp_factor(1, "key")); }));
  const std::vector<std::string> codes{"7k3m92qxd4tp"};
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.replace_recovery_codes(alice.id, codes);
    tx.add_trust(alice.id, trust_in(1));
    tx.keep_pending(alice.id, pending_in("console:console"));
    tx.keep_enrolment_code(alice.id, "zzzzzzzzzzzz", kStart);
  }));
  const std::vector<std::function<void(Transaction&)>> changes{
      [&](Transaction& tx) { tx.add_person({"bob"}, {1002}, kStart); },
      [&](Transaction& tx) { tx.save(alice); },
      [&](Transaction& tx) { tx.add_factor(alice.id, totp_factor(2, "key")); },
      [&](Transaction& tx) { tx.save_factor(alice.id, totp_factor(1, "key", "other")); },
      [&](Transaction& tx) { tx.remove_factor(alice.id, 1); },
      [&](Transaction& tx) { tx.replace_recovery_codes(alice.id, {}); },
      [&](Transaction& tx) { static_cast<void>(tx.use_recovery_code(alice.id, "7k3m92qxd4tp")); },
      [&](Transaction& tx) {
        tx.record_step_up(alice.id, {"a"}, {.until = kStart, .epoch = 0, .password_version = ""});
      },
      [&](Transaction& tx) { tx.forget_step_ups(alice.id); },
      [&](Transaction& tx) { tx.add_trust(alice.id, trust_in(2)); },
      [&](Transaction& tx) { tx.save_trust(alice.id, trust_in(1, "198.51.100.1")); },
      [&](Transaction& tx) { tx.remove_trust(alice.id, 1); },
      [&](Transaction& tx) { tx.keep_pending(alice.id, pending_in("address:203.0.113.7")); },
      [&](Transaction& tx) { tx.drop_pending(alice.id); },
      [&](Transaction& tx) { tx.keep_enrolment_code(alice.id, "7k3m92qxd4tp", kStart); },
      [&](Transaction& tx) { tx.drop_enrolment_code(alice.id); },
      [&](Transaction& tx) { tx.append(event_about("alice")); }};
  const auto events_before = journal.events().size();
  for (std::size_t i = 0; i < changes.size(); ++i) EXPECT_FALSE(store->read(changes[i])) << i;
  EXPECT_EQ(journal.events().size(), events_before);
  ASSERT_TRUE(store->read([&](Transaction& tx) {
    EXPECT_EQ(tx.person_by_name({"bob"}), std::nullopt);
    EXPECT_EQ(tx.recovery_codes_left(alice.id), 1U);
    ASSERT_EQ(tx.factors(alice.id).size(), 1U);
    EXPECT_EQ(tx.factors(alice.id).front().name, "iPhone");
    ASSERT_EQ(tx.trusts(alice.id).size(), 1U);
    EXPECT_EQ(tx.trusts(alice.id).front().label, trust_in(1).label);
    ASSERT_TRUE(tx.pending_factor(alice.id));
    EXPECT_EQ(tx.pending_factor(alice.id)->place, "console:console");
    EXPECT_TRUE(tx.enrolment_code_holds(alice.id, "zzzzzzzzzzzz", {0}));
  }));
}

TEST_P(StoreContract, What_was_written_is_read_at_once_also_within_the_command) {
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    Person alice = tx.add_person({"alice"}, {1001}, kStart);
    EXPECT_TRUE(tx.person_by_name({"alice"}));
    tx.add_factor(alice.id, totp_factor(alice.next_factor, "key"));
    alice.next_factor++;
    tx.save(alice);
    EXPECT_EQ(tx.person_by_uid({1001})->next_factor, 2U);
    EXPECT_EQ(tx.factors(alice.id).size(), 1U);
  }));
  ASSERT_TRUE(store->read([](Transaction& tx) { EXPECT_EQ(tx.person_by_uid({1001})->next_factor, 2U); }));
}

TEST_P(StoreContract, The_work_runs_once) {
  int runs = 0;
  ASSERT_TRUE(store->write([&](Transaction&) { ++runs; }));
  ASSERT_TRUE(store->read([&](Transaction&) { ++runs; }));
  EXPECT_EQ(runs, 2);
  EXPECT_FALSE(store->write([&](Transaction& tx) {
    ++runs;
    tx.save(Person{});
  }));
  EXPECT_EQ(runs, 3);
}

TEST_P(StoreContract, A_result_comes_back_through_writing_and_reading) {
  const auto id = writing(*store, [&](Transaction& tx) { return tx.add_person({"alice"}, {1001}, kStart).id; });
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(reading(*store, [](Transaction& tx) { return tx.person_by_uid({1001})->id; }), *id);
}

TEST_P(StoreContract, Events_reach_the_journal_numbered_and_in_order) {
  ASSERT_TRUE(store->write([](Transaction& tx) {
    tx.append(event_about("alice", EventKind::login_failed, "wrong"));
    tx.append(event_about("alice", EventKind::locked_out));
  }));
  ASSERT_TRUE(store->write([](Transaction& tx) { tx.append(event_about("bob")); }));
  reopen();
  ASSERT_TRUE(store->write([](Transaction& tx) { tx.append(event_about("carol")); }));
  const auto events = journal.events();
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0].first, event_about("alice", EventKind::login_failed, "wrong"));
  EXPECT_EQ(events[1].first, event_about("alice", EventKind::locked_out));
  EXPECT_EQ(events[2].first, event_about("bob"));
  EXPECT_EQ(events[3].first, event_about("carol"));
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].second.seq, events[0].second.seq + static_cast<std::int64_t>(i));
    EXPECT_EQ(events[i].second.head.size(), 64U);
    if (i > 0) {
      EXPECT_NE(events[i].second.head, events[i - 1].second.head);
    }
  }
}

TEST_P(StoreContract, A_failed_command_takes_no_number_in_the_trail) {
  ASSERT_TRUE(store->write([](Transaction& tx) { tx.append(event_about("alice")); }));
  EXPECT_FALSE(store->write([](Transaction& tx) {
    tx.append(event_about("mallory"));
    tx.save(Person{});
  }));
  ASSERT_TRUE(store->write([](Transaction& tx) { tx.append(event_about("bob")); }));
  const auto events = journal.events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].second.seq, events[0].second.seq + 1);
}

TEST_P(StoreContract, A_work_that_calls_the_store_is_refused_instead_of_waiting_for_itself) {
  const auto done = store->write([&](Transaction& tx) {
    tx.add_person({"alice"}, {1001}, kStart);
    EXPECT_FALSE(store->read([](Transaction&) {}));
    EXPECT_FALSE(store->write([](Transaction&) {}));
  });
  EXPECT_TRUE(done.has_value());
}

}  // namespace
}  // namespace mfa::test
