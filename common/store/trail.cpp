#include "common/store/trail.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "common/domain/event_line.h"
#include "common/store/canonical.h"
#include "common/store/failure.h"

namespace mfa {

namespace {

constexpr std::size_t kSaltSize = 16;
constexpr std::string_view kFirst = "mfa trail begins";
constexpr std::string_view kLine = "mfa trail line";
constexpr std::size_t kProofDigits = 32;
constexpr std::size_t kRunSize = 4;
constexpr std::string_view kRowsAfter =
    "SELECT seq, at, kind, chain_key, user, actor, service, place, server, factor, reason, salt, commitment, chain"
    " FROM event WHERE seq > ? ORDER BY seq LIMIT ?";

Digest commitment_to(const Event& event, ByteView salt) {
  Canonical fields;
  fields.text(event.user)
      .text(event.actor)
      .text(event.service)
      .text(event.from)
      .text(event.server)
      .text(event.factor)
      .text(event.reason);
  return sha256_of_both(salt, fields.view());
}

Digest chained(const Secret& key, const Digest& previous, std::int64_t seq, std::int64_t at, std::int64_t kind,
               ByteView commitment) {
  Canonical row;
  row.bytes(previous).number(seq).number(at).number(kind).bytes(commitment);
  return hmac_sha256(key, row.view());
}

const Secret* trail_key(const KeyRing& keys, std::int64_t id) {
  return keys.subkey({static_cast<std::uint32_t>(id)}, KeyUse::trail);
}

// Hexadecimal.
std::string proof_of(const Secret& key, std::string_view text) {
  Canonical line;
  line.text(kLine).text(text);
  return to_hex(hmac_sha256(key, line.view())).substr(0, kProofDigits);
}

// Of this process.
const std::string& this_run() {
  static const std::string run = [] {
    std::array<std::uint8_t, kRunSize> id{};
    random_bytes(id);
    return to_hex(id);
  }();
  return run;
}

// Of the text of a line. What stands behind the number has no spaces of anybody's (event_line).
std::optional<std::int64_t> number_of_row(std::string_view line) {
  constexpr std::string_view kSeq = " seq=";
  const auto found = line.rfind(kSeq);
  if (found == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(found + kSeq.size());
  std::int64_t seq = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), seq);
  if (error != std::errc{} || end == rest.data() + rest.size() || *end != ' ' || seq < 1) return std::nullopt;
  return seq;
}

// Of the engine itself, for origin_of().
std::vector<KeyId> keys_for_line(Connection& connection, const KeyRing& keys, std::string_view line, std::int64_t seq) {
  const auto key_in = [](Statement& row) { return KeyId{static_cast<std::uint32_t>(row.integer(0))}; };
  auto own = connection.prepared("SELECT chain_key, kind, chain FROM event WHERE seq = ?");
  if (!own.bind(seq).row()) return keys.not_older_than_own();
  std::vector<KeyId> possible{key_in(own)};
  const bool changed = own.integer(1) == static_cast<std::int64_t>(EventKind::key_rotated);
  if (!changed || !line.ends_with(" head=" + to_hex(own.blob(2)))) return possible;
  auto before = connection.prepared("SELECT chain_key FROM event WHERE seq = ?");
  if (before.bind(seq - 1).row()) possible.push_back(key_in(before));
  return possible;
}

struct Row {
  std::int64_t seq, at, kind, chain_key;
  Event event;  // its fields
  bool purged;
  bool fields_dropped;
  std::vector<std::uint8_t> salt, commitment, chain;
};

Row row_of(Statement& found) {
  Row row{found.integer(0), found.integer(1), found.integer(2), found.integer(3), {}, found.is_null(11), true,
          found.blob(11),   found.blob(12),   found.blob(13)};
  for (int column = 4; column <= 10; ++column) row.fields_dropped = row.fields_dropped && found.is_null(column);
  row.event.user = found.text(4);
  row.event.actor = found.text(5);
  row.event.service = found.text(6);
  row.event.from = found.text(7);
  row.event.server = found.text(8);
  row.event.factor = found.text(9);
  row.event.reason = found.text(10);
  return row;
}

bool fields_hold(const Row& row) {
  return row.purged ? row.fields_dropped : std::ranges::equal(commitment_to(row.event, row.salt), row.commitment);
}

// Of a row that follows the report's head.
std::optional<TrailFault> fault_of(Connection& connection, const KeyRing& keys, const Row& row, TrailHead& head) {
  if (row.seq != head.seq + 1) return TrailFault::missing;
  const Secret* key = trail_key(keys, row.chain_key);
  if (key == nullptr) return TrailFault::unknown_key;
  if (!fields_hold(row)) return TrailFault::altered;
  if (head.seq == 0) head = first_head(connection, keys, {static_cast<std::uint32_t>(row.chain_key)});
  const Digest chain = chained(*key, head.chain, row.seq, row.at, row.kind, row.commitment);
  if (!std::ranges::equal(chain, row.chain)) return TrailFault::unchained;
  head = {row.seq, chain};
  return std::nullopt;
}

}  // namespace

