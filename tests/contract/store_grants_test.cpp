// What the helpdesk grants: bypass codes, its word who somebody is, journeys.
#include <string>
#include <tuple>
#include <vector>

#include "tests/contract/store_contract.h"

namespace mfa::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr const char* kCode = "04711337";
constexpr UnixTime kUntil{1'790'086'400};

std::optional<std::pair<UnixTime, std::uint32_t>> bypass_of(Store& store, PersonId person) {
  std::optional<std::pair<UnixTime, std::uint32_t>> terms;
  EXPECT_TRUE(store.read([&](Transaction& tx) {
    if (const auto found = tx.bypass_code(person)) terms = {found->until, found->uses};
  }));
  return terms;
}
bool use(Store& store, PersonId person, std::string_view code, UnixTime now = kUntil - hours(1)) {
  return writing(store, [&](Transaction& tx) { return tx.use_bypass_code(person, code, now); }).value_or(false);
}
std::vector<std::tuple<std::string, UnixTime>> journeys_of(Store& store, PersonId person) {
  std::vector<std::tuple<std::string, UnixTime>> found;
  EXPECT_TRUE(store.read([&](Transaction& tx) {
    for (const Journey& journey : tx.journeys(person)) found.emplace_back(journey.country, journey.until);
  }));
  return found;
}

TEST_P(StoreRows, A_bypass_code_works_as_often_as_it_says) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  EXPECT_FALSE(bypass_of(*store, alice.id));
  EXPECT_FALSE(use(*store, alice.id, kCode));
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.keep_bypass_code(alice.id, kCode, {.until = kUntil, .uses = 2});
    tx.keep_bypass_code(bob.id, "11111111", {.until = kUntil, .uses = 1});
  }));
  reopen();
  EXPECT_EQ(bypass_of(*store, alice.id), (std::pair{kUntil, 2U}));
  EXPECT_FALSE(use(*store, alice.id, "04711338"));
  EXPECT_FALSE(use(*store, alice.id, ""));
  EXPECT_FALSE(use(*store, bob.id, kCode)) << "it is hers alone";
  EXPECT_FALSE(use(*store, alice.id, kCode, kUntil)) << "its time is over";
  EXPECT_EQ(bypass_of(*store, alice.id), (std::pair{kUntil, 2U}));
  EXPECT_TRUE(use(*store, alice.id, kCode, kUntil - std::chrono::seconds(1)));
  EXPECT_EQ(bypass_of(*store, alice.id), (std::pair{kUntil, 1U}));
  EXPECT_TRUE(use(*store, alice.id, kCode));
  EXPECT_FALSE(bypass_of(*store, alice.id));
  EXPECT_FALSE(use(*store, alice.id, kCode));
  EXPECT_TRUE(use(*store, bob.id, "11111111"));
}

TEST_P(StoreRows, A_new_bypass_code_takes_the_place_of_the_old) {
  const Person alice = person_called("alice", 1001);
  for (const char* code : {kCode, "22222222"})
    ASSERT_TRUE(
        store->write([&](Transaction& tx) { tx.keep_bypass_code(alice.id, code, {.until = kUntil, .uses = 10}); }));
  EXPECT_FALSE(use(*store, alice.id, kCode));
  EXPECT_TRUE(use(*store, alice.id, "22222222"));
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.drop_bypass_code(alice.id); }));
  EXPECT_FALSE(use(*store, alice.id, "22222222"));
  for (const std::uint32_t uses : {0U, 11U})
    EXPECT_FALSE(
        store->write([&](Transaction& tx) { tx.keep_bypass_code(alice.id, kCode, {.until = kUntil, .uses = uses}); }));
  EXPECT_FALSE(
      store->write([&](Transaction& tx) { tx.keep_bypass_code({4711}, kCode, {.until = kUntil, .uses = 1}); }));
  EXPECT_FALSE(store->read([&](Transaction& tx) { static_cast<void>(tx.use_bypass_code(alice.id, kCode, kStart)); }));
}

TEST_P(StoreRows, Who_is_identified_is_so_for_that_clerk) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  const auto until = [&](PersonId person, Uid clerk) {
    return reading(*store, [&](Transaction& tx) { return tx.identified_until(person, clerk); }).value_or(UnixTime{-1});
  };
  EXPECT_EQ(until(alice.id, {2000}), std::nullopt);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.keep_identified(alice.id, {2000}, kStart);
    tx.keep_identified(alice.id, {2000}, kStart + minutes(15));
    tx.keep_identified(bob.id, {4'294'967'294U}, kStart + minutes(1));
  }));
  reopen();
  EXPECT_EQ(until(alice.id, {2000}), kStart + minutes(15));
  EXPECT_EQ(until(alice.id, {2001}), std::nullopt);
  EXPECT_EQ(until(bob.id, {2000}), std::nullopt);
  EXPECT_EQ(until(bob.id, {4'294'967'294U}), kStart + minutes(1));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.keep_identified({4711}, {2000}, kStart); }));
}

TEST_P(StoreRows, Journeys_are_by_country) {
  using Rows = std::vector<std::tuple<std::string, UnixTime>>;
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.add_journey(alice.id, {.country = "FJ", .until = kUntil});
    tx.add_journey(alice.id, {.country = "AU", .until = kStart});
    tx.add_journey(bob.id, {.country = "FJ", .until = kStart});
  }));
  reopen();
  EXPECT_EQ(journeys_of(*store, alice.id), (Rows{{"AU", kStart}, {"FJ", kUntil}}));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.add_journey(alice.id, {.country = "FJ", .until = kStart}); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.remove_journey(alice.id, "NZ"); }));
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.remove_journey(alice.id, "FJ"); }));
  EXPECT_EQ(journeys_of(*store, alice.id), (Rows{{"AU", kStart}}));
  EXPECT_EQ(journeys_of(*store, bob.id), (Rows{{"FJ", kStart}}));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.add_journey({4711}, {.country = "FJ", .until = kStart}); }));
}

}  // namespace
}  // namespace mfa::test
