// The configuration that is in force: a snapshot that sessions keep while it is swapped whole. A new one that has
// mistakes changes nothing. Safe to use from many threads.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "common/service/session.h"

namespace mfa {

class CurrentConfiguration {
 public:
  // Reads nothing yet.
  explicit CurrentConfiguration(std::string path, Uid owner = Uid{0}) : path_(std::move(path)), owner_(owner) {}

  // Reads the files anew. Empty: they are in force now; otherwise their mistakes, "file:line:column: text" each.
  // A file that is not there is a mistake like any other: taking a policy away must not open a door.
  std::vector<std::string> reload();

  [[nodiscard]] Snapshot snapshot() const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  const std::string path_;
  const Uid owner_;
  mutable std::mutex mutex_;  // guards all below
  Snapshot snapshot_;
};

}  // namespace mfa
