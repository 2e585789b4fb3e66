// The contract of ports/store.h as test suites over a factory: each adapter instantiates them (sqlite_factory.cpp).
//
// StoreRows is what a store says of people, factors, codes and trusted devices; the double that the flows are tested
// with keeps it too (memory_factory.cpp). StoreContract is the rest: transactions, concurrency, the trail.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "common/ports/store.h"
#include "tests/contract/store_samples.h"

namespace mfa::test {

// One store, empty when the factory is made and gone with it.
class StoreFactory {
 public:
  StoreFactory() = default;
  StoreFactory(const StoreFactory&) = delete;
  StoreFactory& operator=(const StoreFactory&) = delete;
  virtual ~StoreFactory() = default;
  // Opens it. One at a time; what the one before wrote is there.
  [[nodiscard]] virtual std::unique_ptr<Store> open(Journal& journal) = 0;
};

struct Adapter {
  std::string name;
  std::function<std::unique_ptr<StoreFactory>()> make;
};

class StoreContract : public testing::TestWithParam<Adapter> {
 protected:
  void SetUp() override {
    factory = GetParam().make();
    store = factory->open(journal);
    ASSERT_NE(store, nullptr) << journal.notes();
  }
  void reopen() {
    store.reset();
    store = factory->open(journal);
    ASSERT_NE(store, nullptr) << journal.notes();
  }
  Person person_called(const std::string& name, std::uint32_t uid) {
    auto person = writing(*store, [&](Transaction& tx) { return tx.add_person({name}, {uid}, kStart); });
    EXPECT_TRUE(person.has_value()) << journal.notes();
    return person.value_or(Person{});
  }

  static constexpr UnixTime kStart{1'790'000'000};

  RecordingJournal journal;
  std::unique_ptr<StoreFactory> factory;
  std::unique_ptr<Store> store;
};
class StoreRows : public StoreContract {};

}  // namespace mfa::test
