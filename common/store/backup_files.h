// A store's copy on its way out, and on its way back (ports/store.h). Each ends with its proof (backup_proof.h), which
// is no part of the store.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/ports/store.h"
#include "common/store/backup_proof.h"
#include "common/store/new_file.h"

namespace mfa {

class SqliteCopy final : public StoreCopy {
 public:
  // With the ring's key that seals. To the size of the file that the facts tell the proof's is added.
  SqliteCopy(std::unique_ptr<NewFile> file, CopyFacts facts, KeyRing keys);
  const CopyFacts& facts() const override { return facts_; }
  std::expected<std::size_t, StoreError> read(std::span<std::uint8_t> into) override;

 private:
  std::unique_ptr<NewFile> file_;
  CopyFacts facts_;
  KeyRing keys_;
  Sha256 all_;
  bool ended_ = false;
  std::string proof_;  // what is left of it
};

class SqliteDraft final : public StoreDraft {
 public:
  explicit SqliteDraft(const std::string& beside);
  std::expected<void, StoreError> append(std::span<const std::uint8_t> bytes) override;

  // Once all of it is there: throws StoreFailure, see check_backup_proof().
  void check(const KeyRing& keys);
  NewFile& file() { return file_; }

 private:
  [[nodiscard]] std::int64_t size_as_told() const;

  NewFile file_;
  std::vector<std::uint8_t> header_;
  std::int64_t size_ = 0;
  std::int64_t most_;
  std::string end_;  // not in the file yet: the proof, if no more comes
  Sha256 all_;
};

}  // namespace mfa
