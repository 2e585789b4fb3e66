// The double that the flows are tested with: its rows are held to what the real stores are held to.
#include "tests/contract/store_contract.h"
#include "tests/doubles/memory_store.h"

namespace mfa::test {
namespace {

// What is opened is the one store behind it, again and again.
class Opened final : public Store {
 public:
  explicit Opened(Store& store) : store_(store) {}
  std::expected<void, StoreError> write(const std::function<void(Transaction&)>& work) override {
    return store_.write(work);
  }
  std::expected<void, StoreError> read(const std::function<void(Transaction&)>& work) override {
    return store_.read(work);
  }
  std::expected<StoreCondition, StoreError> examine() override { return store_.examine(); }
  std::expected<TrailVerdict, StoreError> verify_trail(const std::function<void()>& alive) override {
    return store_.verify_trail(alive);
  }

 private:
  Store& store_;
};

class MemoryFactory final : public StoreFactory {
 public:
  std::unique_ptr<Store> open(Journal&) override { return std::make_unique<Opened>(store_); }

 private:
  doubles::MemoryStore store_;
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Doubles, StoreRows,
                         testing::Values(Adapter{"Memory", [] { return std::make_unique<MemoryFactory>(); }}),
                         [](const auto& adapter) { return adapter.param.name; });

}  // namespace mfa::test
