// Enrolment in SQLite: what is swept, what a look costs, which keys open it, and values that no release wrote.
#include <fmt/format.h>

#include "common/store/failure.h"
#include "common/store/sealed.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/store_steps.h"

namespace mfa::test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class StoreEnrolment : public StoreFolder {
 protected:
  void SetUp() override {
    StoreFolder::SetUp();
    ring_text_ = KeyRing::generate().value().text();
    keys = KeyRing::parse(Secret(ring_text_)).value();
    create();
    alice_ = enrol_alice();
    auto store = open();
    ASSERT_TRUE((*store)->write([&](Transaction& tx) {
      bob_ = tx.add_person({"bob"}, {1002}, kStart).id;
      tx.keep_pending(alice_, pending_in("address:203.0.113.7"));
      tx.keep_enrolment_code(alice_, kCode, kStart + hours(24));
    }));
  }
  [[nodiscard]] std::int64_t number(const char* sql) const {
    Connection connection(path);
    return connection.number(sql);
  }
  void put_back(const std::string& bytes) const {
    write_bytes(path, bytes);
    std::filesystem::remove(log_path());
  }
  // A key more in the ring, which does not seal: the store says which one does.
  void add_key() {
    const std::string another(KeyRing::generate().value().text());
    ring_text_ += another.substr(another.find('\n') + 1);
    keys = KeyRing::parse(Secret(ring_text_)).value();
  }
  // The first key goes.
  void lose_first_key() {
    const auto first = ring_text_.find('\n') + 1;
    ring_text_.erase(first, ring_text_.find('\n', first) + 1 - first);
    keys = KeyRing::parse(Secret(ring_text_)).value();
  }
  std::expected<Secret, StoreError> pending_key(Store& store) const {
    return reading(store, [&](Transaction& tx) { return tx.pending_factor(alice_).value().key; });
  }
  std::expected<bool, StoreError> code_holds(Store& store) const {
    return reading(store, [&](Transaction& tx) { return tx.enrolment_code_holds(alice_, kCode, kStart); });
  }

  static constexpr const char* kCode = "7k3m92qxd4tp";
  std::string ring_text_;
  PersonId alice_;
  PersonId bob_;
};

TEST_F(StoreEnrolment, What_was_left_half_done_is_swept_when_another_begins) {
  const UnixTime until = pending_in("").until;
  auto store = open();
  const auto bob_begins = [&](UnixTime bobs_until) {
    PendingFactor pending = pending_in("address:198.51.100.9");
    pending.until = bobs_until;
    ASSERT_TRUE((*store)->write([&](Transaction& tx) { tx.keep_pending(bob_, pending); }));
  };
  const auto alices_is_there = [&] {
    return reading(**store, [&](Transaction& tx) { return tx.pending_factor(alice_).has_value(); }).value();
  };
  bob_begins(until - hours(1));
  EXPECT_TRUE(alices_is_there());
  bob_begins(until + hours(1));
  EXPECT_TRUE(alices_is_there());
  bob_begins(until + hours(1) + seconds(1));
  EXPECT_FALSE(alices_is_there());
  EXPECT_TRUE(reading(**store, [&](Transaction& tx) { return tx.pending_factor(bob_).has_value(); }).value());
}

