// A store that comes later, and one that gives way; making key and store, and what is never made.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <future>

#include "common/service/init.h"
#include "common/service/open_store.h"
#include "common/service/store_on_demand.h"
#include "common/store/sqlite_store.h"
#include "tests/doubles/doubles.h"
#include "tests/unit/service_folder.h"

namespace mfa {
namespace {

using namespace std::chrono_literals;

class OnDemandTest : public ::testing::Test {
 protected:
  std::expected<void, StoreError> use() {
    return store_.write([](Transaction& tx) { tx.append({}); });
  }

  Limits::Steady::time_point now_{1h};
  Limits limits_;
  std::expected<std::shared_ptr<Store>, StoreError> there_ = std::unexpected(StoreError::missing);
  std::vector<bool> opened_;
  StoreOnDemand store_{[this](bool resident) {
                         opened_.push_back(resident);
                         return there_;
                       },
                       true, limits_};

  void SetUp() override {
    limits_.now = [this] { return now_; };
    limits_.store_retry = 1s;
  }
};

TEST_F(OnDemandTest, OpensOnceWhenItIsNeeded) {
  there_ = std::make_shared<doubles::MemoryStore>();
  EXPECT_TRUE(opened_.empty());
  EXPECT_TRUE(use());
  EXPECT_TRUE(use());
  EXPECT_TRUE(store_.read([](Transaction&) {}));
  EXPECT_EQ(opened_, std::vector<bool>{true});
}

TEST_F(OnDemandTest, AStoreThatComesLaterIsFoundAtOnce) {
  EXPECT_EQ(use().error(), StoreError::missing);
  there_ = std::make_shared<doubles::MemoryStore>();
  EXPECT_TRUE(use());
}

TEST_F(OnDemandTest, FailedAttemptsAreKeptApart) {
  there_ = std::unexpected(StoreError::damaged);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(use().error(), StoreError::damaged);
  EXPECT_EQ(opened_.size(), 1U);
  now_ += 999ms;
  EXPECT_FALSE(use());
  EXPECT_EQ(opened_.size(), 1U);
  now_ += 1ms;
  there_ = std::unexpected(StoreError::wrong_key);
  EXPECT_EQ(use().error(), StoreError::wrong_key);
  EXPECT_EQ(opened_.size(), 2U);
}

TEST_F(OnDemandTest, GivingWayLetsGoOfTheStoreAndGoesOn) {
  const auto first = std::make_shared<doubles::MemoryStore>();
  there_ = first;
  EXPECT_TRUE(use());
  there_ = std::make_shared<doubles::MemoryStore>();
  store_.give_way();
  EXPECT_EQ(first.use_count(), 1);
  EXPECT_TRUE(use());
  EXPECT_EQ(opened_, (std::vector<bool>{true, false}));
}

class SlowRestore final : public doubles::MemoryStore {
 public:
  explicit SlowRestore(StoreOnDemand& all) : all_(all) {}
  std::expected<std::unique_ptr<StoreDraft>, StoreError> draft() override { return nullptr; }
  std::expected<Restored, StoreError> restore(StoreDraft&, const RestoreTerms&) override {
    login = std::async(std::launch::async, [this] { return all_.read([](Transaction&) {}).has_value(); });
    went_on = login.wait_for(5s) == std::future_status::ready;
    return Restored{};
  }
  std::future<bool> login;
  bool went_on = false;

