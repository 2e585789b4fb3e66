// Trusted devices: every field survives, nobody sees another's, and nothing half done remains.
#include <tuple>

#include "tests/contract/store_contract.h"

namespace mfa::test {
namespace {

// All fields, so that the compiler asks here for one that is added.
auto fields_of(const Trust& trust) {
  const auto& [number, device, label, server, rule, since, until, last_seen, password_version, country, network,
               failures, ended, ended_at, told, burst] = trust;
  return std::tuple(number, device, label, server, rule, since, until, last_seen, password_version, country, network,
                    failures, ended, ended_at, told, burst);
}

void add(Store& store, PersonId person, const Trust& trust) {
  ASSERT_TRUE(store.write([&](Transaction& tx) { tx.add_trust(person, trust); }));
}
void save(Store& store, PersonId person, const Trust& trust) {
  ASSERT_TRUE(store.write([&](Transaction& tx) { tx.save_trust(person, trust); }));
}
void expect(Store& store, PersonId person, const std::vector<Trust>& expected, const std::string& where = "") {
  const auto found = reading(store, [&](Transaction& tx) { return tx.trusts(person); });
  ASSERT_TRUE(found.has_value()) << where;
  ASSERT_EQ(found->size(), expected.size()) << where;
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_TRUE(fields_of(found->at(i)) == fields_of(expected.at(i))) << where << " row " << i;
}

constexpr TrustEnd kEnds[] = {TrustEnd::expired,
                              TrustEnd::password_changed,
                              TrustEnd::failed_attempts,
                              TrustEnd::other_country,
                              TrustEnd::other_network,
                              TrustEnd::place_unknown,
                              TrustEnd::too_many_devices,
                              TrustEnd::not_offered,
                              TrustEnd::forgotten,
                              TrustEnd::reported,
                              TrustEnd::reset,
                              TrustEnd::disabled};

TEST_P(StoreRows, A_new_person_trusts_no_device) {
  const Person alice = person_called("alice", 1001);
  expect(*store, alice.id, {});
  expect(*store, {4711}, {});
}

TEST_P(StoreRows, Every_field_of_trust_survives) {
  const Person alice = person_called("alice", 1001);
  Trust plain;  // as little as there can be
  plain.number = 2;
  plain.device = {.kind = DeviceKind::console, .id = "console"};
  Trust largest = trust_in(4294967295U, "2001:db8:1:2::/64");
  largest.device.kind = DeviceKind::key;
  largest.failures = 4294967295U;
  largest.until = {253'402'300'799};  // the last second of the year 9999
  largest.label = "ssh-ed25519 'key' \xF0\x9F\x94\x91";
  add(*store, alice.id, trust_in(1));
  add(*store, alice.id, plain);
  add(*store, alice.id, largest);
  expect(*store, alice.id, {trust_in(1), plain, largest});
  reopen();
  expect(*store, alice.id, {trust_in(1), plain, largest});
}

TEST_P(StoreRows, Every_way_trust_ends_survives_told_or_not) {
  const Person alice = person_called("alice", 1001);
  std::vector<Trust> all;
  for (const TrustEnd end : kEnds) {
    Trust trust = trust_in(static_cast<std::uint32_t>(all.size() + 1));
    trust.ended = end;
    trust.told = all.size() % 2 == 0;
    all.push_back(trust);
    add(*store, alice.id, trust);
  }
  reopen();
  expect(*store, alice.id, all);
}

// One field of a row at a time, when it is added and when it is saved.
TEST_P(StoreRows, Each_field_of_trust_stands_for_itself) {
  struct Row {
    const char* what;
    void (*change)(Trust&);
  };
  constexpr Row kRows[] = {
      {"not ended", [](Trust& trust) { trust.ended.reset(); }},
      {"no time of the end", [](Trust& trust) { trust.ended_at.reset(); }},
      {"neither", [](Trust& trust) { trust.ended.reset(), trust.ended_at.reset(); }},
      {"not told", [](Trust& trust) { trust.told = false; }},
      {"no burst", [](Trust& trust) { trust.burst = false; }},
      {"no failures", [](Trust& trust) { trust.failures = 0; }},
      {"no password version", [](Trust& trust) { trust.password_version.clear(); }},
      {"no country", [](Trust& trust) { trust.country.clear(); }},
      {"no network", [](Trust& trust) { trust.network.clear(); }},
      {"no label", [](Trust& trust) { trust.label.clear(); }},
      {"no rule", [](Trust& trust) { trust.rule.clear(); }},
      {"another window", [](Trust& trust) { trust.until = {1'790'000'501}; }},
      {"seen again", [](Trust& trust) { trust.last_seen = {1'790'000'601}; }},
  };
  const Person alice = person_called("alice", 1001);
  std::vector<Trust> all;
  for (const auto& [what, change] : kRows) {
    const auto number = static_cast<std::uint32_t>(all.size() + 1);
    Trust added = trust_in(number);
    change(added);
    Trust saved = trust_in(number + 1);
    add(*store, alice.id, added);
    add(*store, alice.id, saved);
    change(saved);
    save(*store, alice.id, saved);
    all.push_back(added);
    all.push_back(saved);
    expect(*store, alice.id, all, what);
  }
}

TEST_P(StoreRows, Saving_trust_keeps_the_device_the_server_and_the_beginning) {
  const Person alice = person_called("alice", 1001);
  const Trust before = trust_in(1);
  add(*store, alice.id, before);
  Trust after;
  after.number = 1;
  after.device = {.kind = DeviceKind::key, .id = "SHA256:mallory"};
  after.label = "key";
  after.server = "other";
  after.rule = "staff";
  after.since = {1};
  after.until = {1'790'000'900};
  after.last_seen = {1'790'000'800};
  after.password_version = "00000000";
  after.country = "FR";
  after.network = "198.51.100.0/24";
  save(*store, alice.id, after);
  reopen();
  after.device = before.device;
  after.server = before.server;
  after.since = before.since;
  expect(*store, alice.id, {after});
}

TEST_P(StoreRows, Trust_comes_by_number_whatever_the_order_they_came_in) {
  const Person alice = person_called("alice", 1001);
  for (const std::uint32_t number : {10U, 9U, 1U, 11U, 2U}) add(*store, alice.id, trust_in(number));
  expect(*store, alice.id, {trust_in(1), trust_in(2), trust_in(9), trust_in(10), trust_in(11)});
}

TEST_P(StoreRows, Two_people_never_see_nor_change_each_others_trust) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  const Trust hers = trust_in(1, "203.0.113.7");
  Trust his = trust_in(1, "198.51.100.9");
  add(*store, alice.id, hers);
  add(*store, bob.id, his);
  add(*store, bob.id, trust_in(2));
  his.label = "at work";
  save(*store, bob.id, his);
  expect(*store, alice.id, {hers});
  expect(*store, bob.id, {his, trust_in(2)});
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.save_trust(alice.id, trust_in(2)); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.remove_trust(alice.id, 2); }));
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.remove_trust(bob.id, 1); }));
  expect(*store, alice.id, {hers});
  expect(*store, bob.id, {trust_in(2)});
}

TEST_P(StoreRows, Trust_that_is_not_there_is_neither_saved_nor_removed) {
  const Person alice = person_called("alice", 1001);
  add(*store, alice.id, trust_in(2));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.save_trust(alice.id, trust_in(1)); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.remove_trust(alice.id, 1); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.add_trust({4711}, trust_in(1)); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) {
    tx.remove_trust(alice.id, 2);
    tx.save_trust(alice.id, trust_in(2));
  }));
  expect(*store, alice.id, {trust_in(2)});
}

TEST_P(StoreRows, A_number_of_trust_is_taken_once) {
  const Person alice = person_called("alice", 1001);
  add(*store, alice.id, trust_in(1));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.add_trust(alice.id, trust_in(1, "198.51.100.9")); }));
  expect(*store, alice.id, {trust_in(1)});
}

TEST_P(StoreRows, A_failure_later_in_the_command_undoes_what_was_done_to_trust) {
  Person alice = person_called("alice", 1001);
  add(*store, alice.id, trust_in(1));
  add(*store, alice.id, trust_in(2));
  EXPECT_FALSE(store->write([&](Transaction& tx) {
    Trust changed = trust_in(1);
    changed.failures = 5;
    tx.save_trust(alice.id, changed);
    tx.remove_trust(alice.id, 2);
    tx.add_trust(alice.id, trust_in(3));
    alice.next_trust = 4;
    tx.save(alice);
    EXPECT_EQ(tx.trusts(alice.id).size(), 2U);  // seen at once within the command
    tx.save(Person{});
  }));
  expect(*store, alice.id, {trust_in(1), trust_in(2)});
  const auto kept = reading(*store, [](Transaction& tx) { return tx.person_by_name({"alice"}); });
  ASSERT_TRUE(kept && *kept);
  EXPECT_EQ((**kept).next_trust, 1U);
}

}  // namespace
}  // namespace mfa::test
