// The trail: rows that nobody can alter, remove, insert or swap unnoticed without the key.
//
// Each row commits to its personal fields by SHA-256(salt ‖ fields) and is chained by
//   chain = HMAC-SHA256(trail key, previous chain ‖ seq ‖ at ‖ kind ‖ commitment),
// the first one to the store's random id. Purging later drops fields and salt and keeps the commitment, so the chain
// holds. A tail that was cut leaves a good chain: the journal's lines (seq and head) show it. So that nobody else can
// write such lines, nor other words into one, each has a proof, HMAC-SHA256(trail key, "mfa trail line" ‖ the line up
// to the proof), cut to 16 bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/domain/event.h"
#include "common/domain/trail.h"
#include "common/ports/system.h"
#include "common/store/connection.h"
#include "common/store/crypto.h"
#include "common/store/keyring.h"

namespace mfa {

// The end of the chain as it is within a transaction.
struct TrailHead {
  std::int64_t seq = 0;  // of the last row; 0: none yet
  Digest chain{};
  auto operator<=>(const TrailHead&) const = default;
};

[[nodiscard]] TrailHead first_head(Connection& connection, const KeyRing& keys, KeyId key);  // before the first row
[[nodiscard]] Digest beginning_of(const Secret& key, ByteView store_id);                     // the same, of its parts
[[nodiscard]] std::vector<std::uint8_t> store_id(Connection& connection);
[[nodiscard]] TrailHead read_head(Connection& connection, const KeyRing& keys);
// The end of the chain as its rows say it was before the last `rows`, for a look at those alone.
[[nodiscard]] TrailHead head_before(Connection& connection, const KeyRing& keys, std::int64_t rows);
// Adds a row; the head moves on.
void append_event(Connection& connection, const KeyRing& keys, const Event& event, TrailHead& head);
// Of the event's line, whose row is the last one; proven with the key that seals, or with that one of the ring.
[[nodiscard]] TrailMark mark_of(const KeyRing& keys, const Event& event, const TrailHead& head);
[[nodiscard]] TrailMark mark_of(const KeyRing& keys, KeyId key, const Event& event, const TrailHead& head);
// Whether the engine wrote that line, by a key that could have proven it alone: the one its row is chained with; of the
// change of a key, whose line the key before it proves, that one, if the line is the row's own; where there is no such
// row (a tail that was cut) those no older than the store's own. Whoever kept a copy of an older key writes none; what
// they may have written of a row that is not there is told apart.
[[nodiscard]] LineOrigin origin_of(Connection& connection, const KeyRing& keys, const ProvenLine& line);

// A row as the chain sees it.
struct ChainedRow {
  std::int64_t seq = 0, at = 0, kind = 0;
  KeyId key;
  Digest commitment{}, chain{};
  bool fields_hold = true;  // they are what it commits to, or wholly purged
  bool purged = false;
};
// The chain's value in a row that comes after `previous` with that number. nullopt: its key is not in the ring.
[[nodiscard]] std::optional<Digest> chain_after(const KeyRing& keys, const Digest& previous, std::int64_t seq,
                                                const ChainedRow& row);
// Up to `most` rows after that one, by number.
[[nodiscard]] std::vector<ChainedRow> chained_rows(Connection& connection, std::int64_t after, std::int64_t most);

// Of `most` rows after `seen`, what purges say there of how far they went.
struct PurgesFound {
  std::int64_t seen = 0;  // looked at up to this one
  bool more = false;      // there may be rows behind it
  std::optional<UnixTime> newest;
};
[[nodiscard]] PurgesFound purges_on_record(Connection& connection, std::int64_t seen, std::int64_t most);

enum class TrailFault : std::uint8_t {
  missing,      // rows before this one were removed, or it was inserted with a number of its own
  altered,      // its fields are not those it commits to
  unchained,    // it, or a row before it, was altered, inserted, removed or swapped
  unknown_key,  // its key is not in the ring
};
[[nodiscard]] std::string_view name_of(TrailFault fault);

struct TrailReport {
  std::int64_t rows = 0;    // found good
  std::int64_t purged = 0;  // of these, rows whose personal detail was dropped; without the key, too, it can be
  TrailHead head;           // after the last good row
  struct Bad {
    std::int64_t seq = 0;
    TrailFault fault{};
  };
  std::optional<Bad> first_bad;
};

// Checks up to `most` rows after those the report has found good. False: it is at the end, or has found a bad row.
[[nodiscard]] bool verify_rows(Connection& connection, const KeyRing& keys, std::int64_t most, TrailReport& report);

}  // namespace mfa
