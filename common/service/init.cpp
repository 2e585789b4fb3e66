#include "common/service/init.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <utility>

#include "common/service/open_store.h"
#include "common/store/sqlite_store.h"
#include "common/system/descriptor.h"
#include "common/system/error_text.h"
#include "common/system/secure_file.h"

namespace mfa {
namespace {

template <class T>
using Or = std::expected<T, InitFailure>;

constexpr std::chrono::milliseconds kBriefly{200};

InitFailure broken(std::string error) { return {.error = std::move(error), .hint = "Mend that, then run this again."}; }

Or<bool> is_there(const std::string& path) {
  struct stat found{};
  if (lstat(path.c_str(), &found) == 0) return true;
  if (errno == ENOENT) return false;
  return std::unexpected(broken(fmt::format("{}: {}", path, error_text(errno))));
}

Or<KeyRing> key_at(const std::string& path) {
  auto keys = read_key(path);
  if (!keys) return std::unexpected(broken(std::move(keys.error())));
  return *std::move(keys);
}

Or<void> make_key(const std::string& path) {
  const auto text = KeyRing::generate();
  if (!text) return std::unexpected(broken(fmt::format("a key cannot be made: {}", name_of(text.error()))));
  if (auto made = create_file(path, *text, S_IRUSR); !made) return std::unexpected(broken(std::move(made.error())));
  return {};
}

// Gives the key the name it is found by, for good.
Or<void> publish_key(const std::string& unfinished, const std::string& path) {
  if (renameat2(AT_FDCWD, unfinished.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0)
    return std::unexpected(broken(fmt::format("{}: cannot name it: {}", path, error_text(errno))));
  const Descriptor folder(open(path.substr(0, path.rfind('/') + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || fsync(folder.get()) != 0)
    return std::unexpected(broken(fmt::format("{}: cannot bring its folder to the disk", path)));
  return {};
}

// That this is a store and this its key. A running mfad holds it: then it has found so itself.
Or<std::string> check_store(const std::string& path, KeyRing keys, Journal& journal) {
  const auto opened = SqliteStore::open(path, std::move(keys), journal,
                                        {.mode = StoreMode::per_command, .busy_limit = kBriefly, .tell_busy = false});
  if (opened) return "";
  switch (opened.error()) {
    case StoreError::busy:
      return "in use by mfad";
    case StoreError::wrong_key:
      return std::unexpected(InitFailure{.error = fmt::format("{}: the key beside it is not its key.", path),
                                         .hint = "Restore both from the same backup."});
    case StoreError::too_new:
      return std::unexpected(InitFailure{.error = fmt::format("{}: was written by a newer release.", path),
                                         .hint = "Install that release again."});
    case StoreError::damaged:
      return std::unexpected(
          InitFailure{.error = fmt::format("{}: is damaged.", path), .hint = "Restore it from a backup."});
    case StoreError::missing:
    case StoreError::unavailable:
    case StoreError::full:
    case StoreError::keys_full:
      break;
  }
  return std::unexpected(broken(fmt::format("{}: {}", path, name_of(opened.error()))));
}

struct Paths {
  std::string store, key, unfinished_key;
};

InitFailure store_lost(const Paths& paths) {
  return {.error = fmt::format("{} is there, but its store {} is gone.", paths.key, paths.store),
          .hint = "Restore the store from a backup. To begin anew, with nobody enrolled, move the key away first."};
}

InitFailure key_lost(const Paths& paths) {
  return {.error = fmt::format("{} is there, but its key {} is gone.", paths.store, paths.key),
          .hint = "Restore the key from a backup. To begin anew, with nobody enrolled, move the store away first."};
}

Or<std::vector<InitStep>> keep(const Paths& paths, Journal& journal) {
  auto keys = key_at(paths.key);
  if (!keys) return std::unexpected(std::move(keys.error()));
  auto detail = check_store(paths.store, *std::move(keys), journal);
  if (!detail) return std::unexpected(std::move(detail.error()));
  return std::vector<InitStep>{{.what = paths.key, .made = false, .detail = ""},
                               {.what = paths.store, .made = false, .detail = *std::move(detail)}};
}

// Goes on where an earlier attempt ended, if one did.
Or<std::vector<InitStep>> make(const Paths& paths, bool key_begun, bool store_there, Journal& journal, UnixTime now) {
  if (!key_begun) {
    if (auto made = make_key(paths.unfinished_key); !made) return std::unexpected(std::move(made.error()));
  }
  auto keys = key_at(paths.unfinished_key);
  if (!keys) return std::unexpected(std::move(keys.error()));
  if (!store_there) {
    if (auto made = SqliteStore::create(paths.store, *keys, journal, now); !made)
      return std::unexpected(broken(fmt::format("{}: cannot be made: {}", paths.store, name_of(made.error()))));
  }
  if (auto sound = check_store(paths.store, *std::move(keys), journal); !sound)
    return std::unexpected(std::move(sound.error()));
  if (auto done = publish_key(paths.unfinished_key, paths.key); !done) return std::unexpected(std::move(done.error()));
  return std::vector<InitStep>{{.what = paths.key, .made = true, .detail = "back it up, apart from the store"},
                               {.what = paths.store, .made = !store_there, .detail = ""}};
}

}  // namespace

std::expected<std::vector<InitStep>, InitFailure> make_key_and_store(const std::string& store_path, Journal& journal,
                                                                     UnixTime now) {
  const std::string key = key_path_of(store_path);
  const Paths paths{.store = store_path, .key = key, .unfinished_key = key + ".unfinished"};
  const auto store_there = is_there(paths.store);
  const auto key_there = is_there(paths.key);
  const auto key_begun = is_there(paths.unfinished_key);
  for (const auto* found : {&store_there, &key_there, &key_begun})
    if (!*found) return std::unexpected(found->error());
  if (*key_there && *store_there) return keep(paths, journal);
  if (*key_there) return std::unexpected(store_lost(paths));
  if (*store_there && !*key_begun) return std::unexpected(key_lost(paths));
  return make(paths, *key_begun, *store_there, journal, now);
}

}  // namespace mfa
