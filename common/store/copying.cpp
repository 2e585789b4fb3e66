#include "common/store/copying.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "common/store/failure.h"

namespace mfa {

namespace {

// Without SQLite's number: it is about the copy, and no reason to doubt the store.
[[noreturn]] void fail(int result) {
  const StoreError error = (result & 0xFF) == SQLITE_FULL ? StoreError::full : StoreError::unavailable;
  throw StoreFailure(error, fmt::format("copy: {} (sqlite {})", sqlite3_errstr(result), result));
}

}  // namespace

void Copying::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }
void Copying::Finish::operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }

// What is written can be thrown away at any moment, so nothing is synced and no journal kept.
Copying::Copying(Connection& source, const std::string& target) {
  sqlite3* opened = nullptr;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  int result = sqlite3_open_v2(target.c_str(), &opened, kFlags, /*zVfs=*/nullptr);
  target_.reset(opened);
  if (result == SQLITE_OK)
    result = sqlite3_exec(opened,
                          "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                          "PRAGMA temp_store=MEMORY",
                          nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) fail(result);
  backup_.reset(sqlite3_backup_init(opened, "main", source.handle(), "main"));
  if (!backup_) fail(sqlite3_extended_errcode(opened));
}

Copying::~Copying() = default;

bool Copying::step(int pages) {
  const int result = sqlite3_backup_step(backup_.get(), pages);
  if (result == SQLITE_OK) return false;
  if (result != SQLITE_DONE) fail(result);
  const int finished = sqlite3_backup_finish(backup_.release());
  if (finished != SQLITE_OK) fail(finished);
  if (const int closed = sqlite3_close(target_.release()); closed != SQLITE_OK) fail(closed);
  return true;
}

}  // namespace mfa
