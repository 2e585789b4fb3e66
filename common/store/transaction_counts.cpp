// What is counted over people and rows, a part at a time: each look is short, so that whoever logs in need not wait.

#include <chrono>

#include "common/store/columns.h"
#include "common/store/transaction.h"

namespace mfa {

PeopleCount SqliteTransaction::count_people(PersonId behind, std::size_t most, UnixTime now) {
  PeopleCount count{.people = 0, .enrolled = 0, .locked = 0, .with_factor = {}, .last = behind};
  auto people = connection_.prepared(
      "SELECT count(*), coalesce(max(id), 0), coalesce(sum(locked_until > ?), 0)"
      " FROM (SELECT id, locked_until FROM person WHERE id > ? ORDER BY id LIMIT ?)");
  people.bind(now.seconds).bind(behind.value).bind(static_cast<std::int64_t>(most));
  if (!people.row() || people.integer(0) == 0) return count;
  count.people = people.integer(0);
  count.last = {people.integer(1)};
  count.locked = people.integer(2);
  auto enrolled = connection_.prepared("SELECT count(DISTINCT person) FROM factor WHERE person > ? AND person <= ?");
  if (enrolled.bind(behind.value).bind(count.last.value).row()) count.enrolled = enrolled.integer(0);
  auto kinds = connection_.prepared(
      "SELECT kind, count(DISTINCT person) FROM factor WHERE person > ? AND person <= ? GROUP BY kind");
  kinds.bind(behind.value).bind(count.last.value);
  while (kinds.row())
    if (const auto kind = known<FactorKind>(kinds.integer(0))) count.with_factor[*kind] = kinds.integer(1);
  return count;
}

// Rows are in the order in which they were written, which a clock that was wrong for a while does not follow: one row
// of long ago says nothing of those before it, a whole part of them does.
EventCount SqliteTransaction::count_events(std::int64_t before, UnixTime since, std::size_t most) {
  constexpr std::chrono::hours kSetBack{1};
  EventCount count;
  auto rows = connection_.prepared("SELECT seq, at, kind FROM event WHERE seq < ? ORDER BY seq DESC LIMIT ?");
  rows.bind(before).bind(static_cast<std::int64_t>(most));
  std::size_t seen = 0;
  bool lately = false;
  for (; rows.row(); ++seen) {
    const UnixTime at{rows.integer(1)};
    lately = lately || at >= since - kSetBack;
    count.last = rows.integer(0);
    if (at >= since) ++count.times[static_cast<EventKind>(narrow(rows.integer(2)))];
  }
  count.more = seen == most && count.last > 1 && lately;
  return count;
}

}  // namespace mfa