std::optional<Digest> chain_after(const KeyRing& keys, const Digest& previous, std::int64_t seq,
                                  const ChainedRow& row) {
  const Secret* key = keys.subkey(row.key, KeyUse::trail);
  if (key == nullptr) return std::nullopt;
  return chained(*key, previous, seq, row.at, row.kind, row.commitment);
}

std::vector<ChainedRow> chained_rows(Connection& connection, std::int64_t after, std::int64_t most) {
  auto found = connection.prepared(kRowsAfter);
  found.bind(after).bind(most);
  std::vector<ChainedRow> rows;
  while (found.row()) {
    const Row row = row_of(found);
    ChainedRow chained{
        .seq = row.seq, .at = row.at, .kind = row.kind, .key = {static_cast<std::uint32_t>(row.chain_key)}};
    chained.purged = row.purged && row.fields_dropped;
    const bool sizes = row.commitment.size() == chained.commitment.size() && row.chain.size() == chained.chain.size();
    if (sizes) std::ranges::copy(row.commitment, chained.commitment.begin());
    if (sizes) std::ranges::copy(row.chain, chained.chain.begin());
    chained.fields_hold = sizes && fields_hold(row);
    rows.push_back(chained);
  }
  return rows;
}

PurgesFound purges_on_record(Connection& connection, std::int64_t seen, std::int64_t most) {
  static_assert(static_cast<int>(EventKind::records_purged) == 70);
  PurgesFound found{.seen = seen, .more = false, .newest = {}};
  auto rows = connection.prepared(
      "SELECT seq, CASE kind WHEN 70 THEN reason END FROM event WHERE seq > ? ORDER BY seq LIMIT ?");
  rows.bind(seen).bind(most);
  std::int64_t looked = 0;
  for (; rows.row(); ++looked) {
    found.seen = rows.integer(0);
    if (!rows.is_null(1)) found.newest = std::max(found.newest, purged_before(rows.text(1)));
  }
  found.more = looked == most;
  return found;
}

std::string_view name_of(TrailFault fault) {
  switch (fault) {
    case TrailFault::missing:
      return "missing";
    case TrailFault::altered:
      return "altered";
    case TrailFault::unchained:
      return "unchained";
    case TrailFault::unknown_key:
      return "unknown key";
  }
  return "unchained";
}

std::vector<std::uint8_t> store_id(Connection& connection) {
  auto meta = connection.prepared("SELECT store_id FROM meta");
  if (!meta.row()) throw StoreFailure(StoreError::damaged, "the trail has no beginning");
  return meta.blob(0);
}

Digest beginning_of(const Secret& key, ByteView store_id) {
  Canonical first;
  first.text(kFirst).bytes(store_id);
  return hmac_sha256(key, first.view());
}

TrailHead first_head(Connection& connection, const KeyRing& keys, KeyId key) {
  const auto id = store_id(connection);
  const Secret* secret = keys.subkey(key, KeyUse::trail);
  if (secret == nullptr) throw StoreFailure(StoreError::damaged, "the trail has no beginning");
  return {0, beginning_of(*secret, id)};
}

