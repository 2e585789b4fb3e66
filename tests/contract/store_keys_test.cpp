// FIDO2 keys as factors, beside authenticator apps: one numbering, one list, nothing of one kind in the other.
#include "tests/contract/store_contract.h"

namespace mfa::test {
namespace {

TEST_P(StoreRows, A_key_comes_back_as_it_was) {
  const Person alice = person_called("alice", 1001);
  Factor used = key_factor(7, "the blue one \xF0\x9F\x94\x91");
  used.last_used = UnixTime{1'790'000'300};
  used.detail = KeyFactor{.type = "sk-ecdsa-sha2-nistp256@openssh.com", .fingerprint = "SHA256:other"};
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.add_factor(alice.id, used);
    tx.add_factor(alice.id, key_factor(4));
  }));
  reopen();
  const auto factors = reading(*store, [&](Transaction& tx) { return tx.factors(alice.id); });
  ASSERT_TRUE(factors && factors->size() == 2);
  const Factor& first = factors->at(0);
  EXPECT_EQ(first.id(), "key-4");
  EXPECT_EQ(first.name, "YubiKey");
  EXPECT_EQ(first.added, UnixTime{1'790'000'100});
  EXPECT_EQ(first.last_used, std::nullopt);
  const auto expected = std::get<KeyFactor>(key_factor(4).detail);
  EXPECT_EQ(std::get<KeyFactor>(first.detail).type, expected.type);
  EXPECT_EQ(std::get<KeyFactor>(first.detail).fingerprint, expected.fingerprint);
  const Factor& second = factors->at(1);
  EXPECT_EQ(second.id(), "key-7");
  EXPECT_EQ(second.name, used.name);
  EXPECT_EQ(second.last_used, used.last_used);
  EXPECT_EQ(std::get<KeyFactor>(second.detail).type, "sk-ecdsa-sha2-nistp256@openssh.com");
  EXPECT_EQ(std::get<KeyFactor>(second.detail).fingerprint, "SHA256:other");
}

TEST_P(StoreRows, Keys_and_apps_are_one_list_by_number) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.add_factor(alice.id, totp_factor(3, "third"));
    tx.add_factor(alice.id, key_factor(2));
    tx.add_factor(alice.id, totp_factor(1, "first"));
    tx.add_factor(bob.id, key_factor(1));
  }));
  reopen();
  ASSERT_TRUE(store->read([&](Transaction& tx) {
    std::vector<std::string> ids;
    for (const Factor& factor : tx.factors(alice.id)) ids.push_back(factor.id());
    EXPECT_EQ(ids, (std::vector<std::string>{"totp-1", "key-2", "totp-3"}));
    ASSERT_EQ(tx.factors(bob.id).size(), 1U);
    EXPECT_EQ(tx.factors(bob.id).front().id(), "key-1");
    EXPECT_EQ(std::get<TotpFactor>(tx.factors(alice.id).back().detail).key, Secret("third"));
  }));
}

TEST_P(StoreRows, A_key_and_an_app_never_share_a_number) {
  const Person alice = person_called("alice", 1001);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.add_factor(alice.id, totp_factor(1, "key"));
    tx.add_factor(alice.id, key_factor(2));
  }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.add_factor(alice.id, key_factor(1)); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.add_factor(alice.id, totp_factor(2, "key")); }));
  // Nor does one become the other.
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.save_factor(alice.id, key_factor(1)); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.save_factor(alice.id, totp_factor(2, "key")); }));
  ASSERT_TRUE(store->read([&](Transaction& tx) {
    ASSERT_EQ(tx.factors(alice.id).size(), 2U);
    EXPECT_EQ(tx.factors(alice.id).front().id(), "totp-1");
    EXPECT_EQ(tx.factors(alice.id).back().id(), "key-2");
  }));
}

TEST_P(StoreRows, Saving_a_key_keeps_its_type_and_fingerprint) {
  const Person alice = person_called("alice", 1001);
  Factor factor = key_factor(1);
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.add_factor(alice.id, factor); }));
  factor.name = "the spare one";
  factor.last_used = UnixTime{1'790'000'400};
  factor.added = {1};
  factor.detail = KeyFactor{.type = "ssh-ed25519", .fingerprint = "SHA256:mallory"};
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.save_factor(alice.id, factor); }));
  reopen();
  const auto factors = reading(*store, [&](Transaction& tx) { return tx.factors(alice.id); });
  ASSERT_TRUE(factors && factors->size() == 1);
  const Factor& found = factors->front();
  const auto expected = std::get<KeyFactor>(key_factor(1).detail);
  EXPECT_EQ(found.name, "the spare one");
  EXPECT_EQ(found.last_used, factor.last_used);
  EXPECT_EQ(found.added, UnixTime{1'790'000'100});
  EXPECT_EQ(std::get<KeyFactor>(found.detail).type, expected.type);
  EXPECT_EQ(std::get<KeyFactor>(found.detail).fingerprint, expected.fingerprint);
}

TEST_P(StoreRows, A_removed_key_is_gone_and_the_apps_stay) {
  const Person alice = person_called("alice", 1001);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.add_factor(alice.id, totp_factor(1, "key"));
    tx.add_factor(alice.id, key_factor(2));
  }));
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.remove_factor(alice.id, 2); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.save_factor(alice.id, key_factor(2)); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.add_factor({4711}, key_factor(1)); }));
  const auto factors = reading(*store, [&](Transaction& tx) { return tx.factors(alice.id); });
  ASSERT_TRUE(factors && factors->size() == 1);
  EXPECT_EQ(factors->front().id(), "totp-1");
}

}  // namespace
}  // namespace mfa::test
