// What tests of a store put into it, and a journal that keeps what it is told.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/ports/store.h"
#include "common/ports/system.h"

namespace mfa::test {

// Keeps what it is told.
class RecordingJournal final : public Journal {
 public:
  void record(const Event& event, const std::optional<TrailMark>& mark) override {
    const std::lock_guard lock(mutex_);
    events_.emplace_back(event, mark.value_or(TrailMark{}));
  }
  void note(Severity, std::string_view text) override {
    const std::lock_guard lock(mutex_);
    notes_.emplace_back(text);
  }
  [[nodiscard]] std::vector<std::pair<Event, TrailMark>> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  [[nodiscard]] std::string notes() const {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const auto& note : notes_) all += note + "\n";
    return all;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<Event, TrailMark>> events_;
  std::vector<std::string> notes_;
};

inline Factor totp_factor(std::uint32_t number, std::string_view key, const std::string& name = "iPhone") {
  Factor factor;
  factor.number = number;
  factor.name = name;
  factor.added = {1'790'000'100};
  factor.detail = TotpFactor{Secret(key), {}, TimeStep{-1}};
  return factor;
}

inline Event event_about(const std::string& user, EventKind kind = EventKind::login_passed,
                         const std::string& reason = "") {
  Event event;
  event.kind = kind;
  event.at = {1'790'000'200};
  event.user = user;
  event.service = "sshd";
  event.from = "203.0.113.7";
  event.server = "lab-gw";
  event.factor = "totp-1";
  event.reason = reason;
  return event;
}

// Takes a step that no login has taken before: the heart of "a code is accepted exactly once".
inline bool consume_step(Transaction& tx, PersonId person, std::int64_t step) {
  for (Factor& factor : tx.factors(person)) {
    auto& totp = std::get<TotpFactor>(factor.detail);
    if (totp.last_step.value >= step) return false;
    totp.last_step = {step};
    factor.last_used = UnixTime{step * 30};
    tx.save_factor(person, factor);
    return true;
  }
  return false;
}

}  // namespace mfa::test
