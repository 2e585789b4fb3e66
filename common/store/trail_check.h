// The whole trail checked in parts, each of which sees one state of the store; others change it in between.
//
// A purge that begins meanwhile is on record as soon as the first row has lost its detail, so each part first reads
// what was recorded since. A new key, or another store in this one's place, begins the walk anew; what goes on changing
// is `busy` in the end. Throws StoreFailure.
#pragma once

#include <optional>

#include "common/store/connection.h"
#include "common/store/keyring.h"
#include "common/store/trail.h"
#include "common/store/trail_walk.h"

namespace mfa {

class TrailCheck {
 public:
  // Inside one transaction; some 10 ms. False: that was the last part.
  [[nodiscard]] bool go_on(Connection& connection, const KeyRing& keys);
  // After the last part; nothing of the store is looked at any more.
  [[nodiscard]] TrailVerdict verdict() const { return walk_->verdict(); }

 private:
  [[nodiscard]] bool is_as_before(Connection& connection, const KeyRing& keys) const;
  void begin(Connection& connection, const KeyRing& keys);

  std::optional<TrailWalk> walk_;
  PurgesFound purges_;  // `newest` of all that were seen
  bool begun_ = false;  // a row was looked at
  int beginnings_ = 0;
};

}  // namespace mfa
