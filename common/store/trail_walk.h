// A walk along the whole chain, which goes on behind each damage and says in the end what it was.
//
// Each row is held against the one that stands before it. Those that do not follow are kept, kMostSuspects of them, and
// tried in each other's places once all rows were seen: so a row that was swapped or inserted is told from one that was
// altered, and rows behind a damage are cleared of it. What cannot be told apart is `broken`: where a row did not
// follow there is always some damage. Keeps the keys as they were at its beginning. Throws StoreFailure if libcrypto
// fails.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/domain/trail.h"
#include "common/store/keyring.h"
#include "common/store/trail.h"

namespace mfa {

inline constexpr std::size_t kMostSuspects = 48;  // each is tried in the places of all others

class TrailWalk {
 public:
  TrailWalk(KeyRing keys, std::vector<std::uint8_t> store_id);

  // The next one by number. `purged_before`: as the newest purge says that is on record when the row is seen; nothing:
  // there is none.
  void take(const ChainedRow& row, std::optional<UnixTime> purged_before);
  [[nodiscard]] std::int64_t last() const { return last_.seq; }
  [[nodiscard]] bool has_keys_of(const KeyRing& keys) const { return keys.newest_first() == newest_first_; }
  [[nodiscard]] bool has_last(const ChainedRow& row) const { return row.seq == last_.seq && row.chain == last_.chain; }
  [[nodiscard]] TrailVerdict verdict() const;

 private:
  struct Suspect {
    ChainedRow row;
    std::int64_t gap = 0;         // numbers before it that no row has
    std::int64_t place = 0;       // where it would stand if nothing had been put in or taken out before it
    Digest before{};              // the chain's value in the row before it
    std::optional<Digest> due;    // what its own would be, coming after that one
    bool linked = false;          // the next row follows it
    std::int64_t true_place = 0;  // if so: as that row says
  };
  struct PutIn {
    std::vector<bool> inserted, behind;  // by suspect: somebody put it in; it stands behind such rows
  };
  struct Home;
  using Homes = std::vector<std::optional<Home>>;

  [[nodiscard]] std::optional<Digest> link(const Digest& previous, std::int64_t place, const ChainedRow& row) const;
  [[nodiscard]] bool follows(const ChainedRow& row);
  [[nodiscard]] bool follows_at(std::int64_t place, const ChainedRow& row) const;
  [[nodiscard]] std::int64_t place_of(const ChainedRow& row) const;
  void note(TrailDamage damage, std::int64_t seq);
  void judge_alone(const ChainedRow& row, std::optional<UnixTime> purged_before);
  void suspect(const ChainedRow& row, std::int64_t gap);

  [[nodiscard]] std::optional<Home> home_of(const Suspect& one) const;
  [[nodiscard]] const Suspect* standing_at(std::int64_t place) const;
  [[nodiscard]] PutIn put_in(Homes& homes) const;
  [[nodiscard]] std::vector<DamagedRows> judge_suspects() const;

  const KeyRing keys_;
  const std::vector<KeyId> newest_first_;
  const std::vector<std::uint8_t> store_id_;

  ChainedRow last_;          // `chain`: what the next one is to follow
  std::int64_t offset_ = 0;  // from where rows stand to where they were written
  std::size_t oldest_key_;   // index into newest_first_ that rows may still have
  std::int64_t searches_;    // places that may still be tried
  bool after_suspect_ = false;
  std::int64_t rows_ = 0;
  std::int64_t purged_ = 0;
  std::vector<DamagedRows> damage_;
  bool more_ = false;
  std::vector<Suspect> suspects_;
};

}  // namespace mfa
