#include "common/service/open_store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/store/sqlite_store.h"
#include "common/system/secure_file.h"

namespace mfa {
namespace {

constexpr StoreOptions kPerCommand{.mode = StoreMode::per_command};

}  // namespace

std::string key_path_of(const std::string& store_path) {
  return store_path.substr(0, store_path.rfind('/') + 1) + "key";
}

ClosedFolder closed_to_programs(const std::string& store_path) {
  return {.path = store_path.substr(0, store_path.rfind('/')), .open = "gateways"};
}

std::expected<KeyRing, std::string> read_key(const std::string& path) {
  auto text = read_file(path, {.owners = {Uid{geteuid()}}});
  if (!text) return std::unexpected(std::move(text.error()));
  auto keys = KeyRing::parse(*text);
  if (!keys) return std::unexpected(fmt::format("{}: {}", path, name_of(keys.error())));
  return *std::move(keys);
}

std::expected<std::shared_ptr<Store>, StoreError> open_store(const std::string& store_path, Journal& journal,
                                                             bool resident) {
  const std::string key_path = key_path_of(store_path);
  if (access(key_path.c_str(), F_OK) != 0 && errno == ENOENT) {
    journal.note(Severity::error,
                 fmt::format("no key at {}; if this host is new, run: mfa-enroll admin init", key_path));
    return std::unexpected(StoreError::missing);
  }
  auto keys = read_key(key_path);
  if (!keys) {
    journal.note(Severity::error, fmt::format("the key cannot be used: {}", keys.error()));
    return std::unexpected(StoreError::wrong_key);
  }
  // For each command it is opened anyway; to try it first would be one more time.
  if (!resident) return std::make_shared<SqliteStore>(store_path, *std::move(keys), journal, kPerCommand);
  auto opened = SqliteStore::open(store_path, *std::move(keys), journal);
  if (!opened) return std::unexpected(opened.error());
  return std::shared_ptr<Store>(*std::move(opened));
}

}  // namespace mfa
