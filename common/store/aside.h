// The store whose place another one takes, kept beside it: "mfa.db.replaced-20261123-170259", with the log that holds
// its last commits.
//
// A log is not tied to its file: whichever lies beside a store is read as that store's. So before another one comes,
// the old log is gone from its name, and the disk knows it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/domain/types.h"

namespace mfa {

// One at a time replaces the store of a folder, of all processes. Throws StoreFailure busy.
class ReplacingLock {
 public:
  explicit ReplacingLock(const std::string& path);
  ReplacingLock(const ReplacingLock&) = delete;
  ReplacingLock& operator=(const ReplacingLock&) = delete;
  ~ReplacingLock();

 private:
  int folder_ = -1;
};

class Aside {
 public:
  // `quiet`: the file itself holds all commits, and nobody else can open it. Then it stays under its own name as well,
  // so that there is a store at any moment, and the log goes. Else both are moved away, the file first: without its log
  // it lacks what was used last. Throws StoreFailure, having put all back.
  Aside(const std::string& path, UnixTime now, bool quiet);

  [[nodiscard]] const std::string& name() const { return name_; }  // empty: there was none
  // What was moved is back in its place. Throws StoreFailure that says where it lies if that cannot be.
  void put_back();

 private:
  void keep(const std::string& path);
  void move_away(const std::string& path);

  std::string name_;
  bool linked_ = false;
  std::vector<std::pair<std::string, std::string>> moved_;  // from, to
};

}  // namespace mfa
