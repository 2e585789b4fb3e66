#include "common/system/countries.h"

#include <fcntl.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

#include "common/domain/country.h"
#include "common/system/descriptor.h"

namespace mfa {
namespace {

bool is_code(std::string_view text) {
  return text.size() == 2 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

sockaddr_storage socket_address_of(const Address& address) {
  sockaddr_storage storage{};
  if (address.v6) {
    sockaddr_in6 of_v6{};
    of_v6.sin6_family = AF_INET6;
    std::memcpy(&of_v6.sin6_addr, address.bytes.data(), sizeof of_v6.sin6_addr);
    std::memcpy(&storage, &of_v6, sizeof of_v6);
  } else {
    sockaddr_in of_v4{};
    of_v4.sin_family = AF_INET;
    std::memcpy(&of_v4.sin_addr, address.bytes.data(), sizeof of_v4.sin_addr);
    std::memcpy(&storage, &of_v4, sizeof of_v4);
  }
  return storage;
}

// All of `from`, at most `size` bytes, in memory under a name that only this process has; sealed.
Descriptor copy_of(const Descriptor& from, std::int64_t size) {
  Descriptor copy(::memfd_create("mfa-countries", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!copy) return {};
  while (size > 0) {
    const ssize_t sent = ::sendfile(copy.get(), from.get(), nullptr, static_cast<std::size_t>(size));
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return {};  // an error, or the file has become shorter
    size -= sent;
  }
  constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  if (::fcntl(copy.get(), F_ADD_SEALS, kSeals) != 0) return {};
  return copy;
}

}  // namespace

// What tells one file from another, and one state of it from the next.
struct DatabaseCountries::Version {
  dev_t device;
  ino_t number;
  off_t size;
  timespec modified, changed;

  explicit Version(const struct stat& file)
      : device(file.st_dev), number(file.st_ino), size(file.st_size), modified(file.st_mtim), changed(file.st_ctim) {}
  bool operator==(const Version& other) const {
    return device == other.device && number == other.number && size == other.size && same(modified, other.modified) &&
           same(changed, other.changed);
  }
  // Of the same file: whether it still has the bytes it had. That it lost its name meanwhile shows in `changed` alone.
  [[nodiscard]] bool has_bytes_of(const Version& other) const {
    return size == other.size && same(modified, other.modified);
  }

 private:
  static bool same(const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }
};

class DatabaseCountries::Database {
 public:
  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() {
    if (open_) ::MMDB_close(&handle_);
  }

  // False if it is no database.
  [[nodiscard]] bool open(const Descriptor& file) {
    const std::string name = "/proc/self/fd/" + std::to_string(file.get());
    open_ = ::MMDB_open(name.c_str(), MMDB_MODE_MMAP, &handle_) == MMDB_SUCCESS;
    return open_;
  }

  [[nodiscard]] std::optional<std::string> country_of(const Address& address) const {
    const sockaddr_storage where = socket_address_of(address);
    int error = MMDB_SUCCESS;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): how socket addresses are passed
    MMDB_lookup_result_s found = ::MMDB_lookup_sockaddr(&handle_, reinterpret_cast<const sockaddr*>(&where), &error);
    if (error != MMDB_SUCCESS || !found.found_entry) return std::nullopt;
    for (const char* key : {"country", "registered_country"}) {
      const std::array<const char*, 3> path{key, "iso_code", nullptr};
      MMDB_entry_data_s value{};
      const int status = ::MMDB_aget_value(&found.entry, &value, path.data());
      if (status == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR) continue;  // there is no such key
      if (status != MMDB_SUCCESS || !value.has_data || value.type != MMDB_DATA_TYPE_UTF8_STRING) return std::nullopt;
      const std::string_view code(value.utf8_string, value.data_size);
      return is_code(code) ? std::optional(std::string(code)) : std::nullopt;
    }
    return std::nullopt;
  }

  [[nodiscard]] UnixTime made() const { return {static_cast<std::int64_t>(handle_.metadata.build_epoch)}; }

 private:
  MMDB_s handle_{};
  bool open_ = false;
};

DatabaseCountries::DatabaseCountries(std::string database, std::string home)
    : path_(std::move(database)), home_(std::move(home)) {}

DatabaseCountries::~DatabaseCountries() = default;

std::shared_ptr<const DatabaseCountries::Database> DatabaseCountries::current() {
  if (path_.empty()) return nullptr;
  struct stat file{};
  const bool there = ::stat(path_.c_str(), &file) == 0;
  const std::scoped_lock lock(mutex_);
  if (there && version_ && *version_ == Version(file)) return database_;

  version_.reset();
  database_.reset();
  if (!there || !S_ISREG(file.st_mode)) return nullptr;
  const Descriptor opened(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!opened || ::fstat(opened.get(), &file) != 0) return nullptr;
  const Version version(file);
  if (S_ISREG(file.st_mode) && file.st_size > 0 && file.st_size <= kLargestCountryDatabase) {
    const Descriptor copy = copy_of(opened, file.st_size);
    // Somebody may have written in it meanwhile: then the next question looks again.
    if (::fstat(opened.get(), &file) != 0 || !Version(file).has_bytes_of(version)) return nullptr;
    if (!copy) return nullptr;
    auto database = std::make_shared<Database>();
    if (database->open(copy)) database_ = std::move(database);
  }
  version_ = std::make_unique<const Version>(version);
  return database_;
}

std::optional<std::string> DatabaseCountries::country_of(const Address& address) {
  if (is_private(address)) return home_.empty() ? std::nullopt : std::optional(home_);
  const std::shared_ptr<const Database> database = current();
  return database ? database->country_of(address) : std::nullopt;
}

std::optional<UnixTime> DatabaseCountries::made() {
  const std::shared_ptr<const Database> database = current();
  return database ? std::optional(database->made()) : std::nullopt;
}

}  // namespace mfa
