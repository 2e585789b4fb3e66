// Trusted devices in SQLite: what a look costs, and values that no release wrote.
#include "tests/unit/store_fixture.h"
#include "tests/unit/store_steps.h"

namespace mfa::test {
namespace {

class StoreTrust : public StoreFolder {
 protected:
  void SetUp() override {
    StoreFolder::SetUp();
    create();
    alice_ = enrol_alice();
    auto store = open();
    ASSERT_TRUE((*store)->write([&](Transaction& tx) {
      tx.add_trust(alice_, trust_in(1));
      tx.add_trust(alice_, trust_in(2));
    }));
  }
  [[nodiscard]] std::int64_t number_of_rows() const {
    Connection connection(path);
    return connection.number("SELECT count(*) FROM trust");
  }
  PersonId alice_;
};

TEST_F(StoreTrust, A_look_and_a_save_cost_the_same_among_rows_of_100_000_others) {
  const StepCounter counter;
  const auto steps = [&] {
    auto store = open();
    return StepCounter::of([&] {
      ASSERT_TRUE((*store)->write([&](Transaction& tx) {
        auto found = tx.trusts(alice_);
        ASSERT_EQ(found.size(), 2U);
        tx.save_trust(alice_, found[0]);
      }));
    });
  };
  const auto add_others = [&](int first, int last) {
    const std::string range =
        std::to_string(first) + " AS i UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(last);
    tamper(
        ("WITH RECURSIVE n AS (SELECT " + range +
         ") INSERT INTO person (id, name, uid, first_seen, failures, locks, locked_at, locked_until, default_factor, "
         "next_factor, failed_since_login, next_trust, enrol_by_code) SELECT 1000 + i, 'user' || i, 10000 + i, 0,"
         " 0, 0, 0, 0, 0, 1, 0, 2, 0 FROM n")
            .c_str());
    tamper(("INSERT INTO trust SELECT id, 1, 2, '198.51.100.9', '', 'lab-gw', '', 0, 0, 0, '', '', '', 0, 0, 0, 0, 0"
            " FROM person WHERE id BETWEEN 1000 + " +
            std::to_string(first) + " AND 1000 + " + std::to_string(last))
               .c_str());
  };
  add_others(1, 1);
  const int among_one = steps();
  EXPECT_GT(among_one, 50);  // or nothing is counted
  add_others(2, 100'000);
  EXPECT_EQ(number_of_rows(), 100'002);
  EXPECT_EQ(steps(), among_one);
}

TEST_F(StoreTrust, Counting_the_acts_of_the_helpdesk_costs_the_same_after_10_000_logins) {
  const StepCounter counter;
  const auto steps = [&] {
    auto store = open();
    return StepCounter::of(
        [&] { ASSERT_TRUE((*store)->read([](Transaction& tx) { EXPECT_EQ(tx.helpdesk_acts("dora", kStart), 0U); })); });
  };
  const int before = steps();
  EXPECT_GT(before, 5);  // or nothing is counted
  tamper(
      "WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 10100)"
      "INSERT INTO event SELECT i, 1790000300, 1, 'alice', 'dora', '', '', '', '', '', NULL, zeroblob(32), 0,"
      " zeroblob(32) FROM n");
  EXPECT_EQ(steps(), before);
}

TEST_F(StoreTrust, A_value_of_another_release_is_damage_and_never_trust) {
  for (const char* change : {"kind = 4", "kind = 255", "kind = 0", "kind = 257", "ended = 13", "ended = 255",
                             "ended = 256", "ended = 257", "ended = -1"}) {
    const std::string before = bytes_of(path);
    tamper(
        ("PRAGMA ignore_check_constraints=1; UPDATE trust SET " + std::string(change) + " WHERE number = 2").c_str());
    {
      auto store = open(StoreMode::per_command);
      ASSERT_TRUE(store.has_value()) << journal.notes();
      EXPECT_EQ((*store)->read([&](Transaction& tx) { static_cast<void>(tx.trusts(alice_)); }),
                std::unexpected(StoreError::damaged))
          << change;
    }
    write_bytes(path, before);
    std::filesystem::remove(log_path());
  }
}

TEST_F(StoreTrust, A_factor_that_is_neither_an_app_nor_a_key_is_damage) {
  {
    auto store = open();
    ASSERT_TRUE((*store)->write([&](Transaction& tx) { tx.add_factor(alice_, key_factor(2)); }));
  }
  for (const char* change : {"kind = 2", "kind = 6", "kind = 0", "kind = 261", "kind = 1", "type = NULL",
                             "fingerprint = NULL", "fingerprint = ''"}) {
    const std::string before = bytes_of(path);
    tamper(
        ("PRAGMA ignore_check_constraints=1; UPDATE factor SET " + std::string(change) + " WHERE number = 2").c_str());
    {
      auto store = open(StoreMode::per_command);
      ASSERT_TRUE(store.has_value()) << journal.notes();
      EXPECT_EQ((*store)->read([&](Transaction& tx) { static_cast<void>(tx.factors(alice_)); }),
                std::unexpected(StoreError::damaged))
          << change;
    }
    write_bytes(path, before);
    std::filesystem::remove(log_path());
  }
}

// What the schema itself holds to, whoever writes.
TEST_F(StoreTrust, The_schema_refuses_half_a_factor) {
  const char* const kRefused[] = {
      "UPDATE factor SET sealed = NULL",
      "UPDATE factor SET algorithm = NULL",
      "UPDATE factor SET digits = NULL",
      "UPDATE factor SET period = NULL",
      "UPDATE factor SET last_step = NULL",
      "UPDATE factor SET kind = 5",
      "INSERT INTO factor (person, number, kind, name, added, last_used, type) VALUES (1, 9, 5, 'x', 1, 1, 'sk')",
      "INSERT INTO factor (person, number, kind, name, added, last_used, fingerprint) VALUES (1, 9, 5, 'x', 1, 1, 'S')",
      "UPDATE trust SET kind = 256",
      "UPDATE trust SET ended = 256",
      "UPDATE trust SET told = 2",
      "UPDATE trust SET device = ''",
  };
  for (const char* sql : kRefused) EXPECT_THROW(tamper(sql), StoreFailure) << sql;
}

}  // namespace
}  // namespace mfa::test
