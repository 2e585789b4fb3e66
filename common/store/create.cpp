// Making a store: in memory first, then as a file that appears under its name complete or not at all.

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "common/store/schema.h"
#include "common/store/sqlite_store.h"

namespace mfa {

namespace {

// "mfa.db" is written as "mfa.db.new-<16 hex digits>" and linked to its name.
constexpr std::string_view kNewMark = ".new-";

[[noreturn]] void give_up(const char* doing) {
  throw StoreFailure(errno == ENOSPC || errno == EDQUOT ? StoreError::full : StoreError::unavailable,
                     fmt::format("{}: {}", doing, std::generic_category().message(errno)));
}

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

// Removes its file when it goes.
class NewFile {
 public:
  explicit NewFile(std::string name)
      : name_(std::move(name)),
        descriptor_(open(name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (descriptor_.number() < 0) give_up("new file");
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() { static_cast<void>(unlink(name_.c_str())); }

  void fill(std::string_view bytes) {
    // Locked as long as its maker lives: see sweep_up().
    if (flock(descriptor_.number(), LOCK_EX | LOCK_NB) != 0 || fchmod(descriptor_.number(), 0600) != 0)
      give_up("new file");
    while (!bytes.empty()) {
      const ssize_t written = write(descriptor_.number(), bytes.data(), bytes.size());
      if (written <= 0) give_up("write the new file");
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (fsync(descriptor_.number()) != 0) give_up("sync the new file");
  }

  // link(2) never replaces anything.
  void appear_as(const std::string& path) {
    if (link(name_.c_str(), path.c_str()) != 0) give_up("name the new file");
  }

 private:
  std::string name_;
  Descriptor descriptor_;
};

void sync_folder(const std::string& folder) {
  const Descriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.number() < 0 || fsync(descriptor.number()) != 0) give_up("sync the folder");
}

// Files that someone who was killed half-way left behind: those that nobody holds a lock on.
void sweep_up(const std::string& folder, const std::string& begins_with) {
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(folder.c_str()), &closedir);
  if (!entries) return;
  while (const dirent* entry = readdir(entries.get())) {
    if (!std::string_view(entry->d_name).starts_with(begins_with)) continue;
    const Descriptor file(openat(dirfd(entries.get()), entry->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file.number() >= 0 && flock(file.number(), LOCK_EX | LOCK_NB) == 0)
      static_cast<void>(unlinkat(dirfd(entries.get()), entry->d_name, 0));
  }
}

// WAL is a property of the file: the format versions in its header (https://sqlite.org/fileformat2.html §1.3.3). A
// database in memory cannot be told so.
std::string file_image(Connection& connection) {
  constexpr std::size_t kWriteVersion = 18;
  constexpr std::size_t kReadVersion = 19;
  constexpr char kLog = 2;
  std::string image = connection.serialized();
  image.at(kWriteVersion) = kLog;
  image.at(kReadVersion) = kLog;
  return image;
}

struct Made {
  std::string image;
  Event event;
  TrailMark mark;
};

Made make(const KeyRing& keys, UnixTime now) {
  const auto connection = Connection::in_memory();
  connection->execute("BEGIN IMMEDIATE");
  make_store(*connection, keys, now);
  TrailHead head = read_head(*connection, keys);
  Event event;
  event.kind = EventKind::store_created;
  event.at = now;
  append_event(*connection, keys, event, head);
  connection->execute("COMMIT");
  return {file_image(*connection), event, mark_of(keys, head)};
}

void create_file(const std::string& path, std::string_view image) {
  const auto slash = path.rfind('/');
  const std::string folder = path.substr(0, slash + 1);
  sweep_up(folder, path.substr(slash + 1) + std::string(kNewMark));
  if (access(path.c_str(), F_OK) == 0) {
    errno = EEXIST;
    give_up("create");
  }
  std::array<std::uint8_t, 8> random{};
  random_bytes(random);
  {
    NewFile file(path + std::string(kNewMark) + to_hex(random));
    file.fill(image);
    file.appear_as(path);
  }
  sync_folder(folder);
}

}  // namespace

std::expected<void, StoreError> SqliteStore::create(const std::string& path, const KeyRing& keys, Journal& journal,
                                                    UnixTime now) {
  try {
    const Made made = make(keys, now);
    create_file(resolved_folder_of(path), made.image);
    journal.record(made.event, made.mark);
  } catch (const StoreFailure& failure) {
    journal.note(Severity::error, fmt::format("store {}: {}", path, failure.detail()));
    return std::unexpected(failure.error());
  } catch (const std::exception&) {
    return std::unexpected(StoreError::unavailable);
  }
  // Opened once, to see that it opens and to take the room it needs.
  if (auto opened = open(path, keys, journal); !opened) return std::unexpected(opened.error());
  return {};
}

}  // namespace mfa
