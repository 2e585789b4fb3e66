// Hardware tokens as factors: sealed keys, and counters that change with every code.
#include "tests/contract/store_contract.h"

namespace mfa::test {
namespace {

constexpr std::int64_t kPast32Bits = (std::int64_t{1} << 32U) + 7;

TEST_P(StoreRows, A_token_comes_back_as_it_was) {
  const Person alice = person_called("alice", 1001);
  Factor used = token_factor(7, "another key, 38 bytes long, for token", "the blue one");
  used.last_used = UnixTime{1'790'000'300};
  std::get<HotpFactor>(used.detail).digits = 8;
  std::get<HotpFactor>(used.detail).state = {.next = {kPast32Bits}, .resync = HotpCounter{kPast32Bits + 60}};
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.add_factor(alice.id, used);
    tx.add_factor(alice.id, token_factor(4, "12345678901234567890"));
  }));
  reopen();
  const auto factors = reading(*store, [&](Transaction& tx) { return tx.factors(alice.id); });
  ASSERT_TRUE(factors && factors->size() == 2);
  const Factor& first = factors->at(0);
  EXPECT_EQ(first.id(), "hotp-4");
  EXPECT_EQ(first.name, "token");
  EXPECT_EQ(first.added, UnixTime{1'790'000'100});
  EXPECT_EQ(first.last_used, std::nullopt);
  EXPECT_EQ(std::get<HotpFactor>(first.detail).key, Secret("12345678901234567890"));
  EXPECT_EQ(std::get<HotpFactor>(first.detail).digits, 6);
  EXPECT_EQ(std::get<HotpFactor>(first.detail).state, HotpState{});
  const auto& second = std::get<HotpFactor>(factors->at(1).detail);
  EXPECT_EQ(factors->at(1).last_used, used.last_used);
  EXPECT_EQ(second.key, Secret("another key, 38 bytes long, for token"));
  EXPECT_EQ(second.digits, 8);
  EXPECT_EQ(second.state, std::get<HotpFactor>(used.detail).state);
}

TEST_P(StoreRows, Saving_a_token_changes_its_counters_and_never_its_key) {
  const Person alice = person_called("alice", 1001);
  Factor factor = token_factor(1, "12345678901234567890");
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.add_factor(alice.id, factor); }));
  for (const HotpState& state :
       {HotpState{.next = {1}, .resync = std::nullopt}, HotpState{.next = {1}, .resync = HotpCounter{61}},
        HotpState{.next = {kHighestHotpCounter.value}, .resync = std::nullopt}}) {
    factor.name = "renamed";
    factor.last_used = UnixTime{1'790'000'400};
    factor.detail = HotpFactor{.key = Secret("mallory"), .digits = 8, .state = state};
    ASSERT_TRUE(store->write([&](Transaction& tx) { tx.save_factor(alice.id, factor); }));
    reopen();
    const auto factors = reading(*store, [&](Transaction& tx) { return tx.factors(alice.id); });
    ASSERT_TRUE(factors && factors->size() == 1);
    const auto& found = std::get<HotpFactor>(factors->front().detail);
    EXPECT_EQ(found.state, state);
    EXPECT_EQ(found.key, Secret("12345678901234567890"));
    EXPECT_EQ(found.digits, 6);
    EXPECT_EQ(factors->front().name, "renamed");
    EXPECT_EQ(factors->front().last_used, factor.last_used);
  }
}

TEST_P(StoreRows, Tokens_apps_and_keys_are_one_list_and_never_become_each_other) {
  const Person alice = person_called("alice", 1001);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.add_factor(alice.id, key_factor(3));
    tx.add_factor(alice.id, token_factor(2, "token's"));
    tx.add_factor(alice.id, totp_factor(1, "app's"));
  }));
  for (const Factor& other : {token_factor(1, "token's"), key_factor(2), totp_factor(2, "app's"), token_factor(3, "x")})
    EXPECT_FALSE(store->write([&](Transaction& tx) { tx.save_factor(alice.id, other); })) << other.id();
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.add_factor(alice.id, token_factor(1, "x")); }));
  reopen();
  ASSERT_TRUE(store->read([&](Transaction& tx) {
    std::vector<std::string> ids;
    for (const Factor& factor : tx.factors(alice.id)) ids.push_back(factor.id());
    EXPECT_EQ(ids, (std::vector<std::string>{"totp-1", "hotp-2", "key-3"}));
  }));
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.remove_factor(alice.id, 2); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.save_factor(alice.id, token_factor(2, "token's")); }));
}

// What one of the sessions that read the same counter takes, no other takes: the heart of "a code counts once".
TEST_P(StoreRows, A_counter_is_taken_once) {
  const Person alice = person_called("alice", 1001);
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.add_factor(alice.id, token_factor(1, "key")); }));
  int taken = 0;
  for (int session = 0; session < 4; ++session) {
    ASSERT_TRUE(store->write([&](Transaction& tx) {
      Factor factor = tx.factors(alice.id).front();
      auto& state = std::get<HotpFactor>(factor.detail).state;
      if (state.next > HotpCounter{5}) return;
      state.next = {6};
      tx.save_factor(alice.id, factor);
      ++taken;
    }));
  }
  EXPECT_EQ(taken, 1);
}

}  // namespace
}  // namespace mfa::test
