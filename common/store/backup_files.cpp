#include "common/store/backup_files.h"

#include <algorithm>
#include <utility>

#include "common/store/failure.h"
#include "common/store/room.h"

namespace mfa {

namespace {

constexpr std::size_t kSizes = 32;           // bytes of the header that are looked at
constexpr std::int64_t kMuch = 1LL << 50;    // bytes
constexpr std::int64_t kSlack = 16LL << 20;  // that a file may be longer: its room

}  // namespace

SqliteCopy::SqliteCopy(std::unique_ptr<NewFile> file, CopyFacts facts, KeyRing keys)
    : file_(std::move(file)), facts_(std::move(facts)), keys_(std::move(keys)) {
  facts_.size += static_cast<std::int64_t>(kBackupProofSize);
}

std::expected<std::size_t, StoreError> SqliteCopy::read(std::span<std::uint8_t> into) {
  try {
    if (!ended_) {
      const std::size_t got = file_->read(into);
      all_.add(into.first(got));
      if (got > 0 || into.empty()) return got;
      ended_ = true;
      proof_ = backup_proof(keys_, all_.digest());
    }
    const std::size_t given = std::min(into.size(), proof_.size());
    std::copy_n(proof_.begin(), given, into.begin());
    proof_.erase(0, given);
    return given;
  } catch (const StoreFailure& failure) {
    return std::unexpected(failure.error());
  }
}

SqliteDraft::SqliteDraft(const std::string& beside) : file_(beside, "restored"), most_(kSizes) {}

std::expected<void, StoreError> SqliteDraft::append(std::span<const std::uint8_t> bytes) {
  try {
    if (header_.size() < kSizes) {
      const auto looked_at = bytes.first(std::min(bytes.size(), kSizes - header_.size()));
      header_.insert(header_.end(), looked_at.begin(), looked_at.end());
      if (header_.size() == kSizes) most_ = size_as_told() + kSlack;
    }
    size_ += std::ssize(bytes);
    if (size_ > most_) return std::unexpected(StoreError::damaged);
    end_.append(bytes.begin(), bytes.end());
    if (end_.size() <= kBackupProofSize) return {};
    const ByteView known(reinterpret_cast<const std::uint8_t*>(end_.data()), end_.size() - kBackupProofSize);
    file_.append(known);
    all_.add(known);
    end_.erase(0, known.size());
    return {};
  } catch (const StoreFailure& failure) {
    return std::unexpected(failure.error());
  }
}

void SqliteDraft::check(const KeyRing& keys) { check_backup_proof(keys, end_, all_.digest()); }

// What its header says (https://sqlite.org/fileformat2.html §1.3): its title, the size of a page at 16, how many there
// are at 28, most significant byte first. Less than nothing: it is none of ours.
std::int64_t SqliteDraft::size_as_told() const {
  constexpr std::string_view kTitle("SQLite format 3\0", 16);
  if (!std::equal(kTitle.begin(), kTitle.end(), header_.begin()) || 256 * header_[16] + header_[17] != kPageSize)
    return -kMuch;
  std::int64_t pages = 0;
  for (std::size_t at = 28; at < kSizes; ++at) pages = pages * 256 + header_[at];
  return pages * kPageSize;
}

}  // namespace mfa