TEST_F(StoreEnrolment, To_begin_and_to_look_cost_the_same_while_100_000_others_are_at_it) {
  const StepCounter counter;
  const auto steps = [&] {
    auto store = open();
    return StepCounter::of([&] {
      ASSERT_TRUE((*store)->write([&](Transaction& tx) {
        ASSERT_TRUE(tx.pending_factor(alice_));
        tx.keep_pending(alice_, pending_in("address:203.0.113.7"));
        EXPECT_TRUE(tx.enrolment_code_holds(alice_, kCode, kStart));
        tx.keep_enrolment_code(alice_, kCode, kStart + hours(24));
        tx.drop_pending(bob_);
        tx.drop_enrolment_code(bob_);
      }));
    });
  };
  const auto add_others = [&](int first, int last) {
    const std::string range = "WITH RECURSIVE n AS (SELECT " + std::to_string(first) +
                              " AS i UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(last) + ") ";
    const std::string until = std::to_string(pending_in("").until.seconds);
    tamper((range + "INSERT INTO person (id, name, uid, first_seen, failures, locks, locked_at, locked_until, "
                    "default_factor, next_factor, failed_since_login, next_trust, enrol_by_code) SELECT 1000 + i, "
                    "'user' || i, 10000 + i, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0 FROM n")
               .c_str());
    tamper((range + "INSERT INTO pending_factor SELECT 1000 + i, zeroblob(53), 1, 6, 30, " + until + ", 'p', '' FROM n")
               .c_str());
    tamper((range + "INSERT INTO enrolment_code SELECT 1000 + i, zeroblob(32), " + until + " FROM n").c_str());
  };
  add_others(1, 1);
  const int among_one = steps();
  EXPECT_GT(among_one, 50);  // or nothing is counted
  add_others(2, 100'000);
  EXPECT_EQ(number("SELECT count(*) FROM pending_factor"), 100'001);
  EXPECT_EQ(steps(), among_one);
}

TEST_F(StoreEnrolment, Any_key_of_the_ring_will_do_and_the_stores_own_seals) {
  const KeyId own = keys.newest();
  add_key();
  {
    auto store = open();
    ASSERT_TRUE(store.has_value()) << journal.notes();
    EXPECT_EQ(pending_key(**store), pending_in("").key);
    EXPECT_EQ(code_holds(**store), true);
    ASSERT_TRUE((*store)->write([&](Transaction& tx) {
      tx.keep_pending(alice_, pending_in("console:console"));
      tx.keep_enrolment_code(alice_, kCode, kStart + hours(24));
    }));
    EXPECT_EQ(pending_key(**store), pending_in("").key);
    EXPECT_EQ(code_holds(**store), true);
  }
  EXPECT_EQ(number(fmt::format("SELECT hex(substr(sealed, 2, 4)) = '{:08X}' FROM pending_factor", own.value).c_str()),
            1);
}

TEST_F(StoreEnrolment, A_key_that_is_no_longer_there_opens_nothing) {
  add_key();
  {
    Connection connection(path);  // as a change of keys leaves it that forgot these rows
    const std::string sealed = seal(keys, {0, 0, 0, "key check"}, Secret("this key fits this store"));
    connection.prepared("UPDATE meta SET key_check = ?")
        .bind_blob({reinterpret_cast<const std::uint8_t*>(sealed.data()), sealed.size()})
        .run();
  }
  lose_first_key();
  auto store = open();
  ASSERT_TRUE(store.has_value()) << journal.notes();
  EXPECT_EQ(pending_key(**store), std::unexpected(StoreError::wrong_key));
  EXPECT_EQ(code_holds(**store), false);
  ASSERT_TRUE((*store)->write([&](Transaction& tx) { tx.keep_pending(alice_, pending_in("console:console")); }));
  EXPECT_EQ(pending_key(**store), pending_in("").key);
}

TEST_F(StoreEnrolment, A_key_moved_to_another_place_is_damage) {
  for (const char* change :
       {"UPDATE pending_factor SET person = 2", "UPDATE pending_factor SET sealed = (SELECT sealed FROM factor)",
        "UPDATE factor SET sealed = (SELECT sealed FROM pending_factor)"}) {
    const std::string before = bytes_of(path);
    tamper(change);
    {
      auto store = open(StoreMode::per_command);
      EXPECT_EQ((*store)->read([&](Transaction& tx) {
        static_cast<void>(tx.pending_factor(alice_));
        static_cast<void>(tx.pending_factor(bob_));
        static_cast<void>(tx.factors(alice_));
      }),
                std::unexpected(StoreError::damaged))
          << change;
    }
    put_back(before);
  }
}

TEST_F(StoreEnrolment, A_hash_of_a_code_is_good_for_its_person_and_use_alone) {
  tamper(
      "INSERT INTO enrolment_code SELECT 2, hash, until FROM enrolment_code;"
      "INSERT INTO recovery_code SELECT person, hash, 0 FROM enrolment_code");
  auto store = open();
  ASSERT_TRUE((*store)->write([&](Transaction& tx) {
    EXPECT_TRUE(tx.enrolment_code_holds(alice_, kCode, kStart));
    EXPECT_FALSE(tx.enrolment_code_holds(bob_, kCode, kStart));
    EXPECT_FALSE(tx.use_recovery_code(alice_, kCode));
    EXPECT_FALSE(tx.use_recovery_code(bob_, kCode));
  }));
}

TEST_F(StoreEnrolment, A_value_that_no_release_wrote_is_damage) {
  for (const char* change : {"pending_factor SET algorithm = 0",
                             "pending_factor SET algorithm = 4",
                             "pending_factor SET algorithm = 257",
                             "pending_factor SET algorithm = -1",
                             "pending_factor SET digits = 5",
                             "pending_factor SET digits = 9",
                             "pending_factor SET digits = 4294967302",
                             "pending_factor SET period = 9",
                             "pending_factor SET period = 301",
                             "pending_factor SET place = ''",
                             "pending_factor SET sealed = x''",
                             "pending_factor SET sealed = zeroblob(33)",
                             "person SET enrol_by_code = 2",
                             "person SET enrol_by_code = -1",
                             "person SET enrol_by_code = 256",
                             "person SET asks_off = 2",
                             "person SET asks_off = -1",
                             "factor SET algorithm = 4",
                             "factor SET digits = 9",
                             "factor SET digits = 4294967302",
                             "factor SET period = 301"}) {
    const std::string before = bytes_of(path);
    tamper(("PRAGMA ignore_check_constraints=1; UPDATE " + std::string(change)).c_str());
    {
      auto store = open(StoreMode::per_command);
      ASSERT_TRUE(store.has_value()) << journal.notes();
      EXPECT_EQ((*store)->read([&](Transaction& tx) {
        static_cast<void>(tx.person_by_uid({1001}));
        static_cast<void>(tx.factors(alice_));
        static_cast<void>(tx.pending_factor(alice_));
      }),
                std::unexpected(StoreError::damaged))
          << change;
    }
    put_back(before);
  }
}

// What a key is sealed for stays as it is from one release to the next; and nobody's key is empty, however it was
// sealed.
TEST_F(StoreEnrolment, A_key_is_sealed_for_its_person_and_an_empty_one_is_damage) {
  const auto opened = [&](const Secret& key) {
    const std::string sealed = seal(keys, {alice_.value, 0, 0, "pending factor key"}, key);
    {
      Connection connection(path);
      connection.execute("PRAGMA ignore_check_constraints=1");
      connection.prepared("UPDATE pending_factor SET sealed = ?")
          .bind_blob({reinterpret_cast<const std::uint8_t*>(sealed.data()), sealed.size()})
          .run();
    }
    auto store = open(StoreMode::per_command);
    return pending_key(**store);
  };
  EXPECT_EQ(opened(Secret("x")), Secret("x"));
  EXPECT_EQ(opened(Secret()), std::unexpected(StoreError::damaged));
}

// What the schema itself holds to, whoever writes.
TEST_F(StoreEnrolment, The_schema_refuses_half_an_enrolment) {
  const char* const kRefused[] = {
      "UPDATE person SET enrol_by_code = 2",
      "UPDATE person SET enrol_by_code = NULL",
      "UPDATE pending_factor SET sealed = zeroblob(33)",
      "UPDATE pending_factor SET sealed = NULL",
      "UPDATE pending_factor SET algorithm = 4",
      "UPDATE pending_factor SET digits = 9",
      "UPDATE pending_factor SET period = 301",
      "UPDATE pending_factor SET until = NULL",
      "UPDATE pending_factor SET place = ''",
      "UPDATE pending_factor SET password_version = NULL",
      "UPDATE pending_factor SET person = 4711",
      "UPDATE enrolment_code SET hash = zeroblob(31)",
      "UPDATE enrolment_code SET until = NULL",
      "UPDATE enrolment_code SET person = 4711",
  };
  for (const char* sql : kRefused) EXPECT_THROW(tamper(sql), StoreFailure) << sql;
}

TEST_F(StoreEnrolment, It_goes_with_its_person) {
  tamper("DELETE FROM person WHERE name = 'alice'");
  EXPECT_EQ(number("SELECT count(*) FROM pending_factor"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM enrolment_code"), 0);
}

}  // namespace
}  // namespace mfa::test
