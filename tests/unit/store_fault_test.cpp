// The disk fails: at each write in turn, at each sync in turn, full to the last byte, read-only. Whatever happens, what
// was reported as done is there, what was reported as failed is believed by nobody, and the store stays sound.
#include <fcntl.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "tests/unit/store_fixture.h"

namespace {

struct Faults {
  std::atomic<int> until = -1;  // calls that still go well; negative: all
  std::atomic<int> error = 0;
  std::atomic<int> calls = 0;
  bool strikes() {
    ++calls;
    if (until < 0) return false;
    return until.fetch_sub(1) == 0;
  }
};
Faults faulty_writes;
Faults faulty_syncs;

ssize_t write_or_fail(int file, const void* bytes, size_t size, off_t at) {
  if (faulty_writes.strikes()) {
    errno = faulty_writes.error;
    return -1;
  }
  return pwrite64(file, bytes, size, at);
}

}  // namespace

// In the place of libc's, also for libsqlite3.
extern "C" __attribute__((visibility("default"))) int fdatasync(int file) {
  if (faulty_syncs.strikes()) {
    errno = faulty_syncs.error;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fdatasync, file));
}

namespace mfa::test {
namespace {

class StoreFaults : public StoreFolder, public testing::WithParamInterface<StoreMode> {
 protected:
  void SetUp() override {
    StoreFolder::SetUp();
    create();
    alice = enrol_alice();
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    ASSERT_EQ(vfs->xSetSystemCall(vfs, "pwrite64", reinterpret_cast<sqlite3_syscall_ptr>(&write_or_fail)), SQLITE_OK);
  }
  void TearDown() override {
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    vfs->xSetSystemCall(vfs, "pwrite64", nullptr);
    StoreFolder::TearDown();
  }
  std::expected<bool, StoreError> take(SqliteStore& store, std::int64_t at) {
    return writing(store, [&](Transaction& tx) {
      tx.append(event_about("alice"));
      return consume_step(tx, alice, at);
    });
  }
  struct Tally {
    int failed = 0;
    int passed = 0;  // in spite of a fault: it was not in the way of the commit
  };
  // One of a few logins meets the fault at their n-th call, for each n until there are no more.
  Tally strike_each(Faults& faults, int error, int few, int longest_log) {
    Tally tally;
    for (int n = 0;; ++n) {
      SqliteStore store(path, keys, journal,
                        {.mode = GetParam(), .busy_limit = std::chrono::milliseconds(100), .longest_log = longest_log});
      faults.error = error;
      faults.until = n;
      std::expected<bool, StoreError> taken = true;
      for (int i = 0; i < few && faults.until >= 0; ++i) taken = take(store, ++step);
      const bool struck = faults.until.exchange(-1) < 0;
      if (taken) {
        EXPECT_TRUE(*taken);
        tally.passed += struck ? 1 : 0;
        EXPECT_EQ(take(store, step), false) << "accepted twice, fault at call " << n;
      } else {
        ++tally.failed;
        // It may be on disk all the same; then it is spent, and never the other way round.
        const auto again = take(store, step);
        EXPECT_TRUE(again.has_value()) << journal.notes();
        if (again == true) {
          EXPECT_EQ(take(store, step), false);
        }
      }
      const auto trail = store.verify_trail([] {});
      EXPECT_TRUE(trail && trail->damage.empty()) << "fault at call " << n << "\n" << journal.notes();
      if (!struck) return tally;
      if (n > 2000) {
        ADD_FAILURE() << "no end of calls";
        return tally;
      }
    }
  }

