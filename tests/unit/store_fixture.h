// A folder of its own with a store in it.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>

#include "common/store/sqlite_store.h"
#include "tests/contract/store_samples.h"

namespace mfa::test {

inline KeyRing new_keys() { return KeyRing::parse(KeyRing::generate().value()).value(); }

class StoreFolder : public testing::Test {
 protected:
  void SetUp() override {
    // In memory where possible: what outlives a power cut is not what these tests can show.
    std::string made = access("/dev/shm", W_OK) == 0 ? "/dev/shm/" : testing::TempDir();
    made += "store-XXXXXX";
    ASSERT_NE(mkdtemp(made.data()), nullptr);
    folder = made;
    path = folder / "mfa.db";
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  void create() { ASSERT_TRUE(SqliteStore::create(path, keys, journal, kStart)) << journal.notes(); }
  std::expected<std::unique_ptr<SqliteStore>, StoreError> open(StoreMode mode = StoreMode::resident) {
    return SqliteStore::open(path, keys, journal, {.mode = mode, .busy_limit = std::chrono::milliseconds(10'000)});
  }
  // alice, uid 1001, with one authenticator app.
  PersonId enrol_alice() {
    auto store = open();
    EXPECT_TRUE(store.has_value()) << journal.notes();
    if (!store) return {};
    return writing(**store,
                   [](Transaction& tx) {
                     Person alice = tx.add_person({"alice"}, {1001}, kStart);
                     tx.add_factor(alice.id, totp_factor(1, "12345678901234567890"));
                     return alice.id;
                   })
        .value_or(PersonId{});
  }
  [[nodiscard]] static std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  }
  [[nodiscard]] std::string log_path() const { return path.string() + "-wal"; }
  // What SQLite itself says of the file, the way an administrator would ask.
  [[nodiscard]] std::string integrity() const {
    Connection connection(path);
    auto verdict = connection.prepared("PRAGMA integrity_check");
    return verdict.row() ? verdict.text(0) : "nothing";
  }
  // As someone with an editor for SQLite files would.
  void tamper(const char* sql) const {
    Connection connection(path);
    connection.execute(sql);
  }
  // Runs in a process of its own; returns its exit status, 0 if the work said true.
  static pid_t in_a_process(const std::function<bool()>& work) {
    const pid_t child = fork();
    if (child != 0) return child;
    bool good = false;
    try {
      good = work();
    } catch (...) {
      _exit(2);
    }
    _exit(good ? 0 : 1);
  }
  static int status_of(pid_t child) {
    int status = -1;
    if (waitpid(child, &status, 0) != child) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
  }

  static constexpr UnixTime kStart{1'790'000'000};

  std::filesystem::path folder;
  std::filesystem::path path;
  RecordingJournal journal;
  KeyRing keys = new_keys();
};

}  // namespace mfa::test
