// A copy of an open store, page by page, while its connection goes on being used in between: what changes meanwhile is
// in the copy too (https://sqlite.org/c3ref/backup_finish.html, "Concurrent Usage").
#pragma once

#include <memory>
#include <string>

#include "common/store/connection.h"

struct sqlite3_backup;

namespace mfa {

class Copying {
 public:
  // `target` is an empty file. Throws StoreFailure.
  Copying(Connection& source, const std::string& target);
  Copying(const Copying&) = delete;
  Copying& operator=(const Copying&) = delete;
  ~Copying();

  // Copies so many pages more, -1: all. True: that was the last of them. Throws StoreFailure.
  [[nodiscard]] bool step(int pages);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  struct Finish {
    void operator()(sqlite3_backup* backup) const;
  };
  std::unique_ptr<sqlite3, Close> target_;
  std::unique_ptr<sqlite3_backup, Finish> backup_;
};

}  // namespace mfa
