// What goes wrong inside the store: the one exception of this adapter, which never leaves it, and what SQLite's result
// codes mean to a caller.
//
// The coarse StoreError is for flows; the detail (SQLite's words and extended code) is for the journal.
#pragma once

#include <exception>
#include <string>
#include <utility>

#include "common/ports/store.h"

namespace mfa {

class StoreFailure : public std::exception {
 public:
  StoreFailure(StoreError error, std::string detail, int sqlite_code = 0)
      : error_(error), detail_(std::move(detail)), sqlite_code_(sqlite_code) {}

  [[nodiscard]] StoreError error() const { return error_; }
  [[nodiscard]] const std::string& detail() const { return detail_; }
  [[nodiscard]] int sqlite_code() const { return sqlite_code_; }  // extended; 0: not SQLite's
  [[nodiscard]] const char* what() const noexcept override { return detail_.c_str(); }

 private:
  StoreError error_;
  std::string detail_;
  int sqlite_code_;
};

// Of an extended result code (https://sqlite.org/rescode.html).
[[nodiscard]] StoreError meaning_of(int sqlite_code);

// After such a code the connection is not to be trusted: a file system that was shut down says "write failed" (778)
// and then "malformed" (11). Open anew and check before the store is called damaged.
[[nodiscard]] bool calls_for_a_check(int sqlite_code);

}  // namespace mfa