TrailHead read_head(Connection& connection, const KeyRing& keys) { return head_before(connection, keys, 0); }

TrailHead head_before(Connection& connection, const KeyRing& keys, std::int64_t rows) {
  auto last = connection.prepared("SELECT seq, chain FROM event ORDER BY seq DESC LIMIT 1 OFFSET ?");
  last.bind(rows);
  if (!last.row()) return rows > 0 ? TrailHead{} : first_head(connection, keys, keys.newest());
  TrailHead head{last.integer(0), {}};
  const auto chain = last.blob(1);
  if (chain.size() != head.chain.size())
    throw StoreFailure(StoreError::damaged, "the trail's last row has no chain value");
  std::ranges::copy(chain, head.chain.begin());
  return head;
}

void append_event(Connection& connection, const KeyRing& keys, const Event& event, TrailHead& head) {
  std::array<std::uint8_t, kSaltSize> salt{};
  random_bytes(salt);
  const Digest commitment = commitment_to(event, salt);
  const std::int64_t kind = static_cast<std::int64_t>(event.kind);
  const TrailHead next{
      head.seq + 1, chained(keys.subkey(KeyUse::trail), head.chain, head.seq + 1, event.at.seconds, kind, commitment)};
  connection
      .prepared(
          "INSERT INTO event (seq, at, kind, user, actor, service, place, server, factor, reason, salt,"
          " commitment, chain_key, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(next.seq)
      .bind(event.at.seconds)
      .bind(kind)
      .bind(event.user)
      .bind(event.actor)
      .bind(event.service)
      .bind(event.from)
      .bind(event.server)
      .bind(event.factor)
      .bind(event.reason)
      .bind_blob(salt)
      .bind_blob(commitment)
      .bind(std::int64_t{keys.newest().value})
      .bind_blob(next.chain)
      .run();
  head = next;
}

TrailMark mark_of(const KeyRing& keys, const Event& event, const TrailHead& head) {
  return mark_of(keys, keys.newest(), event, head);
}

TrailMark mark_of(const KeyRing& keys, KeyId key, const Event& event, const TrailHead& head) {
  const Secret* secret = keys.subkey(key, KeyUse::trail);
  if (secret == nullptr) throw StoreFailure(StoreError::unavailable, "no key for the trail's lines");
  TrailMark mark{.seq = head.seq, .run = this_run(), .head = to_hex(head.chain), .proof = {}};
  mark.proof = proof_of(*secret, event_line(event, mark));
  return mark;
}

LineOrigin origin_of(Connection& connection, const KeyRing& keys, const ProvenLine& line) {
  const auto seq = number_of_row(line.text);
  if (!seq || line.proof.size() != kProofDigits) return LineOrigin::unknown;
  const auto is_proof_of = [&](KeyId id) {
    const Secret* key = keys.subkey(id, KeyUse::trail);
    return key != nullptr && Secret(proof_of(*key, line.text)) == Secret(line.proof);
  };
  if (std::ranges::any_of(keys_for_line(connection, keys, line.text, *seq), is_proof_of)) return LineOrigin::engine;
  auto own = connection.prepared("SELECT 1 FROM event WHERE seq = ?");
  const bool is_there = own.bind(*seq).row();
  return !is_there && std::ranges::any_of(keys.newest_first(), is_proof_of) ? LineOrigin::old_key : LineOrigin::unknown;
}

bool verify_rows(Connection& connection, const KeyRing& keys, std::int64_t most, TrailReport& report) {
  auto rows = connection.prepared(kRowsAfter);
  rows.bind(report.head.seq).bind(most);
  std::int64_t seen = 0;
  while (rows.row()) {
    ++seen;
    const Row row = row_of(rows);
    if (const auto fault = fault_of(connection, keys, row, report.head)) {
      report.first_bad = {row.seq, *fault};
      return false;
    }
    ++report.rows;
    if (row.purged) ++report.purged;
  }
  return seen == most;
}

}  // namespace mfa
