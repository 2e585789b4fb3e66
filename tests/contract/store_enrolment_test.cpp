// Enrolment in the login: the key that is not proven yet, and the code that allows to set one up.
#include <tuple>

#include "tests/contract/store_contract.h"

namespace mfa::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// All fields, so that the compiler asks here for one that is added.
auto fields_of(const PendingFactor& pending) {
  const auto& [key, parameters, until, place, password_version] = pending;
  return std::tuple(std::string(key.text()), parameters, until, place, password_version);
}

void keep(Store& store, PersonId person, const PendingFactor& pending) {
  ASSERT_TRUE(store.write([&](Transaction& tx) { tx.keep_pending(person, pending); }));
}
void expect(Store& store, PersonId person, const std::optional<PendingFactor>& expected) {
  ASSERT_TRUE(store.read([&](Transaction& tx) {
    const auto found = tx.pending_factor(person);
    ASSERT_EQ(found.has_value(), expected.has_value());
    if (found) {
      EXPECT_TRUE(fields_of(*found) == fields_of(*expected));
    }
  }));
}
bool holds(Store& store, PersonId person, std::string_view code, UnixTime now) {
  const auto found = reading(store, [&](Transaction& tx) { return tx.enrolment_code_holds(person, code, now); });
  EXPECT_TRUE(found.has_value());
  return found.value_or(false);
}

constexpr const char* kCode = "7k3m92qxd4tp";
constexpr UnixTime kUntil{1'790'086'400};
// NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): it is the question
constexpr auto kNoAlgorithm = static_cast<HashAlgorithm>(4);

TEST_P(StoreRows, A_new_person_has_nothing_pending_and_no_enrolment_code) {
  const Person alice = person_called("alice", 1001);
  expect(*store, alice.id, std::nullopt);
  expect(*store, {4711}, std::nullopt);
  EXPECT_FALSE(holds(*store, alice.id, kCode, kStart));
  EXPECT_FALSE(holds(*store, alice.id, "", kStart));
  EXPECT_FALSE(holds(*store, {4711}, kCode, kStart));
}

TEST_P(StoreRows, Every_field_of_what_is_pending_survives) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  const PendingFactor hers = pending_in("address:203.0.113.7");
  const PendingFactor his{.key = Secret(std::string_view("\0one\xFF", 5)),
                          .parameters = {HashAlgorithm::sha1, 6, seconds(10)},
                          .until = {253'402'300'799},  // the last second of the year 9999
                          .place = "key:SHA256:\xF0\x9F\x94\x91",
                          .password_version = ""};
  keep(*store, bob.id, his);
  keep(*store, alice.id, hers);
  expect(*store, alice.id, hers);
  expect(*store, bob.id, his);
  reopen();
  expect(*store, alice.id, hers);
  expect(*store, bob.id, his);
}

TEST_P(StoreRows, What_is_pending_takes_the_place_of_what_was) {
  const Person alice = person_called("alice", 1001);
  PendingFactor other = pending_in("console:console", "another key of 20 by");
  other.parameters = {HashAlgorithm::sha256, 7, seconds(300)};
  other.until = kStart + minutes(1);  // also if it ends earlier
  other.password_version = "00000000";
  keep(*store, alice.id, pending_in("address:203.0.113.7"));
  keep(*store, alice.id, other);
  expect(*store, alice.id, other);
}

TEST_P(StoreRows, What_is_pending_is_dropped_for_one_person) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  keep(*store, alice.id, pending_in("address:203.0.113.7"));
  keep(*store, bob.id, pending_in("address:198.51.100.9", "bob's key of 20 byte"));
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.drop_pending(alice.id);
    EXPECT_FALSE(tx.pending_factor(alice.id));  // at once
    tx.drop_pending(alice.id);                  // nothing to drop is no failure
    tx.drop_pending({4711});
  }));
  reopen();
  expect(*store, alice.id, std::nullopt);
  expect(*store, bob.id, pending_in("address:198.51.100.9", "bob's key of 20 byte"));
}

TEST_P(StoreRows, Nothing_is_pending_that_could_not_become_a_factor) {
  const Person alice = person_called("alice", 1001);
  const PendingFactor good = pending_in("address:203.0.113.7");
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.keep_pending({4711}, good); }));
  const std::vector<std::function<void(PendingFactor&)>> mistakes{
      [](PendingFactor& pending) { pending.key = Secret(); },
      [](PendingFactor& pending) { pending.place.clear(); },
      [](PendingFactor& pending) { pending.parameters.algorithm = kNoAlgorithm; },
      [](PendingFactor& pending) { pending.parameters.digits = 5; },
      [](PendingFactor& pending) { pending.parameters.digits = 9; },
      [](PendingFactor& pending) { pending.parameters.period = seconds(9); },
      [](PendingFactor& pending) { pending.parameters.period = seconds(301); }};
  for (std::size_t i = 0; i < mistakes.size(); ++i) {
    PendingFactor bad = good;
    mistakes[i](bad);
    EXPECT_FALSE(store->write([&](Transaction& tx) { tx.keep_pending(alice.id, bad); })) << i;
    expect(*store, alice.id, std::nullopt);
  }
}

