// ports/store.h over one SQLite file.
//
// Made without touching the file; each command opens it if need be, so that a store that comes back is used again, and
// what configuration alone decides works without one. Nothing is ever created but by create(). Many threads may use it;
// all must have left it before it is destroyed. Only one user of the system may open the file (mfa), since SQLite makes
// the log beside it as whoever opens it.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/ports/store.h"
#include "common/ports/system.h"
#include "common/store/commit_queue.h"
#include "common/store/store_file.h"
#include "common/store/trail.h"
#include "common/store/transaction.h"

namespace mfa {

class SqliteDraft;

class SqliteStore final : public Store {
 public:
  // Makes a store where none is: a file with mode 0600 that is there complete or not at all. An existing file, whatever
  // it holds, is `unavailable` and stays as it is. The first event of its trail is store_created.
  [[nodiscard]] static std::expected<void, StoreError> create(const std::string& path, const KeyRing& keys,
                                                              Journal& journal, UnixTime now);
  // A store that was found to open.
  [[nodiscard]] static std::expected<std::unique_ptr<SqliteStore>, StoreError> open(const std::string& path,
                                                                                    KeyRing keys, Journal& journal,
                                                                                    const StoreOptions& options = {});

  SqliteStore(std::string path, KeyRing keys, Journal& journal, const StoreOptions& options = {});

  // Opens the file if it is not open: is there a store, of a schema this release knows, that this key fits?
  [[nodiscard]] std::expected<void, StoreError> check();

  [[nodiscard]] std::expected<void, StoreError> write(const std::function<void(Transaction&)>& work) override;
  [[nodiscard]] std::expected<void, StoreError> read(const std::function<void(Transaction&)>& work) override;

  [[nodiscard]] std::expected<StoreCondition, StoreError> examine() override;

  [[nodiscard]] std::expected<KeyRotation, StoreError> rotate_key(const Event& about) override;
  [[nodiscard]] std::expected<TrailVerdict, StoreError> verify_trail(const std::function<void()>& alive) override;
  [[nodiscard]] std::expected<std::unique_ptr<StoreCopy>, StoreError> copy() override;
  [[nodiscard]] std::expected<std::unique_ptr<StoreDraft>, StoreError> draft() override;
  [[nodiscard]] std::expected<Restored, StoreError> restore(StoreDraft& draft, const RestoreTerms& terms) override;

 private:
  using Batch = std::span<Command* const>;

  std::expected<void, StoreError> verify_rest(TrailReport& report);
  std::expected<void, StoreError> submit(CommandKind kind, const std::function<void(Transaction&)>& work);
  void serve(Batch batch);
  void serve_shared(Batch batch);
  void serve_opened(Batch batch);
  void serve_read(Command& command);
  [[nodiscard]] std::size_t write_together(Batch batch);
  void write_one(Command& command, TrailHead& head, std::vector<Recorded>& recorded);
  void tell(const Event& event, const TrailMark& mark) noexcept;
  void tell(const Recorded& recorded) noexcept;
  void commit(Batch batch, const std::vector<Recorded>& recorded);
  [[nodiscard]] bool in_transaction();
  std::expected<void, StoreError> submit_alone(const std::function<void()>& work);
  void serve_alone(Command& command);
  [[nodiscard]] KeyRotation rotate(Event about);
  [[nodiscard]] KeyRing keys_with(const Secret& other) const;
  void add_to_key_file(const Secret& other);
  [[nodiscard]] bool learned(Connection& draft, std::int64_t last);
  void put_in_place(SqliteDraft& draft, const RestoreTerms& terms, Restored& restored);
  std::unexpected<StoreError> failed(const StoreFailure& failure, const char* doing);

  Journal& journal_;
  const StoreMode mode_;
  StoreFile file_;  // the leader's
  CommitQueue queue_;
};

}  // namespace mfa