 private:
  StoreOnDemand& all_;
};
struct NoDraft final : StoreDraft {
  std::expected<void, StoreError> append(std::span<const std::uint8_t>) override { return {}; }
};

TEST_F(OnDemandTest, WhileABackupIsLookedThroughLoginsGoOn) {
  const auto slow = std::make_shared<SlowRestore>(store_);
  there_ = slow;
  ASSERT_TRUE(use());
  NoDraft draft;
  EXPECT_TRUE(store_.restore(draft, {}));
  EXPECT_TRUE(slow->went_on);
  EXPECT_TRUE(slow->login.get());
}

TEST(NoStore, IsNone) {
  NoStore store;
  bool ran = false;
  EXPECT_EQ(store.write([&](Transaction&) { ran = true; }).error(), StoreError::unavailable);
  EXPECT_EQ(store.read([&](Transaction&) { ran = true; }).error(), StoreError::unavailable);
  EXPECT_FALSE(ran);
}

class InitTest : public ::testing::Test {
 protected:
  std::expected<std::vector<InitStep>, InitFailure> init() {
    return make_key_and_store(folder_ / "mfa.db", journal_, UnixTime{1'800'000'000});
  }
  static std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] bool there(const char* name) const { return access((folder_ / name).c_str(), F_OK) == 0; }
  void move(const char* from, const char* to) const {
    ASSERT_EQ(rename((folder_ / from).c_str(), (folder_ / to).c_str()), 0);
  }
  [[nodiscard]] bool opens() { return open_store(folder_ / "mfa.db", journal_, true).has_value(); }

  testing::Folder folder_;
  doubles::Lines journal_;
};

TEST_F(InitTest, MakesBothForTheirOwnerAlone) {
  const auto steps = init();
  ASSERT_TRUE(steps) << steps.error().error;
  ASSERT_EQ(steps->size(), 2U);
  EXPECT_TRUE((*steps)[0].made && (*steps)[1].made);
  struct stat found{};
  ASSERT_EQ(stat((folder_ / "key").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0400U);
  ASSERT_EQ(stat((folder_ / "mfa.db").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0600U);
  EXPECT_FALSE(there("key.unfinished"));
  EXPECT_TRUE(opens());
}

TEST_F(InitTest, AgainItKeepsThem) {
  ASSERT_TRUE(init());
  const std::string key = contents(folder_ / "key");
  const auto steps = init();
  ASSERT_TRUE(steps) << steps.error().error;
  EXPECT_FALSE((*steps)[0].made || (*steps)[1].made);
  EXPECT_EQ(contents(folder_ / "key"), key);
}

TEST_F(InitTest, NeverANewKeyBesideAnOldStore) {
  ASSERT_TRUE(init());
  move("key", "elsewhere");
  const auto steps = init();
  ASSERT_FALSE(steps);
  EXPECT_TRUE(steps.error().error.contains("key")) << steps.error().error;
  EXPECT_FALSE(steps.error().hint.empty());
  EXPECT_FALSE(there("key"));
  EXPECT_FALSE(there("key.unfinished"));
}

TEST_F(InitTest, NeverAnEmptyStoreInPlaceOfALostOne) {
  ASSERT_TRUE(init());
  move("mfa.db", "elsewhere");
  const auto steps = init();
  ASSERT_FALSE(steps);
  EXPECT_TRUE(steps.error().error.contains("mfa.db is gone")) << steps.error().error;
  EXPECT_FALSE(there("mfa.db"));
}

TEST_F(InitTest, GoesOnWhereItWasInterrupted) {
  ASSERT_TRUE(init());
  move("key", "key.unfinished");  // as if it had ended before the last step
  const auto after_store = init();
  ASSERT_TRUE(after_store) << after_store.error().error;
  EXPECT_TRUE((*after_store)[0].made);
  EXPECT_FALSE((*after_store)[1].made);
  EXPECT_TRUE(opens());

  move("key", "key.unfinished");  // as if it had ended after the first
  ASSERT_EQ(unlink((folder_ / "mfa.db").c_str()), 0);
  unlink((folder_ / "mfa.db-wal").c_str());
  const std::string key = contents(folder_ / "key.unfinished");
  const auto after_key = init();
  ASSERT_TRUE(after_key) << after_key.error().error;
  EXPECT_TRUE((*after_key)[0].made && (*after_key)[1].made);
  EXPECT_EQ(contents(folder_ / "key"), key);
  EXPECT_TRUE(opens());
}

TEST_F(InitTest, AnotherStoresKeyIsFound) {
  ASSERT_TRUE(init());
  testing::Folder other;
  ASSERT_TRUE(make_key_and_store(other / "mfa.db", journal_, UnixTime{0}));
  std::filesystem::copy_file(other / "key", folder_ / "key", std::filesystem::copy_options::overwrite_existing);
  chmod((folder_ / "key").c_str(), 0400);
  const auto steps = init();
  ASSERT_FALSE(steps);
  EXPECT_TRUE(steps.error().error.contains("not its key")) << steps.error().error;
}

TEST_F(InitTest, WithoutItsFolderItSaysSo) {
  const auto steps = make_key_and_store(folder_ / "no/mfa.db", journal_, UnixTime{0});
  ASSERT_FALSE(steps);
  EXPECT_TRUE(steps.error().error.contains("No such file")) << steps.error().error;
}

TEST_F(InitTest, AKeyThatOthersCouldReadIsNotUsed) {
  ASSERT_TRUE(init());
  ASSERT_EQ(chmod((folder_ / "key").c_str(), 0440), 0);
  const auto opened = open_store(folder_ / "mfa.db", journal_, true);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error(), StoreError::wrong_key);
  ASSERT_FALSE(journal_.notes.empty());
  EXPECT_TRUE(journal_.notes.back().contains(folder_ / "key")) << journal_.notes.back();
}

TEST(KeyPath, IsBesideTheStore) {
  EXPECT_EQ(key_path_of("/var/lib/mfa/mfa.db"), "/var/lib/mfa/key");
  EXPECT_EQ(key_path_of("/mfa.db"), "/key");
}

}  // namespace
}  // namespace mfa
