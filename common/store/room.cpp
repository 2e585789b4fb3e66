#include "common/store/room.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "common/store/failure.h"

namespace mfa {

namespace {

constexpr std::int64_t kLargestChunk = 1LL << 30;  // bytes; SQLite takes an int

constexpr std::size_t kLogHeader = 32;  // bytes

class LogFile {
 public:
  explicit LogFile(const std::string& path)
      : number_(open((path + "-wal").c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW)) {}
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  ~LogFile() {
    if (number_ >= 0) static_cast<void>(close(number_));
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

std::int64_t size_of(const std::string& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0)
    throw StoreFailure(StoreError::unavailable, fmt::format("{} cannot be looked at", path));
  return status.st_size;
}

void set_chunk(Connection& connection, std::int64_t bytes) {
  int chunk = static_cast<int>(bytes);
  connection.control(SQLITE_FCNTL_CHUNK_SIZE, &chunk);
}

}  // namespace

void Room::prepare(Connection& connection) {
  size_ = size_of(path_);
  write_out_log();
  extend(connection);
}

bool Room::refill(Connection& connection) {
  if (left(connection) >= kLowRoom) return false;
  extend(connection);
  return left(connection) < kLowRoom;
}

// SQLite cuts the file to a whole number of chunks after a checkpoint, so one chunk as large as the file keeps it all.
void Room::checkpoint(Connection& connection) {
  set_chunk(connection, size_ <= kLargestChunk ? std::max(size_, kChunk) : kChunk);
  connection.checkpoint();
  size_ = size_of(path_);
  extend(connection);
}

bool Room::scarce(Connection& connection) { return left(connection) < kScarceRoom; }

std::int64_t Room::left(Connection& connection) { return size_ - connection.number("PRAGMA page_count") * kPageSize; }

void Room::extend(Connection& connection) {
  if (left(connection) < kLowRoom) {
    set_chunk(connection, kChunk);
    sqlite3_int64 wanted = size_ - left(connection) + kRoom;
    static_cast<void>(connection.try_control(SQLITE_FCNTL_SIZE_HINT, &wanted));  // what a full disk did give counts
    size_ = size_of(path_);
  }
  limit_pages(connection);
}

void Room::limit_pages(Connection& connection) {
  connection.execute(fmt::format("PRAGMA max_page_count={}", std::max<std::int64_t>(size_ / kPageSize, 1)).c_str());
}

// A log that does not begin with its header holds nothing (https://sqlite.org/fileformat2.html §4). Should this not
// reach the disk, the frames that come back say what the file already holds.
void Room::empty_log() const {
  const LogFile log(path_);
  static constexpr std::array<char, kLogHeader> kZeros{};
  if (log.number() < 0) return;
  [[maybe_unused]] const ssize_t written = pwrite(log.number(), kZeros.data(), kZeros.size(), 0);
}

// Zeros beyond the last frame are no frames to SQLite, which checks each one's salt and sum.
void Room::write_out_log() const {
  const LogFile log(path_);
  struct stat status{};
  if (log.number() < 0 || fstat(log.number(), &status) != 0 || status.st_size >= kLogSize) return;
  static constexpr std::array<char, 65536> kZeros{};
  for (off_t at = status.st_size; at < kLogSize;) {
    const auto part = std::min<std::int64_t>(kLogSize - at, kZeros.size());
    const ssize_t done = pwrite(log.number(), kZeros.data(), static_cast<std::size_t>(part), at);
    if (done <= 0) break;
    at += done;
  }
  // Zeros that are lost after all are written again at the next start.
  static_cast<void>(fdatasync(log.number()));
}

}  // namespace mfa
