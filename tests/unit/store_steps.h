// What a look into the store costs, in instructions of SQLite's virtual machine: the same on every machine and day.
#pragma once

#include <sqlite3.h>

namespace mfa::test {

// Counts on every connection opened while it is there.
class StepCounter {
 public:
  StepCounter() { sqlite3_auto_extension(reinterpret_cast<void (*)()>(&watch)); }
  StepCounter(const StepCounter&) = delete;
  StepCounter& operator=(const StepCounter&) = delete;
  ~StepCounter() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&watch)); }

  // Instructions of the second run, when all is prepared and read.
  template <class Run>
  static int of(Run run) {
    run();
    steps_ = 0;
    run();
    return steps_;
  }

 private:
  static int watch(sqlite3* database, const char**, const struct sqlite3_api_routines*) {
    sqlite3_progress_handler(database, 1, [](void*) { return (++steps_, 0); }, nullptr);
    return SQLITE_OK;
  }
  static inline int steps_ = 0;
};

}  // namespace mfa::test
