// The store as the service holds it: opened when it is first needed, so that an engine which started before its store
// (or its key, or a valid configuration) was there finds it later without a restart.
//
// Failed attempts are kept apart by limits.store_retry; in between the last error is told. Not so while there is
// nothing to open, which costs little: what comes right after `admin init` finds what that made. Safe to use from many
// threads.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "common/ports/store.h"
#include "common/service/limits.h"

namespace mfa {

class StoreOnDemand final : public Store {
 public:
  // Opens a store that works, or says why there is none. `resident`: for this process alone, else for each command.
  using Open = std::function<std::expected<std::shared_ptr<Store>, StoreError>(bool resident)>;

  // One that was not opened, whatever ails it: to be replaced.
  using Closed = std::function<std::expected<std::shared_ptr<Store>, StoreError>(bool resident)>;

  StoreOnDemand(Open open, bool resident, const Limits& limits, Closed closed = {})
      : open_(std::move(open)), closed_(std::move(closed)), limits_(limits), resident_(resident) {}

  [[nodiscard]] std::expected<void, StoreError> write(const std::function<void(Transaction&)>& work) override;
  [[nodiscard]] std::expected<void, StoreError> read(const std::function<void(Transaction&)>& work) override;

  [[nodiscard]] std::expected<StoreCondition, StoreError> examine() override;
  [[nodiscard]] std::expected<KeyRotation, StoreError> rotate_key(const Event& about) override;
  [[nodiscard]] std::expected<TrailVerdict, StoreError> verify_trail(const std::function<void()>& alive) override;
  [[nodiscard]] std::expected<std::unique_ptr<StoreCopy>, StoreError> copy() override;
  [[nodiscard]] std::expected<std::unique_ptr<StoreDraft>, StoreError> draft() override;
  // If none is open, nobody opens one meanwhile.
  [[nodiscard]] std::expected<Restored, StoreError> restore(StoreDraft& draft, const RestoreTerms& terms) override;

  // Opens it now, if it is not open.
  [[nodiscard]] std::expected<void, StoreError> prepare();
  // From now on opens it for each command, so that others can use it too: for the last dialogues of a service that
  // ends.
  void give_way();

 private:
  [[nodiscard]] std::expected<std::shared_ptr<Store>, StoreError> current();

  // For what needs no store that works. With the mutex held.
  [[nodiscard]] std::expected<std::shared_ptr<Store>, StoreError> any();

  const Open open_;
  const Closed closed_;
  const Limits& limits_;
  std::mutex mutex_;  // guards all below; held while opening, since everybody waits for that
  bool resident_;
  std::shared_ptr<Store> store_;
  StoreError last_error_ = StoreError::unavailable;
  Limits::Steady::time_point next_attempt_;
};

// No store at all, for what is to be decided without one.
class NoStore final : public Store {
 public:
  [[nodiscard]] std::expected<void, StoreError> write(const std::function<void(Transaction&)>& /*work*/) override {
    return std::unexpected(StoreError::unavailable);
  }
  [[nodiscard]] std::expected<void, StoreError> read(const std::function<void(Transaction&)>& /*work*/) override {
    return std::unexpected(StoreError::unavailable);
  }
  [[nodiscard]] std::expected<StoreCondition, StoreError> examine() override {
    return std::unexpected(StoreError::unavailable);
  }
  [[nodiscard]] std::expected<TrailVerdict, StoreError> verify_trail(const std::function<void()>& /*alive*/) override {
    return std::unexpected(StoreError::unavailable);
  }
};

}  // namespace mfa
