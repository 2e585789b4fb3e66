// ports/store.h's Transaction: the trail as a whole.
#include <algorithm>
#include <limits>

#include "common/store/columns.h"
#include "common/store/failure.h"
#include "common/store/transaction.h"

namespace mfa {

std::vector<TrailRow> trail_rows(Statement& found) {
  std::vector<TrailRow> rows;
  while (found.row()) {
    TrailRow row{.seq = found.integer(0), .event = {}};
    row.event = {.kind = static_cast<EventKind>(narrow(found.integer(2))),  // maybe of a newer release: without a name
                 .at = {found.integer(1)},
                 .user = found.text(3),
                 .actor = found.text(4),
                 .service = found.text(5),
                 .from = found.text(6),
                 .server = found.text(7),
                 .factor = found.text(8),
                 .reason = found.text(9)};
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<TrailRow> SqliteTransaction::trail(const TrailStretch& stretch) {
  if (stretch.backwards && !stretch.user.empty()) return events_about(stretch.user, stretch.from, stretch.most);
  constexpr std::string_view kOlder =
      "SELECT seq, at, kind, user, actor, service, place, server, factor, reason FROM event WHERE seq < ?"
      " ORDER BY seq DESC LIMIT ?";
  constexpr std::string_view kNewer =
      "SELECT seq, at, kind, user, actor, service, place, server, factor, reason FROM event WHERE seq > ?"
      " ORDER BY seq LIMIT ?";
  constexpr std::string_view kNewerOfUser =
      "SELECT seq, at, kind, user, actor, service, place, server, factor, reason FROM event WHERE user = ? AND seq > ?"
      " ORDER BY seq LIMIT ?";
  const auto most = static_cast<std::int64_t>(stretch.most);
  if (!stretch.user.empty()) {
    auto rows = connection_.prepared(kNewerOfUser);
    return trail_rows(rows.bind(stretch.user).bind(stretch.from).bind(most));
  }
  auto rows = connection_.prepared(stretch.backwards ? kOlder : kNewer);
  return trail_rows(rows.bind(stretch.from).bind(most));
}

std::vector<TrailMark> SqliteTransaction::trail_heads(std::int64_t after, std::size_t most) {
  const auto width = static_cast<std::int64_t>(most);
  after = std::min(after, std::numeric_limits<std::int64_t>::max() - width);
  auto rows = connection_.prepared("SELECT seq, chain FROM event WHERE seq > ? AND seq <= ? ORDER BY seq");
  rows.bind(after).bind(after + width);
  std::vector<TrailMark> marks;
  while (rows.row()) marks.push_back({.seq = rows.integer(0), .run = {}, .head = to_hex(rows.blob(1)), .proof = {}});
  return marks;
}

LineOrigin SqliteTransaction::origin_of(const ProvenLine& line) { return mfa::origin_of(connection_, keys_, line); }

// A row whose salt is gone is purged; each of its texts goes with it, also from the indexes.
PurgedRows SqliteTransaction::purge(UnixTime before, std::int64_t after, std::size_t most, std::size_t most_seen) {
  changing();
  std::vector<std::int64_t> due;
  PurgedRows purged{.seen = after, .rows = 0, .more = false, .oldest = {}};
  std::size_t seen = 0;
  {
    auto rows =
        connection_.prepared("SELECT seq, at, kind, salt IS NULL FROM event WHERE seq > ? ORDER BY seq LIMIT ?");
    rows.bind(after).bind(static_cast<std::int64_t>(most_seen));
    for (; (most == 0 || due.size() < most) && rows.row(); ++seen) {
      const UnixTime at{rows.integer(1)};
      purged.seen = rows.integer(0);
      if (rows.integer(3) != 0 || is_about_store(static_cast<EventKind>(narrow(rows.integer(2))))) continue;
      if (at >= before) continue;
      purged.oldest = std::min(purged.oldest.value_or(at), at);
      if (most > 0) due.push_back(purged.seen);
    }
  }
  for (const std::int64_t seq : due) {
    connection_
        .prepared(
            "UPDATE event SET user = NULL, actor = NULL, service = NULL, place = NULL, server = NULL, factor = NULL,"
            " reason = NULL, salt = NULL WHERE seq = ?")
        .bind(seq)
        .run();
    touched_one("event");
  }
  purged.rows = due.size();
  purged.more = seen == most_seen || (most > 0 && purged.rows == most);
  return purged;
}

}  // namespace mfa
