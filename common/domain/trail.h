// What a walk through the trail finds, and what is asked of its rows.
//
// A row that was altered, removed, inserted or swapped without the key is named. What the key cannot tell (a tail that
// was cut, an older store put back, a chain rewritten by whoever holds the key) the lines of syslog tell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/domain/event.h"
#include "common/domain/types.h"

namespace mfa {

// A row of the trail.
struct TrailRow {
  std::int64_t seq = 0;  // from 1, in the order of events
  Event event;
};

// Of a row, in its syslog line. All but the number are hexadecimal.
struct TrailMark {
  std::int64_t seq = 0;
  std::string run;    // which process wrote it, 4 bytes at random: where one ended, its last lines may be lost
  std::string head;   // the chain's value in the row: 32 bytes
  std::string proof;  // a keyed hash over the line before it, 16 bytes: whoever has the key wrote that, word by word
  bool operator==(const TrailMark&) const = default;
};

// A line of syslog that somebody gave: all of its message before " proof=", and what stands behind that.
struct ProvenLine {
  std::string text, proof;
};

// Who wrote such a line.
enum class LineOrigin : std::uint8_t {
  engine,
  old_key,  // of a row that is not there, with a key that was replaced: the engine once, or whoever kept that key
  unknown,
};
[[nodiscard]] std::string_view name_of(LineOrigin origin);  // "genuine", "old_key", "forged"

// A stretch of rows. `from` is not among them; 0 for the first one, and the highest number for the newest.
struct TrailStretch {
  std::int64_t from = 0;
  bool backwards = false;  // newest first, below `from`
  std::size_t most = 0;    // rows
  std::string user;        // about this user alone; empty: all of them
};

enum class TrailDamage : std::uint8_t {
  altered,      // fields, time or kind are not those it was written with
  removed,      // rows are not there
  inserted,     // a row that was not written by the engine
  swapped,      // rows stand in each other's place
  broken,       // it is not what was written here: altered, inserted, or out of its place
  erased,       // personal detail is gone, and nothing recorded says that it was purged
  old_key,      // written with a key that was replaced before
  unknown_key,  // its key is not in the key file: nothing can be said of it
};
[[nodiscard]] std::string_view name_of(TrailDamage damage);  // "altered"

struct DamagedRows {
  TrailDamage damage{};
  std::int64_t first = 0;
  std::int64_t last = 0;  // of a run of rows; of `swapped` the other one
  bool operator==(const DamagedRows&) const = default;
};

struct TrailVerdict {
  std::int64_t rows = 0;            // that are there
  std::int64_t purged = 0;          // of these, rows whose personal detail was purged
  std::int64_t last = 0;            // number of the last one; 0: there is none
  std::string head;                 // the chain's value after it, hexadecimal
  std::vector<DamagedRows> damage;  // by number, kMostDamage at most
  bool more_damage = false;         // than that
};
inline constexpr std::size_t kMostDamage = 100;

// How far a look for old rows went.
struct PurgedRows {
  std::int64_t seen = 0;           // up to this row
  std::size_t rows = 0;            // lost their detail
  bool more = false;               // there may be rows behind it
  std::optional<UnixTime> oldest;  // of those that were due and had their detail: when the earliest happened
};

// What a purge wrote of itself: "before 2025-10-19T12:00:00Z". Nothing of what happened from then on may be without its
// detail.
[[nodiscard]] std::string purge_reason(UnixTime before);
// Of such a reason; nothing for anything else.
[[nodiscard]] std::optional<UnixTime> purged_before(std::string_view reason);

}  // namespace mfa
