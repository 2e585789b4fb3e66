#include "common/service/open_store.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/store/sqlite_store.h"
#include "common/system/secure_file.h"

namespace mfa {
namespace {

constexpr mode_t kKeyMode = S_IRUSR;

FileRules rules_of_key() { return {.owners = {Uid{geteuid()}}, .most = kLargestKeyFile}; }

KeyFile key_file_at(const std::string& path) {
  return {.read = [path] { return read_file(path, rules_of_key()); },
          .replace = [path](const Secret& text) { return replace_file(path, text, kKeyMode); }};
}

}  // namespace

std::string key_path_of(const std::string& store_path) {
  return store_path.substr(0, store_path.rfind('/') + 1) + "key";
}

ClosedFolder closed_to_programs(const std::string& store_path) {
  return {.path = store_path.substr(0, store_path.rfind('/')), .open = "gateways"};
}

std::expected<KeyRing, std::string> read_key(const std::string& path) {
  auto text = read_file(path, rules_of_key());
  if (!text) return std::unexpected(std::move(text.error()));
  auto keys = KeyRing::parse(*text);
  if (!keys) return std::unexpected(fmt::format("{}: {}", path, name_of(keys.error())));
  return *std::move(keys);
}

namespace {

std::expected<std::shared_ptr<SqliteStore>, StoreError> closed_store(const std::string& store_path, Journal& journal,
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
  return std::make_shared<SqliteStore>(
      store_path, *std::move(keys), journal,
      StoreOptions{.mode = resident ? StoreMode::resident : StoreMode::per_command, .key_file = key_file_at(key_path)});
}

}  // namespace

std::expected<std::shared_ptr<Store>, StoreError> open_store(const std::string& store_path, Journal& journal,
                                                             bool resident) {
  auto store = closed_store(store_path, journal, resident);
  if (!store) return std::unexpected(store.error());
  // For each command it is opened anyway; to try it first would be one more time.
  if (resident)
    if (auto opened = (*store)->check(); !opened) return std::unexpected(opened.error());
  return *std::move(store);
}

std::expected<std::shared_ptr<Store>, StoreError> store_to_replace(const std::string& store_path, Journal& journal,
                                                                   bool resident) {
  auto store = closed_store(store_path, journal, resident);
  if (!store) return std::unexpected(store.error());
  return *std::move(store);
}

}  // namespace mfa
