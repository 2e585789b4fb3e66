#include "common/store/failure.h"

#include <sqlite3.h>

namespace mfa {

StoreError meaning_of(int sqlite_code) {
  switch (sqlite_code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StoreError::busy;
    case SQLITE_FULL:
      return StoreError::full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return StoreError::damaged;
    default:
      return StoreError::unavailable;
  }
}

bool calls_for_a_check(int sqlite_code) {
  switch (sqlite_code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return true;
    // A sync that failed has been rolled back, and the next commit writes the same frames again.
    case SQLITE_IOERR:
      return sqlite_code != SQLITE_IOERR_FSYNC && sqlite_code != SQLITE_IOERR_NOMEM;
    default:
      return false;
  }
}

}  // namespace mfa