  PersonId alice;
  std::int64_t step = 0;
};

TEST_P(StoreFaults, Each_write_that_fails) {
  for (const int error : {EIO, ENOSPC}) EXPECT_GT(strike_each(faulty_writes, error, 1, 0).failed, 2) << strerror(error);
  EXPECT_EQ(integrity(), "ok");
}

TEST_P(StoreFaults, Each_sync_that_fails_denies_its_batch) {
  EXPECT_GE(strike_each(faulty_syncs, EIO, 1, 0).failed, 1);
  EXPECT_EQ(integrity(), "ok");
}

// A log so short that it is moved into the file several times.
TEST_P(StoreFaults, Each_write_and_sync_of_a_checkpoint_that_fails) {
  const auto syncs = strike_each(faulty_syncs, EIO, 20, 12);
  EXPECT_GT(syncs.failed, 0);
  EXPECT_GT(syncs.passed, 2);
  const auto writes = strike_each(faulty_writes, EIO, 20, 12);
  EXPECT_GT(writes.failed, 0);
  EXPECT_GT(writes.passed, 5);
  EXPECT_EQ(integrity(), "ok");
}

TEST_P(StoreFaults, A_write_is_one_sync) {
  auto store = open(GetParam());
  ASSERT_TRUE(store.has_value());
  ASSERT_EQ(take(**store, 1), true);
  faulty_syncs.calls = 0;
  for (int i = 2; i < 12; ++i) ASSERT_EQ(take(**store, i), true);
  // Opened for one command, SQLite syncs the folder of the log too.
  EXPECT_EQ(faulty_syncs.calls, GetParam() == StoreMode::resident ? 10 : 20);
  faulty_syncs.calls = 0;
  ASSERT_TRUE((*store)->read([](Transaction& tx) { static_cast<void>(tx.person_by_name({"alice"})); }));
  EXPECT_EQ(faulty_syncs.calls, 0);
}

INSTANTIATE_TEST_SUITE_P(Modes, StoreFaults, testing::Values(StoreMode::resident, StoreMode::per_command),
                         [](const auto& mode) {
                           return mode.param == StoreMode::resident ? "Resident" : "PerCommand";
                         });

// On a small file system of its own, which needs root.
class StoreOnSmallDisk : public StoreFolder, public testing::WithParamInterface<StoreMode> {
 protected:
  void SetUp() override {
    StoreFolder::SetUp();
    if (geteuid() != 0) GTEST_SKIP() << "only root can mount";
    ASSERT_EQ(unshare(CLONE_NEWNS), 0) << strerror(errno);
    ASSERT_EQ(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0) << strerror(errno);
    ASSERT_EQ(mount("none", folder.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=20m"), 0) << strerror(errno);
    create();
    alice = enrol_alice();
  }
  void TearDown() override {
    umount2(folder.c_str(), MNT_DETACH);
    StoreFolder::TearDown();
  }
  // To the last byte.
  void fill() const {
    const int filler = ::open((folder / "filler").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_GE(filler, 0);
    const std::string block(65536, 'x');
    std::size_t size = block.size();
    while (size > 0)
      if (write(filler, block.data(), size) <= 0) size /= 2;
    close(filler);
  }
  std::expected<bool, StoreError> take(Store& store, std::int64_t step) {
    return writing(store, [&](Transaction& tx) {
      tx.append(event_about("alice"));
      return consume_step(tx, alice, step);
    });
  }
  PersonId alice;
};

TEST_P(StoreOnSmallDisk, Logins_go_on_when_it_is_full_and_end_cleanly_when_the_room_is_used_up) {
  auto store = open(GetParam());
  ASSERT_TRUE(store.has_value());
  fill();
  std::int64_t step = 0;
  const int enough = GetParam() == StoreMode::resident ? 10'000 : 1'000;
  for (int i = 0; i < enough; ++i) ASSERT_EQ(take(**store, ++step), true) << i << "\n" << journal.notes();
  store->reset();
  store = open(GetParam());  // a restart in the midst of it
  ASSERT_TRUE(store.has_value()) << journal.notes();
  for (int i = 0; i < 100; ++i) ASSERT_EQ(take(**store, ++step), true) << journal.notes();

  // Large commands use up what is left.
  std::expected<void, StoreError> last;
  int large = 0;
  for (; large < 10'000 && last; ++large)
    last = (*store)->write([](Transaction& tx) {
      for (int i = 0; i < 50; ++i) tx.append(event_about(std::string(200, 'a')));
    });
  EXPECT_EQ(last, std::unexpected(StoreError::full)) << journal.notes();
  EXPECT_NE(journal.notes().find("the disk is full"), std::string::npos);
  // Nothing is accepted that cannot be recorded.
  bool refused = false;
  for (int i = 0; i < 2000 && !refused; ++i) {
    const auto taken = take(**store, ++step);
    if (taken) continue;
    EXPECT_EQ(taken, std::unexpected(StoreError::full)) << journal.notes();
    refused = true;
    EXPECT_EQ(reading(**store,
                      [&](Transaction& tx) {
                        return std::get<TotpFactor>(tx.factors(alice).front().detail).last_step.value;
                      }),
              step - 1);
  }
  EXPECT_TRUE(refused);

  std::filesystem::remove(folder / "filler");
  for (int i = 0; i < 100; ++i) ASSERT_EQ(take(**store, ++step), true) << journal.notes();
  const auto trail = (*store)->verify_trail([] {});
  ASSERT_TRUE(trail.has_value());
  EXPECT_TRUE(trail->damage.empty());
  store->reset();
  EXPECT_EQ(integrity(), "ok");
}

TEST_P(StoreOnSmallDisk, A_store_cannot_be_made_on_a_full_disk_and_leaves_nothing) {
  std::filesystem::remove(path);
  std::filesystem::remove(log_path());
  fill();
  EXPECT_EQ(SqliteStore::create(path, keys, journal, kStart), std::unexpected(StoreError::full));
  EXPECT_FALSE(std::filesystem::exists(path));
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++files;
  EXPECT_EQ(files, 1U);
}

TEST_P(StoreOnSmallDisk, A_read_only_file_system_denies_and_is_used_again_when_it_is_not) {
  ASSERT_EQ(mount("none", folder.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0) << strerror(errno);
  SqliteStore store(path, keys, journal, {.mode = GetParam(), .busy_limit = std::chrono::milliseconds(100)});
  EXPECT_EQ(store.check(), std::unexpected(StoreError::unavailable));
  EXPECT_EQ(take(store, 1), std::unexpected(StoreError::unavailable));
  ASSERT_EQ(mount("none", folder.c_str(), nullptr, MS_REMOUNT, nullptr), 0) << strerror(errno);
  EXPECT_EQ(take(store, 1), true) << journal.notes();
}

INSTANTIATE_TEST_SUITE_P(Modes, StoreOnSmallDisk, testing::Values(StoreMode::resident, StoreMode::per_command),
                         [](const auto& mode) {
                           return mode.param == StoreMode::resident ? "Resident" : "PerCommand";
                         });

}  // namespace
}  // namespace mfa::test
