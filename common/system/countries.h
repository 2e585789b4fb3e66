// In which country an address is, by a file in MaxMind's format (libmaxminddb).
//
// Answers a code of two capitals or nothing, never an empty one: nothing where the file is missing, damaged or silent
// about the address, and for a private address if `home` is empty. That no database is configured at all, which trust
// tells apart from a country that cannot be told, is for who knows the configuration (Settings::geo_database).
//
// The file is copied before it is used: whoever overwrites it in place, rather than replacing it, must not kill the
// service (SIGBUS) or show it halves of two files. Needs /proc. Safe to use from several threads.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/ports/system.h"

namespace mfa {

inline constexpr std::int64_t kLargestCountryDatabase = std::int64_t{256} << 20U;  // bytes

class DatabaseCountries final : public Countries {
 public:
  // `database`: a path, or empty for none. `home`: the country of private addresses, or empty. The file is opened at
  // the first question and again whenever another one lies there (one stat(2) a question).
  DatabaseCountries(std::string database, std::string home);
  ~DatabaseCountries() override;
  DatabaseCountries(const DatabaseCountries&) = delete;
  DatabaseCountries& operator=(const DatabaseCountries&) = delete;

  [[nodiscard]] std::optional<std::string> country_of(const Address& address) override;
  // When its makers built the database that lies there; nothing if none can be read.
  [[nodiscard]] std::optional<UnixTime> made();

 private:
  class Database;
  struct Version;
  // The database as it lies there now; null if there is none that can be read.
  [[nodiscard]] std::shared_ptr<const Database> current();

  std::string path_, home_;
  std::mutex mutex_;
  std::unique_ptr<const Version> version_;    // of the file that was read last; null: none was
  std::shared_ptr<const Database> database_;  // null: that file is no database
};

}  // namespace mfa
