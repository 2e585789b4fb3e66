#include "common/store/new_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

#include "common/store/crypto.h"
#include "common/store/failure.h"

namespace mfa {

namespace {

[[noreturn]] void give_up(std::string_view doing, int error) {
  throw StoreFailure(error == ENOSPC || error == EDQUOT ? StoreError::full : StoreError::unavailable,
                     fmt::format("{}: {}", doing, std::generic_category().message(error)));
}
[[noreturn]] void give_up(std::string_view doing) { give_up(doing, errno); }

// What this process makes, and so does not sweep up: to see whose it is one has to open it, and to close it again would
// drop the locks of what it has become meanwhile.
class OwnNames {
 public:
  void add(const std::string& name) {
    const std::lock_guard lock(mutex_);
    names_.insert(name);
  }
  void remove(const std::string& name) {
    const std::lock_guard lock(mutex_);
    names_.erase(name);
  }
  [[nodiscard]] bool has(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return names_.contains(name);
  }

 private:
  std::mutex mutex_;
  std::set<std::string> names_;
};
OwnNames& own_names() {
  static OwnNames names;
  return names;
}

std::string without_folder(const std::string& path) { return path.substr(path.rfind('/') + 1); }

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) static_cast<void>(close(number_));
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

// Those that nobody holds a lock on, with what SQLite keeps beside them.
void sweep_up(const std::string& folder, const std::string& begins_with) {
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(folder.c_str()), &closedir);
  if (!entries) return;
  while (const dirent* entry = readdir(entries.get())) {
    if (!std::string_view(entry->d_name).starts_with(begins_with) || own_names().has(entry->d_name)) continue;
    const Descriptor file(openat(dirfd(entries.get()), entry->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file.number() >= 0 && flock(file.number(), LOCK_EX | LOCK_NB) == 0)
      static_cast<void>(unlinkat(dirfd(entries.get()), entry->d_name, 0));
  }
}

std::string random_name(const std::string& beside, std::string_view kind) {
  std::array<std::uint8_t, 8> random{};
  random_bytes(random);
  return fmt::format("{}.{}-{}", beside, kind, to_hex(random));
}

}  // namespace

NewFile::NewFile(const std::string& beside, std::string_view kind) {
  const auto slash = beside.rfind('/');
  sweep_up(beside.substr(0, slash + 1), fmt::format("{}.{}-", beside.substr(slash + 1), kind));
  std::string name = random_name(beside, kind);
  own_name_ = without_folder(name);
  own_names().add(own_name_);
  descriptor_ = open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  int error = descriptor_ < 0 ? errno : 0;
  if (error == 0) {
    name_ = std::move(name);
    if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0 || fchmod(descriptor_, 0600) != 0) error = errno;
  }
  if (error == 0) return;
  let_go();
  give_up("new file", error);
}

NewFile::~NewFile() { let_go(); }

void NewFile::let_go() noexcept {
  if (!name_.empty()) static_cast<void>(unlink(name_.c_str()));
  name_.clear();
  if (descriptor_ >= 0) static_cast<void>(close(std::exchange(descriptor_, -1)));
  own_names().remove(own_name_);
}

void NewFile::append(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) give_up("write the new file");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void NewFile::overwrite(std::int64_t at, std::span<const std::uint8_t> bytes) {
  if (pwrite(descriptor_, bytes.data(), bytes.size(), at) != static_cast<ssize_t>(bytes.size()))
    give_up("write the new file");
}

std::size_t NewFile::read(std::span<std::uint8_t> into) {
  ssize_t got = -1;
  do {
    got = pread(descriptor_, into.data(), into.size(), read_);
  } while (got < 0 && errno == EINTR);
  if (got < 0) give_up("read the new file");
  read_ += got;
  return static_cast<std::size_t>(got);
}

std::int64_t NewFile::size() const {
  struct stat status{};
  if (fstat(descriptor_, &status) != 0) give_up("look at the new file");
  return status.st_size;
}

void NewFile::sync() const {
  if (fsync(descriptor_) != 0) give_up("sync the new file");
}

void NewFile::forget_name() {
  if (unlink(name_.c_str()) != 0) give_up("unlink the new file");
  name_.clear();
}

// link(2) never replaces anything.
void NewFile::appear_as(const std::string& path) const {
  if (link(name_.c_str(), path.c_str()) != 0) give_up("name the new file");
}

void NewFile::take_the_place_of(const std::string& path) {
  if (std::rename(name_.c_str(), path.c_str()) != 0) give_up("name the new file");
  name_.clear();
  let_go();
}

void sync_folder_of(const std::string& path) {
  const Descriptor folder(open(path.substr(0, path.rfind('/') + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.number() < 0 || fsync(folder.number()) != 0) give_up("sync the folder");
}

}  // namespace mfa
