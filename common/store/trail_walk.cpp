#include "common/store/trail_walk.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace mfa {
namespace {

constexpr std::int64_t kSearchWidth = 1000;      // rows that somebody put in or took out at once, to be found out by
constexpr std::int64_t kMostSearched = 200'000;  // places tried in all: some 200 ms
constexpr std::int64_t kHighestPlace = std::int64_t{1} << 62U;

// A run of rows of one kind is one entry.
void add(std::vector<DamagedRows>& all, const DamagedRows& one) {
  const bool goes_on = !all.empty() && all.back().damage == one.damage && one.damage != TrailDamage::swapped &&
                       all.back().last + 1 == one.first;
  if (goes_on)
    all.back().last = one.last;
  else
    all.push_back(one);
}

}  // namespace

// Where a row was written, and after which one.
struct TrailWalk::Home {
  std::int64_t place = 0;
  const Suspect* instead_of = nullptr;  // it came after the one before this, which stands there now
};

TrailWalk::TrailWalk(KeyRing keys, std::vector<std::uint8_t> store_id)
    : keys_(std::move(keys)),
      newest_first_(keys_.newest_first()),
      store_id_(std::move(store_id)),
      oldest_key_(newest_first_.size()),
      searches_(kMostSearched) {}

std::optional<Digest> TrailWalk::link(const Digest& previous, std::int64_t place, const ChainedRow& row) const {
  return chain_after(keys_, previous, place, row);
}

bool TrailWalk::follows_at(std::int64_t place, const ChainedRow& row) const {
  return link(last_.chain, place, row) == row.chain;
}

// Where it was written, as far as the rows before it tell.
std::int64_t TrailWalk::place_of(const ChainedRow& row) const { return std::min(row.seq, kHighestPlace) + offset_; }

// Behind a row that is out of its place, or that stands where others were, the numbers may have been changed.
bool TrailWalk::follows(const ChainedRow& row) {
  const std::int64_t place = place_of(row);
  if (follows_at(place, row)) return true;
  if (!after_suspect_ && row.seq == last_.seq + 1) return false;
  for (std::int64_t distance = 1; distance <= kSearchWidth && searches_ > 0; ++distance) {
    for (const std::int64_t by : {-distance, distance}) {
      --searches_;
      if (place + by < 1 || !follows_at(place + by, row)) continue;
      offset_ += by;
      return true;
    }
  }
  return false;
}

void TrailWalk::note(TrailDamage damage, std::int64_t seq) {
  add(damage_, {.damage = damage, .first = seq, .last = seq});
  if (damage_.size() <= kMostDamage) return;
  damage_.pop_back();
  more_ = true;
}

void TrailWalk::judge_alone(const ChainedRow& row, std::optional<UnixTime> purged_before) {
  const bool may_be_purged = purged_before && row.at < purged_before->seconds &&
                             !is_about_store(static_cast<EventKind>(static_cast<std::uint16_t>(row.kind)));
  if (row.purged && !may_be_purged) note(TrailDamage::erased, row.seq);
  const auto key = std::ranges::find(newest_first_, row.key);
  if (key == newest_first_.end()) return note(TrailDamage::unknown_key, row.seq);
  const auto rank = static_cast<std::size_t>(key - newest_first_.begin());
  if (rank > oldest_key_) note(TrailDamage::old_key, row.seq);
  oldest_key_ = std::min(oldest_key_, rank);
}

void TrailWalk::suspect(const ChainedRow& row, std::int64_t gap) {
  if (suspects_.size() >= kMostSuspects) return note(TrailDamage::broken, row.seq);
  const std::int64_t place = place_of(row);
  suspects_.push_back({.row = row,
                       .gap = gap,
                       .place = place,
                       .before = last_.chain,
                       .due = link(last_.chain, place, row),
                       .linked = false,
                       .true_place = place});
}

void TrailWalk::take(const ChainedRow& row, std::optional<UnixTime> purged_before) {
  ++rows_;
  if (row.purged) ++purged_;
  if (row.seq < 1) return note(TrailDamage::inserted, row.seq);  // the schema forbids it, and is text in the file
  judge_alone(row, purged_before);
  const Secret* key = keys_.subkey(row.key, KeyUse::trail);
  if (last_.seq == 0 && key != nullptr) last_.chain = beginning_of(*key, store_id_);
  const std::int64_t gap = row.seq - last_.seq - 1;
  const bool unknown = key == nullptr;
  const bool good = !unknown && follows(row) && (gap == 0 || after_suspect_);
  if (good && after_suspect_ && !suspects_.empty() && suspects_.back().row.seq == last_.seq) {
    suspects_.back().linked = true;
    suspects_.back().true_place = place_of(row) - 1;
  }
  if (!good && !unknown)
    suspect(row, gap);
  else if (!row.fields_hold)
    note(TrailDamage::altered, row.seq);
  after_suspect_ = !good && !unknown;
  last_ = row;
}

const TrailWalk::Suspect* TrailWalk::standing_at(std::int64_t place) const {
  const auto found = std::ranges::find(suspects_, place, &Suspect::place);
  return found == suspects_.end() ? nullptr : &*found;
}

