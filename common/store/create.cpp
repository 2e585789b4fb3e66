// Making a store: in memory first, then as a file that appears under its name complete or not at all.

#include <fmt/format.h>
#include <unistd.h>

#include "common/store/new_file.h"
#include "common/store/schema.h"
#include "common/store/sqlite_store.h"

namespace mfa {

namespace {

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
  return {file_image(*connection), event, mark_of(keys, event, head)};
}

void create_file(const std::string& path, std::string_view image) {
  if (access(path.c_str(), F_OK) == 0) throw StoreFailure(StoreError::unavailable, "create: it is there already");
  {
    NewFile file(path, "new");
    file.append({reinterpret_cast<const std::uint8_t*>(image.data()), image.size()});
    file.sync();
    file.appear_as(path);
  }
  sync_folder_of(path);
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
