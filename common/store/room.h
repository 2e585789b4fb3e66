// Room kept aside, so that a full disk does not stop logins: a used code can still be remembered.
//
// The file is larger than what it holds, the log is written out once to the size it may grow to, and the number of
// pages never exceeds what the file has room for: a statement then fails cleanly, and a commit or checkpoint never for
// want of space. A login takes about 200 bytes of it. When there is space on the disk again, the room is restored.
#pragma once

#include <cstdint>
#include <string>

#include "common/store/connection.h"

namespace mfa {

inline constexpr std::int64_t kPageSize = 4096;          // bytes; SQLite's default
inline constexpr std::int64_t kRoom = 4LL << 20;         // bytes beyond what the file holds
inline constexpr std::int64_t kChunk = 1LL << 20;        // bytes; the file is a whole number of them
inline constexpr std::int64_t kLogSize = 8LL << 20;      // bytes of log written out beforehand
inline constexpr std::int64_t kLowRoom = kRoom / 4;      // below it more is taken
inline constexpr std::int64_t kScarceRoom = 64LL << 10;  // below it commands no longer share a commit

class Room {
 public:
  explicit Room(std::string path) : path_(std::move(path)) {}

  // On a connection just opened. Throws StoreFailure only if the file cannot be looked at.
  void prepare(Connection& connection);
  // Between commits: takes more if little is left. True if the disk gave none although it was asked.
  bool refill(Connection& connection);
  // Moves the log into the file and keeps the room, which SQLite would give back to the file system.
  void checkpoint(Connection& connection);
  // After a checkpoint and before closing: to whoever opens the file next the log is empty.
  void empty_log() const;

  [[nodiscard]] bool scarce(Connection& connection);
  [[nodiscard]] std::int64_t left(Connection& connection);  // bytes

 private:
  void extend(Connection& connection);
  void limit_pages(Connection& connection);
  void write_out_log() const;

  std::string path_;
  std::int64_t size_ = 0;  // of the file, in bytes
};

}  // namespace mfa