TEST_P(StoreRows, An_enrolment_code_holds_until_its_time) {
  const Person alice = person_called("alice", 1001);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.keep_enrolment_code(alice.id, kCode, kUntil);
    EXPECT_TRUE(tx.enrolment_code_holds(alice.id, kCode, kStart));  // at once
  }));
  reopen();
  EXPECT_TRUE(holds(*store, alice.id, kCode, {0}));
  EXPECT_TRUE(holds(*store, alice.id, kCode, kUntil - seconds(1)));
  EXPECT_FALSE(holds(*store, alice.id, kCode, kUntil));
  EXPECT_FALSE(holds(*store, alice.id, kCode, kUntil + seconds(1)));
  EXPECT_TRUE(holds(*store, alice.id, kCode, kStart));  // to look is not to use
}

TEST_P(StoreRows, An_enrolment_code_is_that_code_for_that_person) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.keep_enrolment_code(alice.id, kCode, kUntil);
    tx.keep_enrolment_code(bob.id, "zzzzzzzzzzzz", kUntil);
  }));
  EXPECT_TRUE(holds(*store, alice.id, kCode, kStart));
  EXPECT_TRUE(holds(*store, bob.id, "zzzzzzzzzzzz", kStart));
  EXPECT_FALSE(holds(*store, bob.id, kCode, kStart));
  EXPECT_FALSE(holds(*store, alice.id, "zzzzzzzzzzzz", kStart));
  for (const char* wrong : {"", "7k3m92qxd4t", "7K3M92QXD4TP", "7k3m-92qx-d4tp", "%", "7k3m92qxd4tp "})
    EXPECT_FALSE(holds(*store, alice.id, wrong, kStart)) << wrong;
}

TEST_P(StoreRows, A_new_enrolment_code_ends_the_old_one) {
  const Person alice = person_called("alice", 1001);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.keep_enrolment_code(alice.id, kCode, kUntil);
    tx.keep_enrolment_code(alice.id, "zzzzzzzzzzzz", kUntil - minutes(1));
  }));
  EXPECT_FALSE(holds(*store, alice.id, kCode, kStart));
  EXPECT_TRUE(holds(*store, alice.id, "zzzzzzzzzzzz", kStart));
  EXPECT_FALSE(holds(*store, alice.id, "zzzzzzzzzzzz", kUntil - minutes(1)));
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.keep_enrolment_code(alice.id, "zzzzzzzzzzzz", kUntil); }));
  EXPECT_TRUE(holds(*store, alice.id, "zzzzzzzzzzzz", kUntil - minutes(1)));  // the same one for longer
}

TEST_P(StoreRows, A_dropped_enrolment_code_is_gone_for_one_person) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.keep_enrolment_code(alice.id, kCode, kUntil);
    tx.keep_enrolment_code(bob.id, kCode, kUntil);
    tx.drop_enrolment_code(alice.id);
    EXPECT_FALSE(tx.enrolment_code_holds(alice.id, kCode, kStart));
    tx.drop_enrolment_code(alice.id);  // nothing to drop is no failure
    tx.drop_enrolment_code({4711});
  }));
  EXPECT_FALSE(holds(*store, alice.id, kCode, kStart));
  EXPECT_TRUE(holds(*store, bob.id, kCode, kStart));
}

TEST_P(StoreRows, Until_when_an_enrolment_code_is_good_is_known_of_its_person_alone) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    EXPECT_FALSE(tx.enrolment_code_until(alice.id));
    tx.keep_enrolment_code(alice.id, "7k3m92qxd4tp", kStart);
    tx.keep_enrolment_code(alice.id, "zzzzzzzzzzzz", kStart + minutes(1));
  }));
  reopen();
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    EXPECT_EQ(tx.enrolment_code_until(alice.id), kStart + minutes(1));
    EXPECT_FALSE(tx.enrolment_code_until(bob.id));
    tx.drop_enrolment_code(alice.id);
    EXPECT_FALSE(tx.enrolment_code_until(alice.id));
  }));
}

TEST_P(StoreRows, Enrolment_codes_and_recovery_codes_are_two_things) {
  const Person alice = person_called("alice", 1001);
  const std::vector<std::string> recovery{"zzzzzzzzzzzz"};
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.replace_recovery_codes(alice.id, recovery);
    tx.keep_enrolment_code(alice.id, kCode, kUntil);
  }));
  EXPECT_FALSE(holds(*store, alice.id, recovery.front(), kStart));
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    EXPECT_FALSE(tx.use_recovery_code(alice.id, kCode));
    EXPECT_EQ(tx.recovery_codes_left(alice.id), 1U);
    tx.drop_enrolment_code(alice.id);
    EXPECT_EQ(tx.recovery_codes_left(alice.id), 1U);
  }));
}

TEST_P(StoreRows, No_enrolment_code_is_kept_for_nobody) {
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.keep_enrolment_code({4711}, kCode, kUntil); }));
  EXPECT_FALSE(holds(*store, {4711}, kCode, kStart));
}

TEST_P(StoreRows, A_failure_later_in_the_command_undoes_what_was_done_to_an_enrolment) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  const PendingFactor pending = pending_in("address:203.0.113.7");
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.keep_pending(alice.id, pending);
    tx.keep_enrolment_code(alice.id, kCode, kUntil);
  }));
  EXPECT_FALSE(store->write([&](Transaction& tx) {
    tx.drop_pending(alice.id);
    tx.drop_enrolment_code(alice.id);
    tx.keep_pending(bob.id, pending);
    tx.keep_enrolment_code(bob.id, kCode, kUntil);
    tx.save(Person{});
  }));
  expect(*store, alice.id, pending);
  expect(*store, bob.id, std::nullopt);
  EXPECT_TRUE(holds(*store, alice.id, kCode, kStart));
  EXPECT_FALSE(holds(*store, bob.id, kCode, kStart));
}

}  // namespace
}  // namespace mfa::test