std::optional<TrailWalk::Home> TrailWalk::home_of(const Suspect& one) const {
  const auto is_home = [&](const Digest& previous, std::int64_t place) {
    const auto chain = link(previous, place, one.row);
    if (!chain) return false;
    const Suspect* there = standing_at(place);
    return *chain == one.row.chain || (there != nullptr && *chain == there->row.chain);
  };
  for (const Suspect& other : suspects_) {
    if (&other != &one && is_home(other.before, other.place)) return Home{.place = other.place, .instead_of = &other};
    if (other.due && is_home(*other.due, other.place + 1)) return Home{.place = other.place + 1};
    for (const Suspect& third : suspects_)
      if (&other != &one && is_home(other.row.chain, third.place)) return Home{.place = third.place};
  }
  return std::nullopt;
}

// A row that was written where others begin that stand before it now, and belong nowhere: those were put in. Its place
// is then the one before them.
TrailWalk::PutIn TrailWalk::put_in(Homes& homes) const {
  PutIn found{.inserted = std::vector<bool>(suspects_.size()), .behind = std::vector<bool>(suspects_.size())};
  for (std::size_t i = 0; i < suspects_.size(); ++i) {
    const Suspect& one = suspects_[i];
    if (!homes[i] || homes[i]->instead_of == nullptr) continue;
    if (one.linked && homes[i]->place != one.true_place) continue;
    const auto first = static_cast<std::size_t>(homes[i]->instead_of - suspects_.data());
    if (first >= i || std::cmp_not_equal(i - first, one.row.seq - suspects_[first].row.seq)) continue;
    bool strangers = true;
    for (std::size_t k = first; k < i; ++k) strangers = strangers && !homes[k];
    if (!strangers) continue;
    for (std::size_t k = first; k < i; ++k) found.inserted[k] = true;
    found.behind[i] = true;
    homes[i]->place = one.true_place;
  }
  return found;
}

std::vector<DamagedRows> TrailWalk::judge_suspects() const {
  Homes homes;
  homes.reserve(suspects_.size());
  for (const Suspect& one : suspects_) homes.push_back(home_of(one));
  const PutIn put = put_in(homes);

  std::vector<DamagedRows> found;
  bool before_is_bad = false;
  std::int64_t before = 0;
  for (std::size_t i = 0; i < suspects_.size(); ++i) {
    const Suspect& one = suspects_[i];
    const std::int64_t seq = one.row.seq;
    const bool follows_bad = before_is_bad && before == seq - 1;
    before = seq;
    before_is_bad = true;
    if (homes[i] && homes[i]->place == one.true_place) {
      before_is_bad = false;  // as it was written: only what stands before it is not, or it stands elsewhere itself
      const bool moved = one.true_place != one.place && one.true_place != seq && !put.behind[i];
      if (moved) found.push_back({TrailDamage::swapped, seq, one.true_place});
      if (!one.row.fields_hold) found.push_back({TrailDamage::altered, seq, seq});
    } else if (homes[i]) {
      const Suspect* other = standing_at(homes[i]->place);
      const auto j = other == nullptr ? suspects_.size() : static_cast<std::size_t>(other - suspects_.data());
      const bool back = j < i && homes[j] && homes[j]->place == one.place;  // named with the other one
      if (!back) found.push_back({TrailDamage::swapped, seq, other == nullptr ? homes[i]->place : other->row.seq});
    } else if (put.inserted[i] || (one.linked && one.true_place < one.place)) {
      found.push_back({TrailDamage::inserted, seq, seq});
    } else if (one.gap > 0) {
      found.push_back({TrailDamage::removed, seq - one.gap, seq - 1});
      if (!one.linked)
        found.push_back({TrailDamage::broken, seq, seq});
      else if (!one.row.fields_hold)
        found.push_back({TrailDamage::altered, seq, seq});
      before_is_bad = !one.linked;
    } else if (one.linked && one.true_place > one.place) {
      found.push_back({TrailDamage::removed, seq, seq + one.true_place - one.place - 1});
      if (!one.row.fields_hold) found.push_back({TrailDamage::altered, seq, seq});
      before_is_bad = false;
    } else {
      const bool is_last = seq == last_.seq;
      const bool unclear = one.row.fields_hold && (follows_bad || (is_last && !one.linked));
      found.push_back({unclear ? TrailDamage::broken : TrailDamage::altered, seq, seq});
    }
  }
  // Whatever it was: none of them followed.
  if (found.empty())
    for (const Suspect& one : suspects_) found.push_back({TrailDamage::broken, one.row.seq, one.row.seq});
  return found;
}

TrailVerdict TrailWalk::verdict() const {
  TrailVerdict verdict;
  verdict.rows = rows_;
  verdict.purged = purged_;
  verdict.last = last_.seq;
  verdict.head = to_hex(last_.chain);
  std::vector<DamagedRows> all = damage_;
  std::ranges::copy(judge_suspects(), std::back_inserter(all));
  if (rows_ == 0) all.push_back({.damage = TrailDamage::removed, .first = 1, .last = 1});
  std::ranges::sort(all, {}, [](const DamagedRows& one) { return std::tie(one.first, one.last, one.damage); });
  for (const DamagedRows& one : all) add(verdict.damage, one);
  verdict.more_damage = more_ || verdict.damage.size() > kMostDamage;
  if (verdict.damage.size() > kMostDamage) verdict.damage.resize(kMostDamage);
  return verdict;
}

}  // namespace mfa
