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
  // `named`: somebody asked for this very file, so that it must be there. Reads nothing yet.
  CurrentConfiguration(std::string path, bool named, Uid owner = Uid{0})
      : path_(std::move(path)), named_(named), owner_(owner) {}

  // Reads the files anew. Empty: they are in force now; otherwise their mistakes, "file:line:column: text" each.
  // Without the default file there are defaults, but never in the place of a file that was there: taking a policy away
  // must not open a door.
  std::vector<std::string> reload();

  [[nodiscard]] Snapshot snapshot() const;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool defaults() const;  // in force are the defaults, for want of a file

 private:
  [[nodiscard]] bool may_be_absent() const;

  const std::string path_;
  const bool named_;
  const Uid owner_;
  mutable std::mutex mutex_;  // guards all below
  Snapshot snapshot_;
  bool defaults_ = false;
};

}  // namespace mfa
