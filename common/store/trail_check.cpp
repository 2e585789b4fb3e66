#include "common/store/trail_check.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "common/store/failure.h"

namespace mfa {
namespace {

constexpr std::int64_t kRowsAtOnce = 2000;     // some 10 ms
constexpr std::int64_t kLooksAtOnce = 50'000;  // at rows for their kind alone: likewise
constexpr int kMostBeginnings = 8;

}  // namespace

bool TrailCheck::is_as_before(Connection& connection, const KeyRing& keys) const {
  if (!walk_->has_keys_of(keys)) return false;
  if (walk_->last() == 0) return true;
  const auto last = chained_rows(connection, walk_->last() - 1, 1);
  return !last.empty() && walk_->has_last(last.front());
}

void TrailCheck::begin(Connection& connection, const KeyRing& keys) {
  if (++beginnings_ > kMostBeginnings) throw StoreFailure(StoreError::busy, "the trail changes again and again");
  walk_.emplace(keys, store_id(connection));
  purges_ = {};
  begun_ = false;
}

bool TrailCheck::go_on(Connection& connection, const KeyRing& keys) {
  if (!walk_ || !is_as_before(connection, keys)) begin(connection, keys);
  const auto newest = purges_.newest;
  purges_ = purges_on_record(connection, purges_.seen, kLooksAtOnce);
  purges_.newest = std::max(purges_.newest, newest);
  if (purges_.more) return true;
  const std::int64_t after = begun_ ? walk_->last() : std::numeric_limits<std::int64_t>::min();
  const std::vector<ChainedRow> rows = chained_rows(connection, after, kRowsAtOnce);
  for (const ChainedRow& row : rows) walk_->take(row, purges_.newest);
  begun_ = true;
  return rows.size() == kRowsAtOnce;
}

}  // namespace mfa
