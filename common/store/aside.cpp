#include "common/store/aside.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <system_error>

#include "common/store/failure.h"
#include "common/store/new_file.h"

namespace mfa {

namespace {

// SQLite takes what lies under these names for a store's own (https://sqlite.org/tempfiles.html).
constexpr std::array<const char*, 2> kBeside{"-wal", "-journal"};

[[noreturn]] void fail(std::string_view doing, const std::string& path, int error) {
  throw StoreFailure(StoreError::unavailable,
                     fmt::format("cannot {} {}: {}", doing, path, std::generic_category().message(error)));
}

bool is_there(const std::string& path) {
  struct stat status{};
  return lstat(path.c_str(), &status) == 0;
}

bool is_free(const std::string& path) {
  bool free = !is_there(path);
  for (const char* beside : kBeside) free = free && !is_there(path + beside);
  return free;
}

std::string free_name(const std::string& path, UnixTime now) {
  const std::time_t seconds = now.seconds;
  std::tm time{};
  if (gmtime_r(&seconds, &time) == nullptr) throw StoreFailure(StoreError::unavailable, "the time makes no sense");
  const std::string wanted = fmt::format("{}.replaced-{:04}{:02}{:02}-{:02}{:02}{:02}", path, time.tm_year + 1900,
                                         time.tm_mon + 1, time.tm_mday, time.tm_hour, time.tm_min, time.tm_sec);
  std::string name = wanted;
  for (int more = 2; !is_free(name); ++more) name = fmt::format("{}-{}", wanted, more);
  return name;
}

}  // namespace

ReplacingLock::ReplacingLock(const std::string& path)
    : folder_(open(path.substr(0, path.rfind('/') + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (folder_ < 0) fail("open the folder of", path, errno);
  if (flock(folder_, LOCK_EX | LOCK_NB) == 0) return;
  static_cast<void>(close(folder_));
  throw StoreFailure(StoreError::busy, "another restore is under way");
}

ReplacingLock::~ReplacingLock() { static_cast<void>(close(folder_)); }

Aside::Aside(const std::string& path, UnixTime now, bool quiet) : name_(free_name(path, now)) {
  const bool there = is_there(path);
  try {
    if (quiet)
      keep(path);
    else
      move_away(path);
  } catch (const StoreFailure&) {
    put_back();
    throw;
  }
  if (!there) name_.clear();
}

void Aside::keep(const std::string& path) {
  if (link(path.c_str(), name_.c_str()) != 0) fail("keep", path, errno);
  linked_ = true;
  for (const char* beside : kBeside)
    if (unlink((path + beside).c_str()) != 0 && errno != ENOENT) fail("remove", path + beside, errno);
  sync_folder_of(path);
}

void Aside::move_away(const std::string& path) {
  for (const char* beside : {"", kBeside[0], kBeside[1]}) {
    const std::string from = path + beside;
    if (!is_there(from)) continue;
    if (std::rename(from.c_str(), (name_ + beside).c_str()) != 0) fail("move", from, errno);
    moved_.emplace_back(from, name_ + beside);
    sync_folder_of(path);
  }
}

// The file last, so that it is never there without its log.
void Aside::put_back() {
  if (std::exchange(linked_, false)) static_cast<void>(unlink(name_.c_str()));
  for (; !moved_.empty(); moved_.pop_back()) {
    const auto& [from, to] = moved_.back();
    if (std::rename(to.c_str(), from.c_str()) != 0)
      throw StoreFailure(StoreError::unavailable,
                         fmt::format("{} lies at {} now: {}", from, to, std::generic_category().message(errno)));
  }
}

}  // namespace mfa
