// The SQLite adapter in its two modes.
#include <cstdlib>
#include <filesystem>

#include "common/store/sqlite_store.h"
#include "tests/contract/store_contract.h"

namespace mfa::test {
namespace {

class SqliteFactory final : public StoreFactory {
 public:
  explicit SqliteFactory(StoreMode mode) : mode_(mode) {
    std::string folder = testing::TempDir() + "store-contract-XXXXXX";
    if (mkdtemp(folder.data()) == nullptr) std::abort();
    folder_ = folder;
    RecordingJournal journal;
    if (!SqliteStore::create(path(), keys_, journal, UnixTime{1'790'000'000})) {
      ADD_FAILURE() << journal.notes();
    }
  }
  SqliteFactory(const SqliteFactory&) = delete;
  SqliteFactory& operator=(const SqliteFactory&) = delete;
  ~SqliteFactory() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Store> open(Journal& journal) override {
    auto store = SqliteStore::open(path(), keys_, journal, {.mode = mode_});
    return store ? std::move(*store) : nullptr;
  }

 private:
  [[nodiscard]] std::string path() const { return (folder_ / "mfa.db").string(); }

  StoreMode mode_;
  std::filesystem::path folder_;
  KeyRing keys_ = KeyRing::parse(KeyRing::generate().value()).value();
};

Adapter sqlite(const std::string& name, StoreMode mode) {
  return {name, [mode] { return std::make_unique<SqliteFactory>(mode); }};
}

const Adapter kModes[] = {sqlite("SqliteResident", StoreMode::resident),
                          sqlite("SqlitePerCommand", StoreMode::per_command)};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Adapters, StoreRows, testing::ValuesIn(kModes),
                         [](const auto& mode) { return mode.param.name; });
INSTANTIATE_TEST_SUITE_P(Adapters, StoreContract, testing::ValuesIn(kModes),
                         [](const auto& mode) { return mode.param.name; });

}  // namespace mfa::test
