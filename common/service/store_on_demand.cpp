#include "common/service/store_on_demand.h"

#include <utility>

namespace mfa {

std::expected<std::shared_ptr<Store>, StoreError> StoreOnDemand::current() {
  const std::lock_guard lock(mutex_);
  if (store_) return store_;
  const auto now = limits_.now();
  if (now < next_attempt_) return std::unexpected(last_error_);
  auto opened = open_(resident_);
  if (opened) return store_ = *std::move(opened);
  last_error_ = opened.error();
  if (last_error_ != StoreError::missing) next_attempt_ = limits_.now() + limits_.store_retry;
  return std::unexpected(last_error_);
}

std::expected<void, StoreError> StoreOnDemand::write(const std::function<void(Transaction&)>& work) {
  const auto store = current();
  if (!store) return std::unexpected(store.error());
  return (*store)->write(work);
}

std::expected<void, StoreError> StoreOnDemand::read(const std::function<void(Transaction&)>& work) {
  const auto store = current();
  if (!store) return std::unexpected(store.error());
  return (*store)->read(work);
}

std::expected<StoreCondition, StoreError> StoreOnDemand::examine() {
  const auto store = current();
  if (!store) return std::unexpected(store.error());
  return (*store)->examine();
}

std::expected<KeyRotation, StoreError> StoreOnDemand::rotate_key(const Event& about) {
  const auto store = current();
  if (!store) return std::unexpected(store.error());
  return (*store)->rotate_key(about);
}

std::expected<TrailVerdict, StoreError> StoreOnDemand::verify_trail(const std::function<void()>& alive) {
  const auto store = current();
  if (!store) return std::unexpected(store.error());
  return (*store)->verify_trail(alive);
}

std::expected<std::unique_ptr<StoreCopy>, StoreError> StoreOnDemand::copy() {
  const auto store = current();
  if (!store) return std::unexpected(store.error());
  return (*store)->copy();
}

std::expected<std::shared_ptr<Store>, StoreError> StoreOnDemand::any() {
  if (store_) return store_;
  if (!closed_) return std::unexpected(StoreError::unavailable);
  return closed_(resident_);
}

std::expected<std::unique_ptr<StoreDraft>, StoreError> StoreOnDemand::draft() {
  const std::lock_guard lock(mutex_);
  const auto store = any();
  if (!store) return std::unexpected(store.error());
  return (*store)->draft();
}

std::expected<Restored, StoreError> StoreOnDemand::restore(StoreDraft& draft, const RestoreTerms& terms) {
  std::unique_lock lock(mutex_);
  auto store = any();
  if (!store) return std::unexpected(store.error());
  if (store_) {
    lock.unlock();  // it has the others wait by itself, and for a moment only
    return (*store)->restore(draft, terms);
  }
  auto done = (*store)->restore(draft, terms);
  if (!done) return done;
  store_ = *std::move(store);
  next_attempt_ = {};
  return done;
}

std::expected<void, StoreError> StoreOnDemand::prepare() {
  const auto store = current();
  if (!store) return std::unexpected(store.error());
  return {};
}

void StoreOnDemand::give_way() {
  std::shared_ptr<Store> left;  // closed below, or by the last command that still uses it
  const std::lock_guard lock(mutex_);
  resident_ = false;
  left = std::exchange(store_, nullptr);
}

}  // namespace mfa
